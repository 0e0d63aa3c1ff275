import { setTimeout as wait } from 'node:timers/promises'
import { type Life, startLife } from './daemon.ts'
import type { Chance } from './random.ts'
import { quantile } from './report.ts'
import type { Stage } from './stage.ts'

/** What its users see of the agent's lives. */
export interface Witness {
  /** The number of the current life. */
  life(): number
  /** A 201 came for a request that was sent in this life. */
  answered(life: number): void
  /** A confirmation is about to be sent. */
  confirming(): void
}

/** The lives of the agent, one after the other. */
export interface Lives {
  readonly witness: Witness
  /** From spawn to first 201, ms, of each life that got so far. */
  readonly firstAnswersMs: readonly number[]
  /** What the agent did that it may not: ended by itself, answered nobody. */
  readonly faults: readonly string[]
  /** Kills that came before the first answer of their life. */
  earlyKills(): number
  /** Starts an agent and kills it before it is likely to have come up. */
  stillbirth(): Promise<void>
  /** Starts the agent and kills it at a random moment. */
  liveAndDie(): Promise<void>
  /** Starts the agent; resolves when it has answered and a tap has shown at the desk. */
  last(): Promise<Life>
}

/** Where nothing is known yet of how long a start takes here. */
const START_MS = 1_000
/** How long a life goes on, at most, after its first answer, and after a confirmation was sent. */
const LIFE_MS = 300
const CONFIRMING_MS = 50
/** Of the kills: in the start; around a confirmation. The others: among lookups. */
const EARLY = 0.25
const CONFIRMED = 0.35
/** A start takes a tenth of this on a slow machine. */
const ANSWER_LIMIT_MS = 20_000
/** A life in which nobody taps is killed all the same. */
const TAP_LIMIT_MS = 3_000

export function openLives(stage: Stage, chance: Chance): Lives {
  const firstAnswersMs: number[] = []
  const faults: string[] = []
  let number = 0
  let early = 0
  let bornAt = 0
  let answered = Promise.withResolvers<void>()
  let confirming = Promise.withResolvers<void>()
  let isAnswered = false

  const begin = (): Life => {
    number += 1
    isAnswered = false
    answered = Promise.withResolvers()
    confirming = Promise.withResolvers()
    bornAt = performance.now()
    return startLife(stage)
  }
  const kill = async (life: Life) => {
    if (!isAnswered) early += 1
    const how = await stage.crash(life)
    if (how !== 'SIGKILL') faults.push(`life ${number} ended by itself: ${how}`)
  }
  const stillbirth = async () => {
    const life = begin()
    const usualMs = firstAnswersMs.length > 0 ? quantile(firstAnswersMs, 0.5) : START_MS
    await wait(chance.below(usualMs))
    await kill(life)
  }
  const firstAnswer = async (life: Life) => {
    const isInTime = await isBefore(ANSWER_LIMIT_MS, [answered.promise, life.ended])
    if (!isInTime) faults.push(`life ${number} answered nobody in ${ANSWER_LIMIT_MS} ms`)
  }

  return {
    witness: {
      life: () => number,
      answered(life) {
        if (isAnswered || life !== number) return
        isAnswered = true
        firstAnswersMs.push(performance.now() - bornAt)
        answered.resolve()
      },
      confirming: () => confirming.resolve(),
    },
    firstAnswersMs,
    faults,
    earlyKills: () => early,
    stillbirth,
    async liveAndDie() {
      if (chance.happens(EARLY)) return stillbirth()
      const life = begin()
      await firstAnswer(life)
      if (chance.happens(CONFIRMED)) {
        await isBefore(TAP_LIMIT_MS, [confirming.promise, life.ended])
        await wait(chance.below(CONFIRMING_MS))
      } else await wait(chance.below(LIFE_MS))
      await kill(life)
    },
    async last() {
      const life = begin()
      await firstAnswer(life)
      if (!(await isBefore(ANSWER_LIMIT_MS, [confirming.promise, life.ended])))
        faults.push('no tap shows at the desk after the last start')
      return life
    },
  }
}

/** Whether one of these comes to an end within the limit. */
export async function isBefore(limitMs: number, works: readonly Promise<unknown>[]) {
  const timer = new AbortController()
  const late = wait(limitMs, false, { signal: timer.signal }).catch(() => false)
  try {
    return await Promise.race([...works.map((work) => work.then(() => true)), late])
  } finally {
    timer.abort()
  }
}
