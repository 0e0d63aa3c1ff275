import type { CardKey, EhrState, OrcaState, PickedUp, Told, Violation } from './told.ts'

/** Nothing that an official side answered, or nothing yet. */
const UNANSWERED: readonly (string | null)[] = [null, 'offline', 'failed', 'pending']
/** Says how a patient is insured; the newest such answer is the patient's state. */
const DECIDED: readonly (string | null)[] = ['valid', 'invalid']
/** A patient may not be kept from reception for longer. [contract] */
const LOCK_LIMIT_MS = 5_000
const OPEN_END = '9999-12-31'
const NAME = /^OQSsiquc01res_face_\d{10}[0-9A-F]{20}_\d{14}\.xml$/

const wrong = (is: Violation['is'], where: string, what: string): Violation => ({ is, where, what })

/** One file for each answer, none twice, and in it what the feed says. */
export function folderViolations(files: readonly PickedUp[], source: readonly Told[]): Violation[] {
  const where = 'face-folder'
  const answered = new Map(
    source
      .filter(({ outcome }) => !UNANSWERED.includes(outcome))
      .map((told) => [told.question, told]),
  )
  const found = Map.groupBy(files, ({ question }) => question)
  return [
    ...[...answered.values()]
      .filter(({ question }) => !found.has(question))
      .map(({ id }) => wrong('lost', where, id)),
    ...[...found].flatMap(([question, same]) => {
      const told = answered.get(question)
      if (told === undefined) return [wrong('stranger', where, `${same[0]?.name}`)]
      return [
        ...same.slice(1).map(({ name }) => wrong('duplicate', where, name)),
        ...same
          .filter(({ face }) => face !== told.face)
          .map(({ name }) => wrong('altered', where, name)),
      ]
    }),
    ...files
      .filter(({ name }) => !NAME.test(name))
      .map(({ name }) => wrong('stranger', where, name)),
  ]
}

/** How the source leaves one patient. */
interface Insured {
  /** Cards that were ever said to be valid. */
  readonly cards: ReadonlySet<CardKey>
  readonly newest: Told
}

/** By patient number, of those about whom something was decided. */
export function insuredIn(source: readonly Told[]): ReadonlyMap<string, Insured> {
  const patients = new Map<string, { cards: Set<CardKey>; newest: Told }>()
  for (const told of source) {
    const { patientNumber, outcome, card } = told
    if (patientNumber === null || !DECIDED.includes(outcome)) continue
    const known = patients.get(patientNumber) ?? { cards: new Set<CardKey>(), newest: told }
    known.newest = told
    if (outcome === 'valid' && card !== null) known.cards.add(card)
    patients.set(patientNumber, known)
  }
  return patients
}

/**
 * The cards in force at a receiver that is not told what is outdated before it is sent. Where the
 * newest answer is valid, that one alone; else none that was never valid, nor the one that was lost.
 */
function inForceViolations(
  where: string,
  patientNumber: string,
  active: readonly CardKey[],
  insured: Insured,
  canEnd: boolean,
): Violation[] {
  const { newest, cards } = insured
  const state = (what: string) => [wrong('state', where, `${patientNumber} ${what}`)]
  if (active.length > 1) return state(`has ${active.length} insurances in force`)
  if (newest.outcome === 'valid')
    return active[0] === newest.card ? [] : state('is not insured as the newest answer says')
  if (canEnd && active[0] !== undefined && active[0] === newest.card)
    return state('has an insurance in force that was lost')
  return active.every((card) => cards.has(card)) ? [] : state('has an insurance that nobody told')
}

/** One Patient for each number, one Coverage for each card, and the newest answer in force. */
export function ehrViolations(
  { patients, coverages, complaints }: EhrState,
  source: readonly Told[],
): Violation[] {
  const where = 'fhir'
  const insured = insuredIn(source)
  const kept = Map.groupBy(coverages, ({ patientNumber }) => patientNumber)
  return [
    ...complaints.map((what) => wrong('refused', where, what)),
    ...repeated(patients).map((number) => wrong('duplicate', where, `patient ${number}`)),
    ...repeated(coverages.map(({ patientNumber, card }) => `${patientNumber} ${card}`)).map((one) =>
      wrong('duplicate', where, `coverage ${one}`),
    ),
    ...[...kept.keys()]
      .filter((number) => !insured.has(number))
      .map((number) => wrong('stranger', where, number)),
    ...[...insured].flatMap(([number, one]) => {
      const active = (kept.get(number) ?? []).filter(({ status }) => status === 'active')
      return inForceViolations(
        where,
        number,
        active.map(({ card }) => card),
        one,
        true,
      )
    }),
  ]
}

/** One row for each card, no two at a time, the newest answer in force, and no lock that stays. */
export function orcaViolations(
  { patients, locked, held, complaints }: OrcaState,
  source: readonly Told[],
): Violation[] {
  const where = 'orca'
  const insured = insuredIn(source)
  const kept = new Map(patients.map((patient) => [patient.patientNumber, patient.insurances]))
  return [
    ...repeated(patients.map(({ patientNumber }) => patientNumber)).map((number) =>
      wrong('duplicate', where, `patient ${number}`),
    ),
    ...patients.flatMap(({ patientNumber, insurances }) => [
      ...repeated(insurances.map(({ card }) => card)).map((card) =>
        wrong('duplicate', where, `${patientNumber} ${card}`),
      ),
      ...(insurances.length > 0 && !insured.has(patientNumber)
        ? [wrong('stranger', where, patientNumber)]
        : []),
      ...overlapsIn(insurances).map((card) =>
        wrong('state', where, `${patientNumber} ${card} overlaps`),
      ),
    ]),
    ...[...insured].flatMap(([number, one]) => {
      const open = (kept.get(number) ?? []).filter(({ to }) => to === '' || to === OPEN_END)
      // ORCA is written what is valid only: that an insurance was lost is reported, not entered.
      return inForceViolations(
        where,
        number,
        open.map(({ card }) => card),
        one,
        false,
      )
    }),
    ...locked.map((number) => wrong('lock', where, `${number} is still locked`)),
    ...held
      .filter(({ ms, isCrash }) => ms > LOCK_LIMIT_MS && !isCrash)
      .map(({ ms }) => wrong('lock', where, `held for ${Math.round(ms)} ms`)),
    ...complaints.map((what) => wrong('refused', where, what)),
  ]
}

function overlapsIn(insurances: OrcaState['patients'][number]['insurances']): string[] {
  const inOrder = insurances.toSorted((one, other) => (one.from < other.from ? -1 : 1))
  return inOrder
    .filter(({ from }, at) => at > 0 && (inOrder[at - 1]?.to ?? '') >= from)
    .map(({ card }) => card)
}

function repeated(values: readonly string[]): string[] {
  const known = new Set<string>()
  return values.filter((value) => known.has(value) || known.add(value) === undefined)
}
