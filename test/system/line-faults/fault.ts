import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { FaultCode } from '../../../agent/kernel/faults.ts'
import type { Verification } from '../../../agent/kernel/verification.ts'
import { eventually } from '../../bed/client.ts'
import type { NetBedOptions } from '../../bed/net/bed.ts'
import { whyNoNet } from '../../bed/net/namespaces.ts'
import { openStage, type Stage, until } from './stage.ts'

/** One thing that can happen to line A while B and C are well, and what becomes of a question. */
export interface LineFault {
  /** What the user gets: the name of the test. */
  readonly name: string
  /**
   * in-flight: it begins while the gateway holds back the answer to a question. at-rest: it begins
   * while nobody asks, then a question comes. new-connection: the same, with several questions at
   * once, of which some find no connection made before.
   */
  readonly meets: 'in-flight' | 'at-rest' | 'new-connection'
  begin(stage: Stage): Promise<unknown>
  /** Default: all is made good. */
  end?(stage: Stage): Promise<unknown>
  /** How long the gateway holds the answer back; default `IN_FLIGHT_MS`. */
  readonly heldBackMs?: number
  /** The lines that may answer. */
  readonly over: readonly ('a' | 'b' | 'c')[]
  /** What the test of line A's path finds, or one of them; none: the line stays in use. */
  readonly cause?: FaultCode | readonly FaultCode[]
  /** It may hit both sendings: then the question ends `offline`, and is asked again by itself. */
  readonly mayEndOffline?: true
  /** What else there is to see while it lasts. */
  also?(stage: Stage): Promise<unknown>
  /** What else there is to see when it is over. */
  after?(stage: Stage): Promise<unknown>
}

/**
 * How long the gateway holds back an answer, so that a fault finds the question under way: longer than a slow
 * machine takes to begin one, and less than `timeout_ms`.
 */
const IN_FLIGHT_MS = 2_500
/** For several at once to be under way together. */
const TOGETHER_MS = 400
/** So many questions are asked at a time, as the configuration has it by itself. */
export const SESSIONS = 4

/** One test for every fault; each meets an agent without a past. One bed serves all of them. */
export function testFaults(title: string, faults: readonly LineFault[], options?: NetBedOptions) {
  test(title, { skip: whyNoNet() ?? false }, async (t) => {
    const stage = await openStage(t, options)
    for (const fault of faults) {
      await stage.refresh()
      await t.test(fault.name, (one) => suffer(one, stage, fault))
      await stage.restoreAll()
    }
    await stage.stop()
  })
}

async function suffer(t: TestContext, stage: Stage, fault: LineFault): Promise<void> {
  const { over, cause, also, after, end = () => stage.restoreAll() } = fault
  // Times in the API are whole seconds.
  const since = Math.floor(Date.now() / 1_000) * 1_000
  try {
    for (const one of await askAround(stage, fault)) {
      const isPutOff = fault.mayEndOffline === true && one.outcome === 'offline'
      const { outcome, source, fault: why } = isPutOff ? await askedAgain(stage, one) : one
      assert.deepEqual([outcome, why], ['valid', null])
      assert.ok(
        over.some((line) => line === source.line),
        `answered over ${source.line}`,
      )
    }
    if (cause !== undefined) await named(stage, [cause].flat(), since)
    await also?.(stage)
    await end(stage)
    await stage.untilWell()
    await until('an answer over line A', async () => {
      const { outcome, source } = await stage.ask()
      return outcome === 'valid' && source.line === 'a'
    })
    await after?.(stage)
    assert.deepEqual(await stage.lost(), [])
  } catch (error) {
    t.diagnostic(stage.output())
    throw error
  }
}

async function askAround(stage: Stage, fault: LineFault): Promise<Verification[]> {
  const { meets, begin, heldBackMs = IN_FLIGHT_MS } = fault
  if (meets !== 'in-flight') {
    await begin(stage)
    return meets === 'at-rest' ? [await stage.ask()] : severalAtOnce(stage)
  }
  await stage.behave('a', { delayMs: heldBackMs, times: 1 })
  const before = await stage.bed.gateway.stats()
  const asked = stage.ask()
  await stage.arrived(before)
  await begin(stage)
  return [await asked]
}

/** More than there are connections made before. */
async function severalAtOnce(stage: Stage): Promise<Verification[]> {
  await stage.bed.gateway.behave({ delayMs: TOGETHER_MS })
  return Promise.all(Array.from({ length: SESSIONS }, () => stage.ask()))
}

const askedAgain = (stage: Stage, { id }: Verification) =>
  eventually('an answer that supersedes', async () => {
    const feed = await stage.client().feed()
    const items = feed.flatMap((item) => (item.type === 'verification' ? [item.verification] : []))
    return items.find(({ supersedes, outcome }) => supersedes === id && outcome === 'valid')
  })

/** A test of line A's path, since then, says one of these causes. */
async function named(stage: Stage, causes: readonly FaultCode[], since: number): Promise<void> {
  const seen = new Set<string>()
  await until(causes.join(' or '), async () => {
    const { path } = await stage.line('a')
    if (path === null || Date.parse(path.at) < since || path.fault === null) return false
    seen.add(path.fault.code)
    return causes.some((cause) => seen.has(cause))
  }).catch((error: unknown) => {
    assert.deepEqual([...seen], causes)
    throw error
  })
}
