import { seeded } from '../seeded.ts'
import { type Behaviour, type CallName, NORMAL, QUESTION } from './behaviour.ts'
import type { Question } from './locks.ts'

/** What a request is, as far as behaviours can tell. */
export interface Moment {
  readonly call: CallName
  readonly step: string
  /** '' when it is about none. */
  readonly patient: string
}

export interface Behaviours {
  /** One that is `checked`. */
  set(behaviour: Behaviour): void
  /** What to do to this request, and counts it. */
  take(moment: Moment): Behaviour
  /** What this 03 is asked, and counts it. */
  takeQuestions(patient: string): readonly Question[]
}

interface Standing {
  readonly behaviour: Behaviour
  left: number
}

const keyOf = ({ mode, at, step, patient }: Behaviour) => [mode, at, step, patient].join(' ')

const isFor = (behaviour: Behaviour, { call, step, patient }: Moment): boolean =>
  behaviour.mode !== 'ask' &&
  (behaviour.at === undefined || behaviour.at === call) &&
  (behaviour.step === undefined || behaviour.step === step) &&
  (behaviour.patient === undefined || behaviour.patient === patient)

export const openBehaviours = (seed: number): Behaviours => {
  const standing = new Map<string, Standing>()
  const roll = seeded(seed)
  const use = (one: Standing): Behaviour => {
    one.left -= 1
    if (one.left <= 0) standing.delete(keyOf(one.behaviour))
    return one.behaviour
  }
  return {
    set: (behaviour) => {
      if (behaviour.mode === 'normal') standing.clear()
      else {
        const left = behaviour.times ?? Number.POSITIVE_INFINITY
        standing.set(keyOf(behaviour), { behaviour, left })
      }
    },
    take: (moment) => {
      for (const one of standing.values()) {
        const { share = 1 } = one.behaviour
        if (isFor(one.behaviour, moment) && (share === 1 || roll() < share)) return use(one)
      }
      return NORMAL
    },
    takeQuestions: (patient) => {
      for (const one of standing.values()) {
        const { mode, patient: only, questions = [QUESTION] } = one.behaviour
        if (mode !== 'ask' || (only !== undefined && only !== patient)) continue
        use(one)
        return questions
      }
      return []
    },
  }
}
