import { setTimeout as wait } from 'node:timers/promises'
import { type Bed, type Daemon, fillFeed, makeBed, requestFor } from './bed.ts'
import { underStrace } from './fsyncs.ts'
import { type Load, startLoad } from './load-job.ts'
import { hasStrace, NEEDS_STRACE } from './machine.ts'
import { median, missingRow, quantile, type Row, ratioRow, rounds } from './row.ts'
import { openWire } from './wire.ts'

const NAME = 'polls while each fsync takes 20 ms more, p99'
const EXTRA_MS = 20
const LIMIT = 1.5
const POLLERS = 10
const POLLS = 100
const PAUSE_MS = 20
const ROUNDS = 7
const BUDGET_MS = 35_000
/** Twenty commits a second. */
const COMMIT_EVERY_MS = 50

/**
 * Ten pollers of a full page while notes are committed, once with the disk as it is and once with
 * fsyncs that take 20 ms more; both agents run under strace, so that it weighs on both.
 */
export async function slowDiskBench(): Promise<Row[]> {
  if (!hasStrace()) return [missingRow(NAME, `<= ${LIMIT}`, NEEDS_STRACE)]
  await using load = await startLoad()
  await using plainBed = await makeBed()
  await using slowBed = await makeBed()
  await using plain = await plainBed.start({ under: underStrace('/dev/null') })
  await using slow = await slowBed.start({ under: underStrace('/dev/null', EXTRA_MS) })
  const pollPlain = await poller(load, plainBed, plain)
  const pollSlow = await poller(load, slowBed, slow)
  await Promise.all([pollPlain(), pollSlow()])
  const quick: Polled[] = []
  const hampered: Polled[] = []
  for (const _ of rounds(ROUNDS, BUDGET_MS)) {
    quick.push(await pollPlain())
    hampered.push(await pollSlow())
  }
  const commitsMs = (all: readonly Polled[]) =>
    median(all.flatMap((polled) => polled.commitsMs)).toFixed(1)
  return [
    ratioRow({
      name: NAME,
      ours: median(hampered.map(({ p99Ms }) => p99Ms)),
      baseline: median(quick.map(({ p99Ms }) => p99Ms)),
      unit: 'ms',
      limit: LIMIT,
      note: `a commit meanwhile takes ${commitsMs(hampered)} ms, without delay ${commitsMs(quick)} ms`,
    }),
  ]
}

interface Polled {
  readonly p99Ms: number
  readonly commitsMs: readonly number[]
}

async function poller(load: Load, bed: Bed, daemon: Daemon): Promise<() => Promise<Polled>> {
  const id = await fillFeed(bed, daemon, 20)
  const request = requestFor(bed, daemon, '/v1/events?limit=20')
  const job = {
    url: daemon.url,
    request,
    connections: POLLERS,
    requests: POLLS,
    pauseMs: PAUSE_MS,
  }
  return async () => {
    const done = new AbortController()
    const committing = commitUntil(done.signal, bed, daemon, id)
    const times = await load.run(job)
    done.abort()
    return { p99Ms: quantile(times, 0.99), commitsMs: await committing }
  }
}

/** Adds notes, one after the other, until the signal. The time of each. */
async function commitUntil(signal: AbortSignal, bed: Bed, daemon: Daemon, id: string) {
  await using wire = await openWire(daemon.url)
  const path = `/v1/verifications/${id}/notes`
  const note = requestFor(bed, daemon, path, {}, { kind: 'original-sighted', by: 'bench' })
  const times: number[] = []
  while (!signal.aborted) {
    const from = performance.now()
    await wire.ask(note)
    const tookMs = performance.now() - from
    times.push(tookMs)
    await wait(Math.max(0, COMMIT_EVERY_MS - tookMs))
  }
  return times
}
