import { setTimeout as wait } from 'node:timers/promises'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { patients } from '../../../agent/sim/patients.ts'
import type { Chance } from '../random.ts'
import type { Answer, Wire } from '../wire.ts'

/** What came of all questions. */
export interface Counts {
  readonly sent: number
  /** By outcome. */
  readonly answered: ReadonlyMap<string, number>
  /** Ticks at which nothing was sent, because so many waited already. */
  readonly heldBack: number
  /** Answers 5xx and 429, and none at all; the question was sent again. */
  readonly putOff: number
  /** From sending to the verification, ms. */
  readonly tookMs: readonly number[]
}

export interface Load {
  counts(): Counts
  /** Of every verification that came as an answer. */
  readonly ids: ReadonlySet<string>
  /** Answers that no client may get. */
  readonly refusals: readonly string[]
  /** Sends nothing new; resolves when all is answered. */
  finish(): Promise<void>
}

const Body = Type.Object({
  id: Type.String(),
  verification: Type.Object({ outcome: Type.String() }),
})
const AT_ONCE = 1_000
const MS_PER_S = 1_000
const AGAIN_MS = 250

/** So many questions a second, however slowly they are answered. */
export function startLoad(wire: Wire, perSecond: number, chance: Chance): Load {
  const answered = new Map<string, number>()
  const ids = new Set<string>()
  const refusals: string[] = []
  const tookMs: number[] = []
  const waiting = new Set<Promise<void>>()
  let [sent, heldBack, putOff] = [0, 0, 0]
  const isAnswered = (answer: Answer) => {
    if (answer.status !== 200 && answer.status !== 201) return false
    const { id, verification } = Value.Parse(Body, answer.body)
    if (ids.has(id)) refusals.push(`${id} came as the answer to two questions`)
    ids.add(id)
    answered.set(verification.outcome, (answered.get(verification.outcome) ?? 0) + 1)
    return true
  }
  const isFollowed = async (location: string) => {
    for (;;) {
      const answer = await wire.get(location, { prefer: 'wait=10' })
      if (answer === undefined || answer.status >= 500) return false
      if (isAnswered(answer)) return true
      if (answer.status !== 202) refusals.push(`${answer.status} at Location`)
      if (answer.status !== 202) return true
    }
  }
  const isSettled = async (answer: Answer | undefined) => {
    if (answer === undefined || answer.status >= 500 || answer.status === 429) {
      putOff += 1
      return false
    }
    if (isAnswered(answer)) return true
    if (answer.status === 202) return isFollowed(answer.location ?? '/no-location')
    refusals.push(`${answer.status} ${JSON.stringify(answer.body)}`)
    return true
  }
  const ask = async (mark: string) => {
    const { cardFace, number } = chance.of(patients)
    const body = { ...cardFace, patientNumber: number, arbitraryIdentifier: mark }
    const from = performance.now()
    for (;;) {
      const answer = await wire.post('/v1/verifications', body, { 'idempotency-key': mark })
      if (await isSettled(answer)) break
      await wait(AGAIN_MS)
    }
    tookMs.push(performance.now() - from)
  }
  const timer = setInterval(() => {
    if (waiting.size >= AT_ONCE) {
      heldBack += 1
      return
    }
    sent += 1
    const one = ask(`soak-${sent}`).finally(() => waiting.delete(one))
    waiting.add(one)
  }, MS_PER_S / perSecond)
  return {
    counts: () => ({ sent, answered, heldBack, putOff, tookMs }),
    ids,
    refusals,
    async finish() {
      clearInterval(timer)
      await Promise.all(waiting)
    },
  }
}
