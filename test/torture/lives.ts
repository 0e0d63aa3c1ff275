import { setTimeout as wait } from 'node:timers/promises'
import { type Life, startLife } from './daemon.ts'
import type { Chance } from './random.ts'
import type { Stage } from './stage.ts'

/** The lives of the agent, one after the other. */
export interface Lives {
  /** The number of the current life. */
  current(): number
  /** A client got its 201 in this life. */
  answered(life: number): void
  /** From spawn to first 201, ms, of each life that got so far. */
  readonly firstAnswersMs: readonly number[]
  /** What the agent did that it may not: ended by itself, answered nobody. */
  readonly faults: readonly string[]
  /** Kills that came before the first answer of their life. */
  startUpKills(): number
  /** Starts an agent and kills it before anything can be asked. */
  stillbirth(): Promise<void>
  /** Starts the agent and kills it at a random moment, in its start or after its first answer. */
  liveAndDie(): Promise<void>
  /** Starts the agent; resolves at its first answer. */
  last(): Promise<Life>
}

/** About as long as a start takes on a slow machine. */
const START_MS = 600
/** How long it lives on, at most, after its first answer. */
const LIFE_MS = 300
/** Of the kills: in the start. */
const EARLY = 0.25
/** A fast start takes a hundredth of this. */
const ANSWER_LIMIT_MS = 30_000

export function openLives(stage: Stage, chance: Chance): Lives {
  const firstAnswersMs: number[] = []
  const faults: string[] = []
  let number = 0
  let early = 0
  let awaited: { readonly life: number; got(): void } | undefined

  /** What comes first. Waiting for neither holds up the process. */
  const firstAnswer = async (life: Life): Promise<'answered' | 'ended' | 'late'> => {
    const { promise, resolve } = Promise.withResolvers<'answered'>()
    awaited = { life: number, got: () => resolve('answered') }
    const timer = new AbortController()
    const late = wait(ANSWER_LIMIT_MS, 'late' as const, { signal: timer.signal }).catch(
      () => 'late' as const,
    )
    const came = await Promise.race([promise, life.ended.then(() => 'ended' as const), late])
    timer.abort()
    awaited = undefined
    if (came === 'answered') firstAnswersMs.push(performance.now() - life.bornAt)
    if (came === 'late') faults.push(`life ${number} answered nobody in ${ANSWER_LIMIT_MS} ms`)
    return came
  }
  const begin = () => {
    number += 1
    return startLife(stage)
  }
  const kill = async (life: Life) => {
    life.kill('SIGKILL')
    const how = await life.ended
    if (how !== 'SIGKILL') faults.push(`life ${number} ended by itself: ${how}`)
  }
  const stillbirth = async () => {
    early += 1
    const life = begin()
    await wait(chance.below(START_MS))
    await kill(life)
  }

  return {
    current: () => number,
    answered(life) {
      if (awaited?.life === life) awaited.got()
    },
    firstAnswersMs,
    faults,
    startUpKills: () => early,
    stillbirth,
    async liveAndDie() {
      if (chance.happens(EARLY)) return stillbirth()
      const life = begin()
      if ((await firstAnswer(life)) === 'answered') await wait(chance.below(LIFE_MS))
      await kill(life)
    },
    async last() {
      const life = begin()
      await firstAnswer(life)
      return life
    },
  }
}
