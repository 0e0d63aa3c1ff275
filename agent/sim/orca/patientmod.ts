import { basicsTrouble, converted, missing } from './basics.ts'
import { besideHealth, besidePublic, isRegular, isSameHealth } from './beside.ts'
import { type Answer, blame, type Call, type Clinic, todayOf, unknownRequest } from './clinic.ts'
import { filled, recordOf, textOf } from './fields.ts'
import type { Rules } from './insurance.ts'
import { patientId } from './ledger.ts'
import {
  type Basics,
  basicsOf,
  MOST_HEALTH,
  MOST_PUBLIC,
  NO_MARKS,
  type Patient,
} from './patient.ts'
import { answerTo, type End, type Request, ROOT } from './patientmod-answer.ts'
import { type Taken, takeInsurance } from './taken.ts'
import type { Trouble, Warning } from './troubles.ts'

const MANY_COMBINATIONS = 20

const failed = (kind: Trouble['kind']): End => ({ is: 'trouble', trouble: { kind } })

const rulesFor = (birthDate: string, clinic: Clinic): Rules => {
  const today = todayOf(clinic)
  return {
    today,
    birthDate,
    checkDate: today,
    isMild: true,
    ageRules: clinic.customs.ageRules,
  }
}

/** Zip codes that begin so are none. Assumption `warnings`. */
const NO_ZIP = /^000/

const warningsOf = (
  patient: Patient,
  more: readonly Warning[],
  clinic: Clinic,
): readonly Warning[] => {
  const all: Warning[] = [...more]
  if (clinic.ledger.hasTwin(patient)) all.push('K0')
  if (NO_ZIP.test(patient.Home_Address_Information.Address_ZipCode)) all.push('K2')
  if (patient.combinations.length >= MANY_COMBINATIONS) all.push('K4')
  return [...new Set(all)].sort()
}

const keep = (patient: Patient, { client }: Request, clinic: Clinic): void => {
  clinic.ledger.put(patient)
  clinic.reads.changed(client, patient.Patient_ID)
  clinic.tally.wrote(patient.Patient_ID)
}

/** The number of a new patient, or why it can have none. */
const numberFor = (
  id: string,
  clinic: Clinic,
): { readonly id: string; readonly wentRound: boolean } | Trouble['kind'] => {
  if (id === '*')
    return clinic.customs.autoNumbering
      ? (clinic.ledger.nextId() ?? 'numbering-full')
      : 'no-numbering'
  const given = patientId(id)
  if (given === undefined) return 'id-layout'
  return clinic.ledger.get(given) === undefined ? { id: given, wentRound: false } : 'id-taken'
}

const NO_ROWS = { HealthInsurance_Info: [], PublicInsurance_Info: [], combinations: [] }

/** class 01. */
const register = (request: Request, clinic: Clinic): End => {
  const { basics, fields } = request
  const wrong = basicsTrouble(basics, todayOf(clinic))
  if (wrong !== undefined) return failed(wrong)
  if (basics.Sex === '1' && basics.Personally_Information.Pregnant_Class === 'True')
    return failed('pregnant')
  const taken = takeInsurance(fields, rulesFor(basics.BirthDate, clinic))
  if (taken.is === 'trouble') return taken
  const number = numberFor(request.id, clinic)
  if (typeof number === 'string') return failed(number)
  const patient: Patient = {
    Patient_ID: number.id,
    ...basics,
    ...NO_MARKS,
    ...clinic.ledger.numbered(number.id, {
      ...NO_ROWS,
      HealthInsurance_Info: taken.health,
      PublicInsurance_Info: taken.publics,
    }),
  }
  keep(patient, request, clinic)
  const more: readonly Warning[] = number.wentRound ? ['K1', ...taken.warnings] : taken.warnings
  return { is: 'done', patient, message: '登録終了', warnings: warningsOf(patient, more, clinic) }
}

/** Whether these say the same of the person. */
const agree = (one: Basics, other: Basics, names: readonly (keyof Basics)[]): boolean =>
  names.every((name) => one[name] === other[name])

