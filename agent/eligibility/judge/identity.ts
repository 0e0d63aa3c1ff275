import { advisory } from '../../kernel/advisories.ts'
import type { Advisory, Identity } from '../../kernel/judgement.ts'
import type { Known, KnownPatient, Link } from '../../kernel/known.ts'
import { isIncomplete } from '../../kernel/name-form.ts'
import { closestName, type Name, soundsAlike } from '../../kernel/names.ts'
import type { OfficialResult } from '../../kernel/official.ts'
import { isOtherSex, type Person, plain, type Traits } from '../../kernel/person.ts'
import type { Verification } from '../../kernel/verification.ts'
import type { Case } from './case.ts'
import { type Comparison, compareIdentity, type OfficialPerson, renamed } from './comparison.ts'

/** What matching goes by. */
export interface Asked extends Pick<Case, 'question' | 'subject' | 'known'> {
  readonly draft: Pick<Verification, 'patientNumber' | 'results'>
}

/** Whose answer it is, as far as that can be told without a person. */
export interface Match {
  /**
   * The one patient whom it may be about: the only candidate; null: nobody, or several. Only where
   * `link` says so it is that patient's answer.
   */
  readonly patient: KnownPatient | null
  readonly candidates: number
  /** Whether somebody of the same birth date sounds the same and is another person. */
  readonly lookAlike: boolean
  /** Null: nothing to compare, or nobody to compare with. */
  readonly identity: Identity | null
  readonly link: Link
  /** Two or more real differences: a person decides first. */
  readonly isHeld: boolean
  readonly advisories: readonly Advisory[]
}

const NONE: Link = { is: 'none' }

/**
 * Matches an answer with the clinic's patients: one candidate links by itself, several never do.
 * Where numbers name nobody, the birth date and the name do. Whoever differs in the given name or
 * the birth date is not linked, in two or more traits held.
 */
export function matchPatient(one: Asked): Match {
  const { subject, known, draft } = one
  if (subject === 'nobody') return ofNumberAlone(known)
  if (subject === 'unclear') return { ...ofNumberAlone(known), patient: null, link: NONE }
  const official = { person: subject, names: namesOf(subject, draft.results) }
  const seen = known.patients.map((patient) => seenBeside(patient, official))
  const fitting = candidatesAmong(seen, known.by)
  const patient = fitting.length === 1 ? (fitting[0] ?? null) : null
  const counterpart = counterpartOf(one, patient)
  const comparison = counterpart && compareIdentity(counterpart.traits, official)
  const lookAlike = seen.some(({ isLookAlike }) => isLookAlike)
  const conflict = numberConflictIn(one)
  const facts: Facts = { one, official, fitting, patient, counterpart, comparison }
  return {
    patient,
    candidates: fitting.length,
    lookAlike,
    identity: counterpart &&
      comparison && {
        comparedWith: counterpart.is,
        patientId: patient?.id ?? null,
        candidates: fitting.length,
        differences: comparison.differences,
        count: comparison.count,
      },
    link: conflict === null ? linkOf(facts) : NONE,
    isHeld: isHeld(comparison),
    advisories: [
      ...differenceAdvice(facts),
      ...(conflict === null ? [] : [advisory('REFERENCE_NUMBER_DIFFERS', conflict)]),
      ...(conflict === null && fitting.length > 1 ? [advisory('PATIENT_AMBIGUOUS')] : []),
      ...(lookAlike && known.by === 'birthdate'
        ? [advisory('LOOK_ALIKE_PATIENT', fieldIn(one, 'name'))]
        : []),
    ],
  }
}

interface Counterpart {
  readonly is: Identity['comparedWith']
  readonly traits: Traits
}

interface Facts {
  readonly one: Asked
  readonly official: OfficialPerson
  readonly fitting: readonly KnownPatient[]
  readonly patient: KnownPatient | null
  readonly counterpart: Counterpart | null
  readonly comparison: Comparison | null
}

/** An answer that names nobody belongs to the one patient whose number was sent with the question. */
function ofNumberAlone({ patients, by }: Known): Match {
  const numbered = by === 'number' ? patients : []
  const patient = numbered.length === 1 ? (numbered[0] ?? null) : null
  return {
    patient,
    candidates: numbered.length,
    lookAlike: false,
    identity: null,
    link: patient === null ? NONE : { is: 'known', patientId: patient.id, renamed: null },
    isHeld: false,
    advisories: [],
  }
}

/** Of all results: they speak of one person, who may have a 通称 beside the official name. */
function namesOf({ name, nameKana }: Person, results: readonly OfficialResult[]): Name[] {
  const official = { name, nameKana }
  const others = results
    .flatMap((result) => [
      { name: result.name ?? '', nameKana: result.nameKana ?? '' },
      { name: result.nameOfOther ?? '', nameKana: result.nameOfOtherKana ?? '' },
    ])
    .filter((one) => one.name !== '' || one.nameKana !== '')
    .filter((one) => one.name !== name || one.nameKana !== nameKana)
  return [official, ...others]
}

/** A patient as far as birth date, sex and name go. */
interface Seen {
  readonly patient: KnownPatient
  readonly fits: boolean
  readonly isLookAlike: boolean
}

