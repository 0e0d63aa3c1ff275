import { benches } from './test/drivers/bench.ts'
import { myNumberCard,readingApdus } from './test/drivers/cards.ts'
const b = await benches[1]!.open(); const t0=performance.now(); const log=(...a:unknown[])=>console.log((performance.now()-t0).toFixed(0),...a)
let last=''
const wake:(()=>void)[]=[]
void (async()=>{for await(const e of b.reader.events()) {log(e.is, 'code' in e?e.code:''); last=e.is; wake.shift()?.()}})()
const next=()=>new Promise<void>(r=>wake.push(r))
await next()
for (let p=1;p<=readingApdus();p++){ const n=next(); await b.put(myNumberCard(),{pullAfterApdus:p}); await n}
let n=next(); await b.put(myNumberCard()); await n; n=next(); await b.take(); await n
n=next(); log('put'); await b.put(myNumberCard()); await n
log('outage'); n=next(); await b.outage(); log('killed'); await n; await next(); log('cure'); n=next();await b.cure(); log('cured'); await n; await next(); 
log('close'); await b.close(); log('closed')
(globalThis as any).gc?.(); 
