import { createRequire } from 'node:module'
import { startPcscd } from './test/bed/pcscd.ts'
const nap=(ms:number)=>new Promise(r=>setTimeout(r,ms))
const d=await startPcscd(); Object.assign(process.env,d!.env)
const n=createRequire(import.meta.url)('pcsc-mini')
process.on('uncaughtException',(e:any)=>console.log('UNCAUGHT',e.message,e.code,e.cause))
const g=async(l:string)=>{console.log('gc after',l);for(let i=0;i<3;i++){(globalThis as any).gc();await nap(100)}}
await (async()=>{ let c=new n.Client(); c.on('error',(e:any)=>console.log('err',e.code)); c.on('reader',(r:any)=>0); c.start(); await nap(300); c.stop(); await nap(600)})(); await g('clean stop')
await (async()=>{ let c=new n.Client(); c.on('error',(e:any)=>console.log('err',e.code)); c.start(); await nap(300); await d!.kill(); await nap(600); try{c.stop();console.log('stopped')}catch(e:any){console.log('stop threw',e.code)}; await nap(600)})(); await g('killed, stopped')
await (async()=>{ let c=new n.Client(); for(let i=0;i<3;i++)try{c.start()}catch(e:any){console.log('start threw',e.code)}; try{c.stop();console.log('stopped')}catch(e:any){console.log('stop threw',e.code)} })(); await g('no service')
await d!.restart()
await (async()=>{ let c=new n.Client(); c.on('error',(e:any)=>console.log('err',e.code)); c.on('reader',(r:any)=>console.log('reader',r.name()));c.start(); await nap(300); await d!.kill(); await nap(600); await d!.restart();  try{c.stop();console.log('stopped')}catch(e:any){console.log('stop threw',e.code)}; try{c.start();console.log('started again')}catch(e:any){console.log('start threw',e.code)}; await nap(500);c.stop() })(); await g('restart same client')
await d!.stop(); process.exit(0)
