import {
  type Asked,
  type Match,
  matchPatient,
} from '../../../../agent/eligibility/judge/identity.ts'
import { personOf } from '../../../../agent/eligibility/person.ts'
import type { Question } from '../../../../agent/eligibility/question.ts'
import type { Known, KnownPatient } from '../../../../agent/kernel/known.ts'
import type { OfficialResult } from '../../../../agent/kernel/official.ts'

export const hanako: KnownPatient = {
  id: 'hanako',
  firstSeenAt: 0,
  name: '山田 花子',
  nameKana: 'ヤマダ ハナコ',
  birthdate: '19800502',
  sex: '2',
  identity: null,
}
export const answer: OfficialResult = {
  insurerNumber: '06139992',
  insuredIdentificationNumber: '5',
  name: '山田　花子',
  nameKana: 'ﾔﾏﾀﾞ ﾊﾅｺ',
  birthdate: '19800502',
  sex1: '2',
}
/** Typed at the desk. */
const face: Question = {
  kind: 'card-face',
  face: { insurerNumber: '06139992', insuredIdentificationNumber: '5', birthdate: '19800502' },
  supersedes: null,
}
/** Asked at the official terminal. */
export const terminal: Question = {
  kind: 'terminal',
  isOfBatch: false,
  arbitraryIdentifier: null,
  supersedes: null,
}

interface Given {
  readonly question?: Question
  readonly known?: Partial<Known>
  readonly results?: OfficialResult[]
  readonly patientNumber?: string | null
}
/** What comes of an answer: of one that nobody is known for, where nothing else is given. */
export function matched({
  question = face,
  known = {},
  results = [answer],
  patientNumber = null,
}: Given) {
  const one: Asked = {
    question,
    draft: { patientNumber, results },
    subject: personOf(results),
    known: { patients: [], by: null, intake: null, paidInFullAt: null, ...known },
  }
  return matchPatient(one)
}
export const byNumber = (result: Partial<OfficialResult>, patient: KnownPatient = hanako) =>
  matched({
    known: { patients: [patient], by: 'number' },
    patientNumber: '42',
    results: [{ ...answer, ...result }],
  })
export const byBirthdate = (patients: KnownPatient[], result: Partial<OfficialResult> = {}) =>
  matched({ known: { patients, by: 'birthdate' }, results: [{ ...answer, ...result }] })
/** Short: how it is linked, and what a person is told. */
export const told = ({ link, advisories }: Match) => [
  link.is,
  ...advisories.map(({ code, field }) => (field === null ? code : `${code} ${field}`)),
]
export const renamedIn = ({ link }: Match) => (link.is === 'known' ? link.renamed : undefined)
