import type { Fields } from '../patients/element.ts'
import { type Answer, type Call, type Clinic, todayOf } from './clinic.ts'
import { listOf, recordOf, textOf } from './fields.ts'
import type { Rules } from './insurance.ts'
import type { Lock } from './locks.ts'
import type { Patient } from './patient.ts'
import { type Entry, type Staged, stage } from './staging.ts'
import type { Trouble } from './troubles.ts'
import { insuranceAnswer, plainEntries, troublesAnswer, warningsAnswer } from './v3-fields.ts'
import { QUESTION_OPEN, say } from './v3-say.ts'

const rowsOf = (fields: Fields) => ({
  health: listOf(recordOf(fields, 'HealthInsurance_Information'), 'HealthInsurance_Info'),
  public: listOf(recordOf(fields, 'PublicInsurance_Information'), 'PublicInsurance_Info'),
})

/** E50: what was sent comes back with what is wrong, and 02 is expected again. */
const erroneous = (
  call: Call,
  lock: Lock,
  patient: Patient,
  troubles: readonly Trouble[],
  clinic: Clinic,
): Answer => {
  lock.expects = '02'
  delete lock.staged
  delete lock.questions
  delete lock.asked
  return say(
    call,
    {
      result: 'E50',
      message: '保険・公費にエラーがあります。',
      response: lock.expects,
      orcaUid: lock.Orca_Uid,
      patient,
      more: {
        HealthInsurance_Information: recordOf(call.fields, 'HealthInsurance_Information'),
        PublicInsurance_Information: recordOf(call.fields, 'PublicInsurance_Information'),
        ...troublesAnswer(troubles),
      },
    },
    clinic,
  )
}

const rulesFor = (call: Call, patient: Patient, clinic: Clinic): Rules => {
  const today = todayOf(clinic)
  return {
    today,
    birthDate: patient.BirthDate,
    checkDate: textOf(call.fields, 'Base_Date') || today,
    isMild: false,
    ageRules: clinic.customs.ageRules,
  }
}

/** 02. */
export const submit = (call: Call, lock: Lock, patient: Patient, clinic: Clinic): Answer => {
  const submission = stage(rowsOf(call.fields), patient, rulesFor(call, patient, clinic))
  if (submission.is === 'troubles')
    return erroneous(call, lock, patient, submission.troubles, clinic)
  const { staged } = submission
  lock.staged = staged
  lock.expects = '03'
  return say(
    call,
    {
      ...(staged.warnings.length > 0
        ? { result: 'W00', message: '処理終了。警告メッセージがあります。確認して下さい。' }
        : { result: '000', message: '処理終了' }),
      response: lock.expects,
      orcaUid: lock.Orca_Uid,
      patient,
      more: {
        ...insuranceAnswer(patient, staged, todayOf(clinic)),
        ...warningsAnswer(staged.warnings),
      },
    },
    clinic,
  )
}

const changed = (entries: readonly Entry<Fields>[]): readonly string[] =>
  entries.filter(({ mode }) => mode !== '').map((entry) => JSON.stringify(entry))

const changesOf = (staged: Staged): readonly string[] =>
  [...changed(staged.health), ...changed(staged.public)].sort()

/** Whether 03 holds the changed rows that 02 held, or as it answered them. Assumption `confirm`. */
const repeats = (call: Call, staged: Staged, patient: Patient, clinic: Clinic): boolean => {
  const again = stage(rowsOf(call.fields), patient, rulesFor(call, patient, clinic))
  if (again.is === 'troubles') return false
  const before = changesOf(staged)
  const now = changesOf(again.staged)
  return before.length === now.length && before.every((key, at) => key === now[at])
}

const isSilent = (fields: Fields): boolean => {
  const { health, public: publics } = rowsOf(fields)
  return health.length + publics.length === 0
}

const ask = (call: Call, lock: Lock, patient: Patient, clinic: Clinic): Answer =>
  say(
    call,
    {
      result: 'S20',
      message: QUESTION_OPEN,
      response: lock.expects,
      orcaUid: lock.Orca_Uid,
      patient,
      more: {
        ...(lock.staged === undefined
          ? {}
          : insuranceAnswer(patient, lock.staged, todayOf(clinic))),
        Patient_Select_Information: { ...lock.asked },
      },
    },
    clinic,
  )

/** Goes through the questions. Undefined: all are answered with Ok. */
const question = (call: Call, lock: Lock, patient: Patient, clinic: Clinic): Answer | undefined => {
  const { fields } = call
  lock.questions ??= clinic.questionsFor(lock.Patient_ID)
  if (lock.asked !== undefined) {
    const said = recordOf(fields, 'Patient_Select_Information')
    const about = textOf(said, 'Patient_Select')
    const answer = textOf(fields, 'Select_Answer')
    if (answer === 'Ng') return erroneous(call, lock, patient, [{ kind: 'answered-no' }], clinic)
    if (answer !== 'Ok' || (about !== '' && about !== lock.asked.Patient_Select))
      return ask(call, lock, patient, clinic)
    delete lock.asked
  }
  const [next, ...rest] = lock.questions
  if (next === undefined) return undefined
  lock.asked = next
  lock.questions = rest
  return ask(call, lock, patient, clinic)
}

const kept = <Row>(entries: readonly Entry<Row>[]): readonly Row[] => {
  const rows = entries.filter(({ mode }) => mode !== 'Delete')
  // New rows come first in a submission and last in the patient's rows.
  return [
    ...rows.filter(({ mode }) => mode !== 'New'),
    ...rows.filter(({ mode }) => mode === 'New'),
  ].map(({ row }) => row)
}

/** 03. */
export const confirm = (call: Call, lock: Lock, patient: Patient, clinic: Clinic): Answer => {
  const { staged } = lock
  if (staged === undefined) throw new Error('03 is expected and nothing is staged')
  const isExcused = !clinic.customs.confirmNeedsRows && isSilent(call.fields)
  if (!isExcused && !repeats(call, staged, patient, clinic))
    return erroneous(call, lock, patient, [{ kind: 'rows-missing' }], clinic)
  const asked = question(call, lock, patient, clinic)
  if (asked !== undefined) return asked
  const after: Patient = {
    ...patient,
    ...clinic.ledger.numbered(patient.Patient_ID, {
      HealthInsurance_Info: kept(staged.health),
      PublicInsurance_Info: kept(staged.public),
      combinations: patient.combinations,
    }),
  }
  clinic.ledger.put(after)
  clinic.reads.changed(call.client, after.Patient_ID)
  clinic.tally.wrote(after.Patient_ID)
  clinic.locks.end(lock, 'confirmed')
  return say(
    call,
    {
      ...(staged.warnings.length > 0
        ? { result: 'W00', message: '登録処理終了。警告メッセージがあります。確認して下さい。' }
        : { result: '000', message: '登録処理終了' }),
      response: '00',
      orcaUid: lock.Orca_Uid,
      patient: after,
      more: {
        ...insuranceAnswer(after, plainEntries(after), todayOf(clinic)),
        ...warningsAnswer(staged.warnings),
      },
    },
    clinic,
  )
}
