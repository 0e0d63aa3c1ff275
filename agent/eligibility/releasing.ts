import { AgentError } from '../kernel/errors.ts'
import type { KnownPatient, Link, PatientNumbers } from '../kernel/known.ts'
import { readVerification, type Verification } from '../kernel/verification.ts'
import type { Release } from '../store/holds.ts'
import type { Store } from '../store/store.ts'
import { type EndingParts, receptionTime } from './ending.ts'
import type { Case } from './judge/case.ts'
import { agreed } from './judge/comparison.ts'
import { type Match, matchPatient } from './judge/identity.ts'
import { judge } from './judge/judge.ts'
import { personOf } from './person.ts'
import { type Question, readQuestion } from './question.ts'

export interface ReleaseParts extends EndingParts {
  readonly store: EndingParts['store'] & Pick<Store, 'question' | 'patient'>
}

/** A word on whose it is leaves what was typed, or taken down, aside. */
const NOTHING_TYPED: Question = {
  kind: 'terminal',
  isOfBatch: false,
  arbitraryIdentifier: null,
  supersedes: null,
}

/**
 * A person says that a held answer (a feed item) is of whom the clinic meant: of the patient who has
 * `patientNumber`, else of the one that it was compared with, else of who fits. Where several fit, it is
 * nobody's still. It is judged anew by that: while it was held, nothing was said of what came back. One
 * that was linked before stays so. Throws `PATIENT_UNKNOWN`, and `STORE_NEWER` where a later release
 * wrote it.
 */
export function releaseOf(
  parts: ReleaseParts,
  item: Uint8Array,
  patientNumber: string | null,
): Release {
  const { store } = parts
  const { verification, at } = eventIn(item)
  const { patient, identity, results } = verification
  const named = patientNumber === null ? null : patientWith(store, patientNumber)
  const subject = personOf(results)
  const numbers = numbersOf(verification, patientNumber)
  if (patient !== null && (named === null || named.id === patient.id))
    return { verification: { ...verification, held: false }, numbers, subject, link: null }
  const compared =
    identity?.patientId == null ? undefined : store.patient({ id: identity.patientId })
  const { id, supersedes } = verification
  const draft: Verification = { ...verification, held: false, patient: null, advisories: [] }
  const known = { ...store.known({ questionId: id, supersedes, numbers, subject }), intake: null }
  const base = { draft, subject, known }
  const match = matchBy(base, named ?? compared ?? null)
  return {
    verification: judge(caseOf(parts, base, match, at), match, verification.reception),
    numbers,
    subject,
    link: match.link,
  }
}

/** Another number than the person's own word is not taken down for the patient. */
const numbersOf = (
  { patientNumber: asked, results }: Verification,
  named: string | null,
): PatientNumbers => {
  const returned = results.find(({ referenceNumber }) => referenceNumber)?.referenceNumber ?? null
  return { asked: named ?? asked ?? returned, returned: null }
}

type Base = Pick<Case, 'draft' | 'subject' | 'known'>

/** `said`: whose it is; null: of whom it fits. */
function matchBy(base: Base, said: KnownPatient | null): Match {
  const asked = { ...base, question: NOTHING_TYPED }
  const alone = matchPatient(asked)
  const patient = said ?? alone.patient
  if (patient === null) return { ...alone, isHeld: false }
  const match = matchPatient({
    ...asked,
    known: { ...base.known, patients: [patient], by: 'number' },
  })
  const renamed = match.identity && agreed(match.identity.differences)
  const link: Link = { is: 'known', patientId: patient.id, renamed }
  const advisories = match.advisories.filter(({ code }) => code === 'REFERENCE_NUMBER_DIFFERS')
  return { ...match, patient, link, isHeld: false, advisories }
}

function caseOf(
  { store, judging }: ReleaseParts,
  base: Base,
  { patient }: Match,
  at: number,
): Case {
  const { id } = base.draft
  const stored = store.question(id)
  const question = stored && readQuestion(stored.body)
  if (stored === undefined || question === undefined)
    throw new AgentError('STORE_NEWER', 'a later release wrote this question')
  return {
    ...base,
    question,
    patient,
    history: patient && store.historyOf(patient.id, id),
    at,
    receivedAt: receptionTime(question, stored.acceptedAt, base.draft),
    rules: judging.rules,
    institutionCode: judging.institutionCode,
  }
}

function patientWith({ patient }: Pick<Store, 'patient'>, number: string): KnownPatient {
  const found = patient({ number })
  if (found === undefined) throw new AgentError('PATIENT_UNKNOWN', 'no patient has this number')
  return found
}

/** What the store wrote itself. */
function eventIn(item: Uint8Array): { readonly verification: Verification; readonly at: number } {
  const event: { verification: object; at: string } = JSON.parse(Buffer.from(item).toString())
  const verification = readVerification(event.verification)
  if (verification === undefined)
    throw new AgentError('STORE_NEWER', 'a later release wrote this verification')
  return { verification, at: Date.parse(event.at) }
}
