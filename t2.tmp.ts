import { benches } from './test/drivers/bench.ts'
import { myNumberCard } from './test/drivers/cards.ts'
const b = await benches[1]!.open(); const t0=performance.now(); const log=(...a:unknown[])=>console.log((performance.now()-t0).toFixed(0),...a)
let seen=false
void (async()=>{for await(const e of b.reader.events()) {if(e.is==='presented')seen=true;log(e.is)}})()
const nap=(ms:number)=>new Promise(r=>setTimeout(r,ms))
for (let i=0;i<4;i++){ seen=false
await b.put(myNumberCard()); while(!seen) await nap(1)
log('outage'); await b.outage(); log('killed'); seen=false;await b.cure(); log('cured'); while(!seen) await nap(1); await b.take(); await nap(600)}
log('close'); await b.close(); log('closed')
process.exit(0)
