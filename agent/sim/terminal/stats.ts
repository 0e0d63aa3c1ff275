import { LAYOUT, REQUIRED, VALUE } from '../gateway/rules.ts'
import { IDENTIFIER, INSTITUTION, NOT_PLAYED, RECEPTION } from './request.ts'

/** Why a request was not answered as it wished. The last three went to the trash unanswered. */
export type Refusal =
  | 'layout'
  | 'missing-field'
  | 'wrong-value'
  | 'institution'
  | 'identifier'
  | 'reception-number'
  | 'not-played'
  | 'unreadable'
  | 'incomplete'
  | 'too-long'

const REFUSALS: Readonly<Record<string, Refusal>> = {
  [LAYOUT]: 'layout',
  [REQUIRED]: 'missing-field',
  [VALUE]: 'wrong-value',
  [INSTITUTION]: 'institution',
  [IDENTIFIER]: 'identifier',
  [RECEPTION]: 'reception-number',
  [NOT_PLAYED]: 'not-played',
}

/** What a segment 9 of this code is counted as. */
export const refusalOf = (code: string): Refusal | undefined => REFUSALS[code]

/** What happened in the folders since the start. */
export interface TerminalStats {
  /** Looks into `req`. */
  readonly polls: number
  /** Looks that failed, and files that could not be written: the folder was not there. */
  readonly failures: number
  /** Requests that were taken out of `req`, into the trash too. */
  readonly pickedUp: number
  /** Requests whose answer was written whole as far as the behaviour lets it be. */
  readonly answered: number
  /** Requests that were refused, in an answer or by the trash. */
  readonly refused: Readonly<Partial<Record<Refusal, number>>>
  /** Entries that lie in `req` under names that mean nothing, at the last look. */
  readonly strangers: number
  /** Results of the card reader. */
  readonly faces: number
  /** Every appearance of a file in `res` or `face`; a second writing is a second one. */
  readonly filesWritten: number
  /** How often each request name was picked up. */
  readonly pickedUpByName: Readonly<Record<string, number>>
}

type Counter = 'polls' | 'failures' | 'answered' | 'faces' | 'filesWritten'

export interface Tally {
  add(counter: Counter): void
  pickedUp(name: string): void
  refused(refusal: Refusal): void
  strangers(count: number): void
  read(): TerminalStats
}

export const openTally = (): Tally => {
  const counts = { polls: 0, failures: 0, answered: 0, faces: 0, filesWritten: 0 }
  let pickedUp = 0
  let strangers = 0
  const refused = new Map<Refusal, number>()
  const byName = new Map<string, number>()
  return {
    add: (counter) => {
      counts[counter] += 1
    },
    pickedUp: (name) => {
      pickedUp += 1
      byName.set(name, (byName.get(name) ?? 0) + 1)
    },
    refused: (refusal) => refused.set(refusal, (refused.get(refusal) ?? 0) + 1),
    strangers: (count) => {
      strangers = count
    },
    read: () => ({
      ...counts,
      pickedUp,
      strangers,
      refused: Object.fromEntries(refused),
      pickedUpByName: Object.fromEntries(byName),
    }),
  }
}
