import { setTimeout as wait } from 'node:timers/promises'
import { readFileSync } from 'node:fs'
import { makeBed } from './bed.ts'
import { pssMb } from './machine.ts'
await using bed = await makeBed()
const show = async (name: string, env: Record<string,string>) => {
  await using d = await bed.start({ env })
  await wait(2500)
  const r = readFileSync(`/proc/${d.pid}/smaps_rollup`, 'utf8')
  console.log(name.padEnd(40), 'ready', d.readyMs.toFixed(0), 'PSS', pssMb(d.pid).toFixed(0), 'anon', (Number(/Anonymous: +(\d+)/.exec(r)?.[1])/1024).toFixed(0))
}
const cc = { NODE_COMPILE_CACHE: bed.folder + '/cc' }
await show('plain', {})
await show('cache fill', cc)
await show('cache warm', cc)
await show('cache warm again', cc)
await show('cache + semi 1', { ...cc, NODE_OPTIONS: '--max-semi-space-size=1' })
await show('cache + optimize-for-size', { ...cc, NODE_OPTIONS: '--max-semi-space-size=1 --v8-pool-size=1' })
await show('plain', {})