/** class 02. */
const update = (request: Request, patient: Patient, clinic: Clinic): End => {
  const { basics, fields } = request
  const byNames = textOf(fields, 'Mod_Key') === '2'
  const names = byNames
    ? (['WholeName', 'WholeName_inKana'] as const)
    : (['BirthDate', 'Sex'] as const)
  if (!agree(basics, patient, names)) return failed('update-mismatch')
  const wrong = basicsTrouble(basics, todayOf(clinic))
  if (wrong !== undefined) return failed(wrong)
  if (Object.keys(filled(recordOf(fields, 'HealthInsurance_Information'))).length > 0)
    blame(clinic, 'insurance-in-update', patient.Patient_ID)
  const changed = { ...patient, ...basics }
  keep(changed, request, clinic)
  return {
    is: 'done',
    patient: changed,
    message: '更新終了',
    warnings: warningsOf(changed, [], clinic),
  }
}

/** class 03. */
const remove = (request: Request, patient: Patient, clinic: Clinic): End => {
  if (!agree(request.basics, patient, ['WholeName', 'Sex', 'BirthDate']))
    return failed('delete-mismatch')
  clinic.ledger.remove(patient.Patient_ID)
  clinic.reads.changed(request.client, patient.Patient_ID)
  clinic.tally.wrote(patient.Patient_ID)
  return { is: 'done', patient, message: '削除終了', warnings: [] }
}

/** What stands against these rows beside those that the patient has. */
const addTrouble = (
  patient: Patient,
  { health, publics }: Extract<Taken, { is: 'rows' }>,
): Trouble['kind'] | undefined => {
  const had = patient.HealthInsurance_Info
  const [row] = health
  if (row !== undefined && had.some((one) => isSameHealth(one, row))) return 'same-insurance'
  if (had.some(isRegular)) return 'has-insurance'
  if (had.length + health.length > MOST_HEALTH) return 'many-insurances'
  if (patient.PublicInsurance_Info.length + publics.length > MOST_PUBLIC) return 'many-publics'
  const clash = row === undefined ? undefined : besideHealth(row, had)
  if (clash !== undefined) return clash
  return publics
    .map((one) => besidePublic(one, patient.PublicInsurance_Info))
    .find((kind) => kind !== undefined)
}

/** class 04. */
const addInsurance = (request: Request, patient: Patient, clinic: Clinic): End => {
  if (!agree(request.basics, patient, ['WholeName', 'Sex', 'BirthDate']))
    return failed('add-mismatch')
  const taken = takeInsurance(request.fields, rulesFor(patient.BirthDate, clinic))
  if (taken.is === 'trouble') return taken
  if (taken.health.length + taken.publics.length === 0) return failed('no-insurance')
  const wrong = addTrouble(patient, taken)
  if (wrong !== undefined) return failed(wrong)
  const changed: Patient = {
    ...patient,
    ...clinic.ledger.numbered(patient.Patient_ID, {
      HealthInsurance_Info: [...patient.HealthInsurance_Info, ...taken.health],
      PublicInsurance_Info: [...patient.PublicInsurance_Info, ...taken.publics],
      combinations: patient.combinations,
    }),
  }
  keep(changed, request, clinic)
  return {
    is: 'done',
    patient: changed,
    message: '保険追加終了',
    warnings: warningsOf(changed, taken.warnings, clinic),
  }
}

const CHANGES: Readonly<Record<string, typeof update>> = {
  '02': update,
  '03': remove,
  '04': addInsurance,
}

const change = (request: Request, clinic: Clinic, by: typeof update): End => {
  const patient = clinic.ledger.get(request.id)
  if (patient === undefined) return failed('no-patient')
  if (clinic.locks.of(request.id) !== undefined) return failed('locked')
  const dark = clinic.reads.look(request.client, request.id)
  const end = by(request, patient, clinic)
  if (end.is === 'done' && dark !== undefined) blame(clinic, dark, request.id)
  return end
}

/** `POST /orca12/patientmodv2?class=01` to `04`. */
export const patientmod = ({ client, query, fields }: Call, clinic: Clinic): Answer => {
  const basics = converted(basicsOf(fields))
  const sent = textOf(fields, 'Patient_ID')
  const request = { fields, client, id: sent === '*' ? sent : (patientId(sent) ?? sent), basics }
  const kind = query.get('class') ?? ''
  const by = CHANGES[kind]
  if (kind !== '01' && by === undefined) return unknownRequest(clinic, ROOT, 'Acceptance_Info')
  const without = missing(sent, basics)
  if (without !== undefined) return answerTo(failed(without), request, clinic)
  const end = by === undefined ? register(request, clinic) : change(request, clinic, by)
  return answerTo(end, request, clinic)
}
