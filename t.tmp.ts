import { benches } from './test/drivers/bench.ts'
import { myNumberCard } from './test/drivers/cards.ts'
const b = await benches[1]!.open(); const t0=performance.now(); const log=(...a:unknown[])=>console.log((performance.now()-t0).toFixed(0),...a)
void (async()=>{for await(const e of b.reader.events()) log(JSON.stringify(e,(k,v)=>v instanceof Uint8Array||v?.type==='Buffer'?`<>`:v))})()
const nap=(ms:number)=>new Promise(r=>setTimeout(r,ms))
await nap(200)
if (process.argv[2]==='hang'){ await b.put(myNumberCard(),{hangAfterApdus:3}); await nap(4500); log('take'); await b.take(); await nap(1500)}
if (process.argv[2]==='pull'){ for (const n of [1,2,3,4]){await b.put(myNumberCard(),{pullAfterApdus:n}); await nap(2000)}}
await b.put(myNumberCard()); await nap(1500)
log('outage'); await b.outage(); log('killed'); await nap(1000); await b.cure(); log('cured'); await nap(2500); await b.take(); await nap(600); log('close'); await b.close(); log('closed')
process.exit(0)
