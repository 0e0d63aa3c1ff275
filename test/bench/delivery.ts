import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Type } from 'typebox'
import { checked } from '../bed/client.ts'
import { startHelper } from './helper.ts'
import { diskFolder, openDiskFloor } from './machine.ts'
import { figure, median, type Row, ratioRow, rounds, spread } from './row.ts'
import { openWire, requestText, type Wire } from './wire.ts'

const DELIVERIES = 250
const WARM_UP = 30
const BUDGET_MS = 15_000
const DISK_SAMPLES = 3
const FLOOR_MS = 2
/** Until the long poll is surely waiting. */
const SETTLE_MS = 5
const NS_PER_MS = 1e6

const Hello = Type.Object({ url: Type.String(), token: Type.String() })

/** From the begin of the commit that ends a question to the long poll's whole answer. */
export async function deliveryBench(): Promise<Row[]> {
  await using undo = new AsyncDisposableStack()
  const folder = mkdtempSync(join(diskFolder(), 'onshi-bench-'))
  undo.defer(() => rmSync(folder, { recursive: true, force: true }))
  const host = undo.use(await startHelper('delivery-host.ts', folder))
  const { url, token } = checked(Hello, JSON.parse(host.hello))
  const wire = undo.use(await openWire(url))
  const floor = undo.use(openDiskFloor(folder))
  const commit = () => host.ask('commit')
  const times: number[] = []
  const disk: number[] = []
  let cursor = ''
  for (const round of rounds(WARM_UP + DELIVERIES, BUDGET_MS)) {
    const path = `/v1/events?limit=20${cursor}`
    const headers = { authorization: `Bearer ${token}`, prefer: 'wait=10' }
    const delivery = await deliver(wire, requestText(url + path, headers), commit)
    cursor = `&after=${delivery.cursor}`
    if (round >= WARM_UP) times.push(delivery.tookMs)
    disk.push(...floor.measure(DISK_SAMPLES))
  }
  const fsyncMs = median(disk)
  return [
    ratioRow({
      name: 'commit to long-poll answer / fsync + 2 ms',
      ours: median(times),
      baseline: fsyncMs + FLOOR_MS,
      unit: 'ms',
      limit: 1.3,
      note: `${spread(times)}; one fdatasync ${figure(fsyncMs, 'ms')}`,
    }),
  ]
}

async function deliver(wire: Wire, poll: string, commit: () => Promise<string>) {
  const answered = wire.ask(poll).then((answer) => ({ ...answer, at: process.hrtime.bigint() }))
  await wait(SETTLE_MS)
  const [begun, { body, at }] = await Promise.all([commit(), answered])
  const { cursor } = checked(Type.Object({ cursor: Type.String() }), JSON.parse(body.toString()))
  return { tookMs: Number(at - BigInt(begun)) / NS_PER_MS, cursor }
}
