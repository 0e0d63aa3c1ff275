import type { Fields } from '../patients/element.ts'
import type { Book } from './book.ts'
import { japaneseClock } from './dates.ts'
import type { Ledger } from './ledger.ts'
import type { Locks, Question } from './locks.ts'
import type { Reads } from './reads.ts'
import type { Tally, ViolationKind } from './stats.ts'

/** What the clinic's ORCA is like. */
export interface Customs {
  /** `*` as a number gives the next one (標準構成); else it is 11. */
  readonly autoNumbering: boolean
  /** Whether a client that has a patient gets it again (assumption `relock`). */
  readonly relock: 'busy' | 'again'
  /** Assumption `confirm`. */
  readonly confirmNeedsRows: boolean
  /** Assumption `ages`. */
  readonly ageRules: boolean
  /** Assumption `appointment-insurance`. */
  readonly appointmentInsurance: 'record' | 'list' | 'none'
}

/** Everything that the calls of the API work on. */
export interface Clinic {
  readonly customs: Customs
  readonly ledger: Ledger
  readonly book: Book
  readonly locks: Locks
  readonly reads: Reads
  readonly tally: Tally
  /** Epoch ms. */
  now(): number
  /** The questions that this submission is to be asked. */
  questionsFor(patient: string): readonly Question[]
}

/** A request that has been read. */
export interface Call {
  /** The user of the login. */
  readonly client: string
  readonly query: URLSearchParams
  readonly fields: Fields
}

/** The record of an answer, under its name. */
export interface Answer {
  readonly root: string
  readonly fields: Fields
}

type Reskey = 'Patient Info' | 'Acceptance_Info'

/** What most answers begin with. */
export const headOf = (
  clinic: Pick<Clinic, 'now'>,
  result: string,
  message: string,
  reskey: Reskey,
): Fields => {
  const { date, time } = japaneseClock(clinic.now())
  return {
    Information_Date: date,
    Information_Time: time,
    Api_Result: result,
    Api_Result_Message: message,
    Reskey: reskey,
  }
}

export const UNKNOWN_REQUEST = '処理区分未設定'

/** The answer to a class or Request_Number that is none. */
export const unknownRequest = (
  clinic: Pick<Clinic, 'now'>,
  root: string,
  reskey: Reskey,
): Answer => ({ root, fields: headOf(clinic, '91', UNKNOWN_REQUEST, reskey) })

export const todayOf = (clinic: Pick<Clinic, 'now'>): string => japaneseClock(clinic.now()).date

/** Notes a misuse. */
export const blame = (
  clinic: Pick<Clinic, 'now' | 'tally'>,
  kind: ViolationKind,
  Patient_ID: string,
  Karte_Uid = '',
): void => clinic.tally.violation({ kind, at: clinic.now(), Patient_ID, Karte_Uid })
