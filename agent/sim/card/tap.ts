import { patientByNumber } from '../patients.ts'
import { type CardKind, cardKinds } from './card.ts'
import type { Mishap } from './presented.ts'

/** What to put on the reader. */
export interface Tap extends Mishap {
  /** Default `my-number`. */
  readonly kind?: CardKind
  /** "01" to "40": whose My Number card. Needed for that kind, without meaning for others. */
  readonly patient?: string
  /** The card's 利用者証明用 certificate is past its end. */
  readonly expired?: boolean
}

/** A request that cannot be followed, with what is wrong with it. */
export interface Refused {
  readonly refused: string
}

const refuse = (refused: string): Refused => ({ refused })

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const kindOf = (value: unknown): CardKind | undefined => cardKinds.find((kind) => kind === value)

const isCount = (value: unknown): value is number | undefined =>
  value === undefined || (Number.isInteger(value) && Number(value) >= 1)

const fields = ['kind', 'patient', 'expired', 'pullAfterApdus', 'hangAfterApdus']

/** Reads the body of `POST /tap`. */
export function parseTap(body: unknown): Tap | Refused {
  if (!isRecord(body)) return refuse('an object is needed, e.g. {"patient": "01"}')
  const stranger = Object.keys(body).find((field) => !fields.includes(field))
  if (stranger !== undefined) return refuse(`unknown field; there are ${fields.join(', ')}`)
  const { kind: wanted = 'my-number', patient, expired, pullAfterApdus, hangAfterApdus } = body
  const kind = kindOf(wanted)
  if (kind === undefined) return refuse(`kind is one of ${cardKinds.join(', ')}`)
  if (expired !== undefined && typeof expired !== 'boolean') {
    return refuse('expired is true or false')
  }
  if (!isCount(pullAfterApdus)) return refuse('pullAfterApdus counts commands, from 1')
  if (!isCount(hangAfterApdus)) return refuse('hangAfterApdus counts commands, from 1')
  const mishap = {
    ...(pullAfterApdus === undefined ? {} : { pullAfterApdus }),
    ...(hangAfterApdus === undefined ? {} : { hangAfterApdus }),
  }
  if (kind !== 'my-number') return { kind, ...mishap }
  if (typeof patient !== 'string' || patientByNumber(patient) === undefined) {
    return refuse('patient is "01" to "40"')
  }
  return { kind, patient, expired: expired ?? false, ...mishap }
}

/** What was typed at the keyboard. */
export type Typed = { readonly is: 'tap'; readonly tap: Tap } | { readonly is: 'remove' } | Refused

const USAGE = 'tap PATIENT|KIND [expired] [pull=N] [hang=N]  |  remove'

/** Reads one line, e.g. `tap 01 expired`, `tap driving-licence`, `tap 02 pull=3`, `remove`. */
export function parseLine(line: string): Typed {
  const [verb, subject, ...rest] = line.trim().split(/\s+/)
  if (verb === 'remove' && subject === undefined) return { is: 'remove' }
  if (verb !== 'tap' || subject === undefined) return refuse(USAGE)
  const extras = rest.map((word) => {
    const [, which, count] = /^(pull|hang)=(\d+)$/.exec(word) ?? []
    if (which !== undefined) return { [`${which}AfterApdus`]: Number(count) }
    return word === 'expired' ? { expired: true } : undefined
  })
  if (extras.includes(undefined)) return refuse(USAGE)
  const whose = kindOf(subject) === undefined ? { patient: subject } : { kind: subject }
  const tap = parseTap(Object.assign(whose, ...extras))
  return 'refused' in tap ? tap : { is: 'tap', tap }
}
