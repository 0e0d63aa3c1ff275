import { BehaviourError, type Given, givenIn, oneOf, wholeNumbers } from '../behaviour.ts'
import type { Question } from './locks.ts'

/**
 * What the simulator can be told to do.
 *
 * To requests; those of the second group only after the request was carried out, those of the first
 * before and instead, or after it where `processed` is true:
 *
 * - drop: the connection is destroyed without an answer
 * - hang: never answers
 * - status: `status` (default 500) with an HTML page
 * - busy: 503 with Retry-After; too-many: 429 with Retry-After
 * - html: 200 with an HTML page
 * - result: the Api_Result `result`; where `processed`, with all that the request was answered, so that
 *   a 01 that says E50 has taken the lock, as the real one may
 * - restart: as if it had been restarted: every lock is lost and every connection dropped. Without
 *   `times` and `share` at once, else when a request comes
 *
 * - slow: answers `delayMs` later (default 1000)
 * - cut: headers and half of the body, then the connection is destroyed
 * - stall: headers and half of the body, then silence
 * - slow-body: the body in 16 pieces, `delayMs` apart (default 200)
 * - garbage: a whole HTTP answer whose body stops half way
 *
 * To patients:
 *
 * - in-use: a person has the patient of the request open while it is carried out (90, E90)
 * - ask: a 03 is asked the `questions` one after another (S20)
 * - lock, unlock: at once, a person (`by`) opens or closes `patient`
 */
export const MODES = [
  'normal',
  'drop',
  'hang',
  'status',
  'busy',
  'too-many',
  'html',
  'result',
  'restart',
  'slow',
  'cut',
  'stall',
  'slow-body',
  'garbage',
  'in-use',
  'ask',
  'lock',
  'unlock',
] as const
export type Mode = (typeof MODES)[number]

/** The calls, by the last part of their path. */
export const CALLS = [
  'patientgetv2',
  'patientlst2v2',
  'patientlst3v2',
  'insuranceinf1v2',
  'system01lstv2',
  'appointlstv2',
  'patientmodv2',
  'patientmodv32',
  'medicalmodv37',
] as const
export type CallName = (typeof CALLS)[number]

/**
 * Several can hold at a time; the first that was set and matches is played. One of the same mode, at,
 * step and patient is replaced. Mode `normal` ends all of them.
 */
export interface Behaviour {
  readonly mode: Mode
  /** Only this call; default all. */
  readonly at?: CallName
  /** Only this class of patientmodv2, or Request_Number of patientmodv32 and medicalmodv37. */
  readonly step?: string
  /** Only this patient, as "00042". Of `lock` and `unlock`: whom. */
  readonly patient?: string
  /** How many requests it holds for; default until it is ended. */
  readonly times?: number
  /** The share of the requests that it is played for, above 0 and up to 1; default all. */
  readonly share?: number
  /** Whether the request is carried out before the first group of modes; default false. */
  readonly processed?: boolean
  readonly delayMs?: number
  /** For mode `status`: 300 to 599. */
  readonly status?: number
  /** For `busy` and `too-many`; default 2. */
  readonly retryAfterSeconds?: number
  /** For `result`, which needs it: a code as "E50". */
  readonly result?: string
  /** For `ask`; default one question. */
  readonly questions?: readonly Question[]
  /** For `lock` and `unlock`: the person; default 受付, and whoever has the patient open. */
  readonly by?: string
}

export const NORMAL: Behaviour = { mode: 'normal' }

/** Recorded: what ORCA asks where treatment falls outside the period of a changed insurance. */
export const QUESTION: Question = {
  Patient_Select: 'K910',
  Patient_Select_Message: '保険組合せ更新で期間外の診療が発生します。更新内容を確認して下さい。',
}

const LIMITS = {
  times: [1, 10_000_000],
  delayMs: [0, 3_600_000],
  status: [300, 599],
  retryAfterSeconds: [0, 3600],
} as const
const KEYS = [
  'mode',
  'at',
  'step',
  'patient',
  'share',
  'processed',
  'questions',
  'result',
  'by',
  ...Object.keys(LIMITS),
]

const textIn = (given: Given, key: string, form: RegExp, what: string) => {
  const value = given[key]
  if (typeof value !== 'string' || !form.test(value)) throw new BehaviourError(`${key} is ${what}`)
  return value
}

const shareOf = (value: unknown): number => {
  if (typeof value !== 'number' || !(value > 0 && value <= 1))
    throw new BehaviourError('share is a number above 0 and up to 1')
  return value
}

const processedOf = (value: unknown): boolean => {
  if (typeof value !== 'boolean') throw new BehaviourError('processed is true or false')
  return value
}

const questionsOf = (value: unknown): readonly Question[] => {
  if (!Array.isArray(value) || value.length === 0) throw new BehaviourError('questions is a list')
  return value.map((one: unknown) => {
    const given: Given = typeof one === 'object' && one !== null ? { ...one } : {}
    return {
      Patient_Select: textIn(given, 'Patient_Select', /./, 'a text'),
      Patient_Select_Message: textIn(given, 'Patient_Select_Message', /./, 'a text'),
    }
  })
}

/** Throws `BehaviourError` where the words do not go together. */
export const checked = (behaviour: Behaviour): Behaviour => {
  const { mode, patient, questions, share, result } = behaviour
  if ((mode === 'lock' || mode === 'unlock') && patient === undefined)
    throw new BehaviourError(`mode ${mode} needs a patient`)
  if (questions !== undefined && mode !== 'ask')
    throw new BehaviourError('questions are for mode ask')
  if ((result !== undefined) !== (mode === 'result'))
    throw new BehaviourError('mode result needs a result, and no other takes one')
  if (mode === 'ask' && share !== undefined) throw new BehaviourError('mode ask takes no share')
  return behaviour
}

/** Parses what came as JSON. Throws `BehaviourError`, which says what is wrong with it. */
export const readBehaviour = (json: unknown): Behaviour => {
  const given = givenIn(json, KEYS)
  const has = (key: string) => given[key] !== undefined
  return checked({
    mode: oneOf('mode', given['mode'], MODES),
    ...wholeNumbers(given, LIMITS),
    ...(has('at') ? { at: oneOf('at', given['at'], CALLS) } : {}),
    ...(has('step') ? { step: textIn(given, 'step', /^\d\d$/, 'two digits') } : {}),
    ...(has('patient') ? { patient: textIn(given, 'patient', /^\d{5}$/, 'five digits') } : {}),
    ...(has('share') ? { share: shareOf(given['share']) } : {}),
    ...(has('processed') ? { processed: processedOf(given['processed']) } : {}),
    ...(has('questions') ? { questions: questionsOf(given['questions']) } : {}),
    ...(has('result') ? { result: textIn(given, 'result', /^[A-Z]?\d{2,4}$/, 'a code') } : {}),
    ...(has('by') ? { by: textIn(given, 'by', /./, 'a text') } : {}),
  })
}
