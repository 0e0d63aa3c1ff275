import { fileURLToPath } from 'node:url'
import type { TSchema } from 'typebox'
import { checked } from '../bed/client.ts'
import { makeNetBed, type NetBed } from '../bed/net/bed.ts'
import type { LineName } from '../bed/net/plan.ts'
import { type Chance, chanceOf } from '../torture/random.ts'
import { Asked, Took, Unlinked, Warmth } from './lines-calls.ts'

/** Three lines to the simulator, looked after by the agent's own uplink on the clinic's box. */
export interface LinesBed {
  readonly net: NetBed
  /** How long the gateway takes for what comes over each line from now on; ms. */
  think(): Promise<Thinking>
  /** Over the best line. */
  ask(): Promise<Asked>
  /** Over the backup, by lines of its own that know no other. */
  askBackup(): Promise<Asked>
  askAndUnlink(line: LineName, afterMs: number): Promise<Unlinked>
  /** Ms of a bare keep-alive HTTPS request. */
  bare(line: LineName): Promise<number>
  /** Ms of a bare request over the first line, given up after 5 s, and one over the backup. */
  naive(): Promise<number>
  until(line: LineName, standing: 'up' | 'down'): Promise<void>
  /** Resolves when a line is up again and has a connection; it is tested at once. */
  recovered(line: LineName): Promise<void>
  warmth(): Promise<Warmth>
  /** Requests that reached the gateway. */
  requests(): Promise<number>
  [Symbol.asyncDispose](): Promise<void>
}

export interface Thinking {
  readonly a: number
  readonly b: number
}

export const FIRST = 'a'
export const BACKUP = 'b'
/** Round trips of the three lines. */
export const RTT_MS = { a: 20, b: 40, c: 80 } as const
/** Of the gateway's own time, lognormal. */
const MEDIAN_MS = 80
const SIGMA = 0.6
const SEED = 20_261_122
const DRAWS = 2_000
/** None: after each relapse a line must prove itself twice as long, and here it is cut every second. */
const PROVE_MS = 0
/** Sooner than on a clinic's box, so that rounds are short. */
const PROBE_MS = 500
/** The round trip is known after so many. */
const PROBES_TO_KNOW = 8

export async function makeLinesBed(): Promise<LinesBed> {
  await using undo = new AsyncDisposableStack()
  const delayed = (name: LineName) => ({ delayMs: RTT_MS[name] / 2 })
  const net = await makeNetBed(
    { after: (step) => undo.defer(step) },
    {
      gateway: { account: null },
      quality: { a: delayed('a'), b: delayed('b'), c: delayed('c') },
    },
  )
  const host = net.callee('clinic', fileURLToPath(new URL('lines-host.ts', import.meta.url)))
  const call = async <S extends TSchema>(schema: S, name: string, given?: unknown) =>
    checked<S>(schema, await host.call(name, given))
  const took = async (name: string, given?: unknown): Promise<number> =>
    (await call(Took, name, given)).tookMs
  const { configFile } = net
  await host.call('open', { configFile, proveMs: PROVE_MS, probeMs: PROBE_MS, backup: BACKUP })
  const settle = (line: LineName, probes: number) => host.call('settle', { line, probes })
  await Promise.all([settle('a', PROBES_TO_KNOW), settle('b', PROBES_TO_KNOW)])
  const thinkingOf = openThinking(chanceOf(SEED))
  const behave = (line: LineName, delayMs: number) =>
    net.gateway.behave({ at: 'status', delayMs, from: net.line(line).plan().source })
  const until: LinesBed['until'] = async (line, standing) =>
    void (await host.call('until', { line, standing }))
  const owned = undo.move()
  return {
    net,
    async think() {
      const thinking = thinkingOf()
      await Promise.all([behave('a', thinking.a), behave('b', thinking.b)])
      return thinking
    },
    ask: () => call(Asked, 'ask'),
    askBackup: () => call(Asked, 'askBackup'),
    askAndUnlink: (line, afterMs) =>
      call(Unlinked, 'askAndUnlink', { interface: net.line(line).plan().interface, afterMs }),
    bare: (line) => took('bare', { line }),
    naive: () => took('naive'),
    until,
    async recovered(line) {
      await Promise.all([host.call('test'), until(line, 'up')])
      await settle(line, 1)
    },
    warmth: () => call(Warmth, 'warmth'),
    requests: async () => (await net.gateway.stats()).requests,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** From 0 up to 1, evenly however few are taken: multiples of an irrational number. */
export function evenly(step: number): () => number {
  let at = 0
  return () => {
    at = (at + step) % 1
    return at
  }
}

/** The gateway's own times, so that a few rounds stand for the whole distribution; whole ms. */
function openThinking(chance: Chance): () => Thinking {
  const times = Array.from({ length: DRAWS }, () => lognormal(chance)).toSorted((a, b) => a - b)
  const at = (share: number) => times[Math.floor(share * DRAWS)] ?? MEDIAN_MS
  const ofA = evenly((Math.sqrt(5) - 1) / 2)
  const ofB = evenly(Math.SQRT2)
  return () => ({ a: at(ofA()), b: at(ofB()) })
}

/** By the transform of Box and Muller. */
function lognormal(chance: Chance): number {
  const normal = Math.sqrt(-2 * Math.log(1 - chance.next())) * Math.cos(2 * Math.PI * chance.next())
  return Math.round(MEDIAN_MS * Math.exp(SIGMA * normal))
}
