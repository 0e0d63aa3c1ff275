/**
 * Helper: store and outbox in one process, as in the agent, with consumers that are pushed to. A line
 * is a number of events; it answers once all of them were delivered to all.
 */
import { Type } from 'typebox'
import { openDeliveries } from '../../agent/deliveries.ts'
import { Conditions } from '../../agent/kernel/conditions.ts'
import { SinkSettings } from '../../agent/kernel/sink.ts'
import { systemClock } from '../../agent/platform.ts'
import { writeClinic } from '../../agent/sim/clinic.ts'
import { pkiFiles } from '../../agent/sim/pki.ts'
import type { Store } from '../../agent/store/store.ts'
import { loadConfig } from '../../config/load.ts'
import { checked } from '../bed/client.ts'
import { answerLines } from './helper.ts'
import { instantAsker } from './instant.ts'
import { PEOPLE, type Pushed } from './outbox-job.ts'
import { onBug, openScratchStore, silentLog } from './scratch-store.ts'

const [, , folder = '.', text = '[]'] = process.argv
const sinks = checked(Type.Array(SinkSettings), JSON.parse(text))
const configFile = writeClinic({
  folder,
  files: pkiFiles(folder),
  lines: [{ name: 'none', gateway: 'https://127.0.0.1:1' }],
  tables: '[[outbox.targets]]\nhost = "127.0.0.1"\nnetworks = ["127.0.0.0/8"]\n',
})
const store = await openScratchStore(folder)
for (const [n, sink] of sinks.entries())
  await store.consumers.add({ name: `${sink.kind} ${n}`, role: 'ehr', sources: [], sink })

let settled = 0
let hear = () => {}
const settle: Store['deliveries']['settle'] = async (record) => {
  await store.deliveries.settle(record)
  settled += record.settled.length
  const other = record.settled.find(({ is }) => is !== 'delivered')
  if (other !== undefined) onBug(new Error(`a delivery was not taken: ${JSON.stringify(other)}`))
  hear()
}
const outbox = openDeliveries(
  loadConfig(configFile),
  {
    store: { ...store, deliveries: { ...store.deliveries, settle } },
    conditions: new Conditions(systemClock),
    ownPorts: () => [],
  },
  { clock: systemClock, log: silentLog, onBug, monotonic: () => performance.now() },
)
const ask = instantAsker(store, PEOPLE)

let wanted = 0
const allSettled = () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  hear = () => {
    if (settled >= wanted) resolve()
  }
  hear()
  return promise
}
await answerLines('ready', async (line) => {
  const commits: Pushed['commits'] = []
  wanted += Number(line) * sinks.length
  for (let n = 0; n < Number(line); n += 1) {
    const { begunNs, durableNs } = await ask()
    commits.push({ begunNs: String(begunNs), durableNs: String(durableNs) })
  }
  await allSettled()
  return JSON.stringify({ commits, settledNs: String(process.hrtime.bigint()) } satisfies Pushed)
})
await outbox.close()
await store.close()
