import type { App } from '../app.ts'
import { askFor } from '../asking.ts'
import type { Mistake, Trouble } from '../call.ts'
import type { Entry } from '../day.ts'
import {
  blank,
  type FieldName,
  filledIn,
  isInsurerNumber,
  needed,
  type Typed,
} from '../face-fields.ts'
import { newKey } from '../once.ts'

/** Refusals that a person may overrule, having looked at the document once more. */
export type Overrule = 'asPrinted' | 'notIndividualNumber'

/** One patient’s question as it is typed, asked and answered. */
export interface Asking {
  readonly typed: Typed
  readonly hasConsent: boolean
  /** What a refusal lets a person overrule, and whether they did. */
  readonly overrules: ReadonlyMap<Overrule, boolean>
  readonly isAsking: boolean
  /** The agent’s refusal, or that it is out of reach. */
  readonly trouble: Trouble | null
  /** Of the refusal, or of what was left out. */
  readonly mistakes: readonly Mistake[]
  readonly answerId: string | null
}

export interface Question {
  readonly asking: Asking
  readonly answer: Entry | undefined
  type(field: FieldName, value: string): void
  consent(has: boolean): void
  overrule(which: Overrule, is: boolean): void
  ask(): Promise<void>
  /** Asks the same once more; what changed since the answer is asked as what it is. */
  again(): Promise<void>
  /** Nothing of this patient is left. */
  clear(): void
}

const unasked = { isAsking: false, trouble: null, mistakes: [], answerId: null } as const
const empty: Asking = { typed: blank, hasConsent: false, overrules: new Map(), ...unasked }

/**
 * `key` belongs to one content: a second Enter, or one after a lost answer, asks nothing new, and
 * whatever is changed makes another question.
 */
export function openQuestion(app: App): Question {
  let asking = empty
  let key = newKey()
  /** Counts contents and questions: what comes for an older one is not shown. */
  let turn = 0

  /** What was asked before goes on, and ends in the day’s list; here nobody waits for it any more. */
  const change = (given: Partial<Asking>) => {
    turn += 1
    key = newKey()
    asking = { ...asking, ...unasked, ...given }
  }
  const run = async (path: string, body: unknown) => {
    turn += 1
    const mine = turn
    const isWanted = () => mine === turn
    asking = { ...asking, isAsking: true, trouble: null, mistakes: [] }
    app.changed()
    const asked = await askFor(app, path, { body, key, isWanted })
    if (asked === null || !isWanted()) return
    if (asked.ok) change({ answerId: asked.body.verification.id })
    else asking = refusedBy(asking, asked.trouble)
    app.changed()
  }
  const ask = async () => {
    if (asking.isAsking) return
    const mistakes = missingIn(asking.typed)
    if (asking.answerId !== null)
      app.say('照会済みです。もう一度照会するときは「もう一度照会」を押してください。')
    else if (mistakes.length === 0) await run('/v1/verifications', bodyOf(asking))
    else {
      asking = { ...asking, mistakes }
      app.changed()
    }
  }
  return {
    get asking() {
      return asking
    },
    get answer() {
      return app.day.find(asking.answerId ?? '')
    },
    type(field, value) {
      const { typed, overrules } = asking
      // It was said of the number that stood there, not of this one.
      const kept = field === 'insurerNumber' ? without(overrules, 'asPrinted') : overrules
      change({ typed: { ...typed, [field]: value }, overrules: kept })
    },
    consent: (hasConsent) => change({ hasConsent }),
    overrule: (which, is) => change({ overrules: new Map([...asking.overrules, [which, is]]) }),
    ask,
    async again() {
      if (asking.isAsking) return
      if (asking.answerId === null) await ask()
      else await run(`/v1/verifications/${asking.answerId}/recheck`, {})
    },
    clear: () => change(empty),
  }
}

/** Who confirms and declares is the one who is signed in; the agent writes the name in. */
const bodyOf = ({ typed, hasConsent, overrules }: Asking) => ({
  ...filledIn(typed),
  ...(hasConsent && { limitConsent: {} }),
  ...Object.fromEntries([...overrules].flatMap(([which, is]) => (is ? [[which, {}]] : []))),
})

function refusedBy(asking: Asking, trouble: Trouble): Asking {
  const news = overrulable(trouble, asking.typed)
  const offered = news.filter((which) => !asking.overrules.has(which))
  return {
    ...asking,
    isAsking: false,
    trouble,
    mistakes: trouble.mistakes,
    overrules: new Map([...asking.overrules, ...offered.map((which) => [which, false] as const)]),
  }
}

const missingIn = (typed: Typed): Mistake[] =>
  Object.entries(needed).flatMap(([field, title]) =>
    Object.entries(typed).some(([name, value]) => name === field && value.trim() === '')
      ? [{ field, title }]
      : [],
  )

const NUMBERS: readonly FieldName[] = [
  'insurerNumber',
  'insuredIdentificationNumber',
  'patientNumber',
]

function overrulable({ code, mistakes }: Trouble, typed: Typed): readonly Overrule[] {
  const isOf = (field: string) => mistakes.some((one) => one.field === field)
  // A number of the right length that is refused all the same fails a check that a card may fail.
  if (code === 'CARD_FACE_INVALID' && isOf('insurerNumber') && isInsurerNumber(typed.insurerNumber))
    return ['asPrinted']
  return code === 'INDIVIDUAL_NUMBER_REFUSED' && NUMBERS.some(isOf) ? ['notIndividualNumber'] : []
}

const without = (all: ReadonlyMap<Overrule, boolean>, which: Overrule) =>
  new Map([...all].filter(([name]) => name !== which))
