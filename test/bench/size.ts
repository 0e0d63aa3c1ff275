import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type Static, Type } from 'typebox'
import { checked } from '../bed/client.ts'
import { startAsUnit } from './helper.ts'
import { diskFolder } from './machine.ts'
import { median, type Row, ratioRow, rounds, spread } from './row.ts'
import { scratchPath } from './scratch-store.ts'
import { numberOf, stockStore, VISITS } from './stock.ts'
import { openWire, requestText, type Wire } from './wire.ts'

const SMALL = 10_000
const ROUNDS = 20
const REQUESTS = 20
const BUDGET_MS = 5_000
const LIMIT = 1.5
const PAGE = 100
const MB = 1_048_576
const MS_PER_S = 1_000

const Cursors = Type.Array(Type.String())
const Hello = Type.Object({
  url: Type.String(),
  full: Type.String(),
  liaison: Type.String(),
  cursors: Type.Object({ first: Cursors, middle: Cursors, newest: Cursors }),
})
type Hello = Static<typeof Hello>
type Where = keyof Hello['cursors']

/** A page of the feed and the look-up of a patient in a store of so many events, against 10,000. */
export async function sizeBench(count: number): Promise<Row[]> {
  await using undo = new AsyncDisposableStack()
  const folder = mkdtempSync(join(diskFolder(), 'onshi-bench-'))
  undo.defer(() => rmSync(folder, { recursive: true, force: true }))
  const [smallStock, largeStock] = [
    await stock(join(folder, 'small'), SMALL),
    await stock(join(folder, 'large'), count),
  ]
  // Both are made before either listens: a connection that waited for the other would be closed.
  const small = undo.use(await serve(smallStock))
  const large = undo.use(await serve(largeStock))
  const compare = async (name: string, requestOf: RequestOf, note = ''): Promise<Row> => {
    const [ours, baseline]: [number[], number[]] = [[], []]
    for (const round of rounds(ROUNDS, BUDGET_MS)) {
      baseline.push(...(await timesOf(small, requestOf, round)))
      ours.push(...(await timesOf(large, requestOf, round)))
    }
    return ratioRow({
      name: `${name}, ${count.toLocaleString('en')} / 10,000 events`,
      ours: median(ours),
      baseline: median(baseline),
      unit: 'ms',
      limit: LIMIT,
      note: `${spread(ours)}; ${spread(baseline)}${note}`,
    })
  }
  const made = `; made in ${(large.madeMs / MS_PER_S).toFixed(0)} s, ${large.mb.toFixed(0)} MB`
  const rows = [await compare('patient look-up', latest, made)]
  for (const who of ['full', 'liaison'] as const)
    for (const where of ['first', 'middle', 'newest'] as const)
      rows.push(await compare(`${where} page, ${who}`, pageOf(who, where)))
  return rows
}

interface Stock {
  readonly folder: string
  readonly key: string
  readonly count: number
  readonly madeMs: number
  readonly mb: number
}

async function stock(folder: string, count: number): Promise<Stock> {
  mkdirSync(folder)
  const key = randomBytes(32)
  const from = performance.now()
  await stockStore(folder, key, count)
  const madeMs = performance.now() - from
  const mb = statSync(scratchPath(folder)).size / MB
  return { folder, key: key.toString('hex'), count, madeMs, mb }
}

interface Stocked extends Stock, AsyncDisposable {
  readonly hello: Hello
  readonly wire: Wire
}

async function serve(made: Stock): Promise<Stocked> {
  await using undo = new AsyncDisposableStack()
  const { folder, key, count } = made
  const host = undo.use(await startAsUnit('size-host.ts', folder, key, String(count)))
  const hello = checked(Hello, JSON.parse(host.hello))
  const wire = undo.use(await openWire(hello.url))
  const owned = undo.move()
  return { ...made, hello, wire, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** The n-th request of a kind. */
type RequestOf = (store: Stocked, n: number) => string

const asked = ({ hello }: Stocked, who: 'full' | 'liaison', path: string) =>
  requestText(hello.url + path, { authorization: `Bearer ${hello[who]}` })

const latest: RequestOf = (store, n) => {
  const patient = (n * 7_919) % Math.floor(store.count / VISITS)
  return asked(store, 'full', `/v1/patients/${numberOf(patient)}/verifications/latest`)
}

const pageOf =
  (who: 'full' | 'liaison', where: Where): RequestOf =>
  (store, n) => {
    const cursors = store.hello.cursors[where]
    return asked(store, who, `/v1/events?limit=${PAGE}&after=${cursors[n % cursors.length]}`)
  }

async function timesOf(store: Stocked, requestOf: RequestOf, round: number): Promise<number[]> {
  const times: number[] = []
  for (let n = 0; n < REQUESTS; n += 1) {
    const request = requestOf(store, round * REQUESTS + n)
    const from = performance.now()
    await store.wire.ask(request)
    times.push(performance.now() - from)
  }
  return times
}