function seenBeside(patient: KnownPatient, { person, names }: OfficialPerson): Seen {
  if (patient.birthdate !== person.birthdate) return { patient, fits: false, isLookAlike: false }
  const isSameName = closestName(patient, names)?.verdict === 'same'
  const isSex = isOtherSex(patient.sex, person.sex)
  return {
    patient,
    fits: isSameName && !isSex,
    isLookAlike: isSameName ? isSex : names.some((name) => soundsAlike(patient, name)),
  }
}

/** A number or a card points at its patients, whoever answers; a birth date only at who fits. */
const candidatesAmong = (seen: readonly Seen[], by: Known['by']) =>
  seen.filter(({ fits }) => by !== 'birthdate' || fits).map(({ patient }) => patient)

/** With whom it is compared: the patient, else who was received offline, else what was typed. */
function counterpartOf(
  { question, known }: Asked,
  patient: KnownPatient | null,
): Counterpart | null {
  if (patient !== null) return { is: 'patient', traits: patient }
  if (known.intake !== null) return { is: 'intake', traits: known.intake }
  if (question.kind !== 'card-face') return null
  const { birthdate } = question.face
  return { is: 'card-face', traits: { name: '', nameKana: '', birthdate, sex: '' } }
}

const isHeld = (comparison: Comparison | null) => comparison !== null && comparison.count >= 2

/** Which of the clinic's records the answer goes to by itself. */
function linkOf(facts: Facts): Link {
  const { official, fitting, patient, comparison } = facts
  const { person } = official
  if (isHeld(comparison) || isStopped(facts) || fitting.length > 1) return NONE
  if (patient !== null && comparison !== null)
    return { is: 'known', patientId: patient.id, renamed: renamed(patient, comparison, person) }
  return isFindable(facts) ? { is: 'new' } : NONE
}

/**
 * Whether one difference is enough to link nothing. Birth dates do not change, so another one is of
 * another person or of a record that a person has to correct. Given names tell members of a family
 * apart. Family names and the sex on record do change.
 */
function isStopped(facts: Facts): boolean {
  return facts.comparison?.differences.birthdate !== undefined || isOtherGivenName(facts)
}

/**
 * The same kana on the same card, or on a form that was filled in by ear, is the same person however
 * it is written. On another card the number alone says so, and who looks a number up by kana and birth
 * date finds look-alikes, too.
 */
function isOtherGivenName({ official, patient, counterpart, comparison }: Facts): boolean {
  if (comparison?.verdict !== 'kanji-differs')
    return comparison?.verdict === 'given-differs' || comparison?.verdict === 'differs'
  const { identity } = official.person
  const isOnOwnCard = identity !== null && patient?.identity === identity
  return counterpart?.is !== 'intake' && !isOnOwnCard
}

/** A patient whom neither a number, a card nor a name would find again is not made. */
const isFindable = ({ one, official }: Facts) =>
  numbersIn(one).length > 0 ||
  official.person.identity !== null ||
  official.names.some(({ name, nameKana }) => !isIncomplete(name) || !isIncomplete(nameKana))

/** Whether it is linked all the same must be clear from the code: nobody waits for a person then. */
function differenceAdvice(facts: Facts): Advisory[] {
  const { one, comparison } = facts
  if (comparison === null || comparison.count === 0) return []
  if (isHeld(comparison)) return [advisory('IDENTITY_HELD')]
  const { differences } = comparison
  if (differences.birthdate !== undefined)
    return [advisory('BIRTHDATE_DIFFERS', fieldIn(one, 'birthdate'))]
  if (differences.sex1 !== undefined) return [advisory('IDENTITY_DIFFERS', fieldIn(one, 'sex1'))]
  const code = isOtherGivenName(facts) ? 'GIVEN_NAME_DIFFERS' : 'IDENTITY_DIFFERS'
  return [advisory(code, fieldIn(one, differences.name === undefined ? 'nameKana' : 'name'))]
}

/** In the result that the person was read from. */
function fieldIn({ draft }: Asked, field: 'name' | 'nameKana' | 'birthdate' | 'sex1'): string {
  const index = draft.results.findIndex(({ name, birthdate }) => name && birthdate)
  return `results[${Math.max(index, 0)}].${field}`
}

interface SentNumber {
  readonly number: string
  readonly field: string
}

/** The clinic's numbers that came with question and answer. */
const numbersIn = ({ draft }: Asked): SentNumber[] =>
  [
    { number: draft.patientNumber, field: 'patientNumber' },
    ...draft.results.map(({ referenceNumber }, index) => ({
      number: referenceNumber,
      field: `results[${index}].referenceNumber`,
    })),
  ].flatMap(({ number, field }) => (number ? [{ number, field }] : []))

/** The field of the first number that is another than the one before; leading zeros aside. */
function numberConflictIn(one: Asked): string | null {
  const [first, ...others] = numbersIn(one)
  const other = others.find(({ number }) => bare(number) !== bare(first?.number ?? ''))
  return other?.field ?? null
}
const bare = (number: string) => plain(number).replace(/^0+(?=.)/, '')
