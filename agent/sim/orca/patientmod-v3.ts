import { type Answer, blame, type Call, type Clinic, todayOf, UNKNOWN_REQUEST } from './clinic.ts'
import { isDate } from './dates.ts'
import { textOf } from './fields.ts'
import { patientId } from './ledger.ts'
import type { Lock } from './locks.ts'
import { insuranceAnswer, plainEntries } from './v3-fields.ts'
import { IN_USE, idOf, NO_KARTE_UID, NO_ORCA_UID, NO_PATIENT, refuse, say } from './v3-say.ts'
import { confirm, submit } from './v3-submit.ts'

/** 00 and 01, which also takes the lock. */
const read = (call: Call, clinic: Clinic, locking: boolean): Answer => {
  const { fields, client } = call
  const asked = idOf(fields)
  const base = textOf(fields, 'Base_Date')
  const karteUid = textOf(fields, 'Karte_Uid')
  if (asked === '') return refuse(call, 'E01', '患者番号が未設定です', clinic)
  if (locking && karteUid === '') return refuse(call, 'E06', NO_KARTE_UID, clinic)
  if (base !== '' && !isDate(base)) return refuse(call, 'E97', '基準日がエラーです', clinic)
  const patient = clinic.ledger.get(patientId(asked) ?? asked)
  if (patient === undefined) return refuse(call, 'E10', NO_PATIENT, clinic)
  const id = patient.Patient_ID
  const before = clinic.locks.of(id)
  if (locking && clinic.customs.relock === 'again' && before?.Karte_Uid === karteUid)
    clinic.locks.end(before, 'lost')
  const lock = locking
    ? clinic.locks.take({ Patient_ID: id, Karte_Uid: karteUid, person: '' })
    : undefined
  if (locking && lock === undefined) return refuse(call, 'E90', IN_USE, clinic)
  clinic.reads.read(client, id)
  return say(
    call,
    {
      result: '000',
      message: '検索処理終了',
      response: lock === undefined ? '00' : lock.expects,
      orcaUid: lock?.Orca_Uid ?? '',
      patient,
      more: insuranceAnswer(patient, plainEntries(patient), todayOf(clinic)),
    },
    clinic,
  )
}

/** The lock that a request is about, or what is answered where it is about none. */
const lockFor = (call: Call, clinic: Clinic): Lock | Answer => {
  const { fields } = call
  const number = textOf(fields, 'Request_Number')
  const orcaUid = textOf(fields, 'Orca_Uid')
  const karteUid = textOf(fields, 'Karte_Uid')
  if (karteUid === '') return refuse(call, 'E06', NO_KARTE_UID, clinic)
  if (orcaUid === '') return refuse(call, 'E05', NO_ORCA_UID, clinic)
  const lock = clinic.locks.byUid(orcaUid)
  const id = patientId(idOf(fields)) ?? ''
  if (lock === undefined) {
    const ending = clinic.locks.endingOf(orcaUid)
    const isClientsOwn = ending === undefined || ending === 'confirmed' || ending === 'unlocked'
    // A 03 that comes again asks for an answer that was lost; only 02 means to begin anew.
    if (number !== '99' && isClientsOwn && !(number === '03' && ending === 'confirmed'))
      blame(clinic, 'submit-without-lock', id, karteUid)
    return refuse(call, 'E07', 'オルカＵＩＤに該当する排他情報がありません。', clinic)
  }
  if (lock.Karte_Uid !== karteUid || lock.Patient_ID !== id) {
    blame(clinic, 'foreign-lock', lock.Patient_ID, karteUid)
    return refuse(call, 'E07', '電子カルテＵＩＤ・患者番号が排他情報と一致しません。', clinic)
  }
  return lock
}

const isAnswer = (found: Lock | Answer): found is Answer => 'root' in found

/** Whether this number is the one that was given; notes where it is not. */
const isInTurn = (call: Call, lock: Lock, clinic: Clinic): boolean => {
  const isRight = textOf(call.fields, 'Request_Number') === lock.expects
  if (!isRight) blame(clinic, 'wrong-request-number', lock.Patient_ID, lock.Karte_Uid)
  return isRight
}

const OUT_OF_TURN = 'リクエスト番号がレスポンス番号と一致しません。'

/** 02, 03 and 99: what needs the lock. */
const withLock = (call: Call, clinic: Clinic): Answer => {
  const lock = lockFor(call, clinic)
  if (isAnswer(lock)) return lock
  const patient = clinic.ledger.get(lock.Patient_ID)
  if (patient === undefined) return refuse(call, 'E10', NO_PATIENT, clinic)
  if (textOf(call.fields, 'Request_Number') === '99') {
    clinic.locks.end(lock, 'unlocked')
    const orcaUid = lock.Orca_Uid
    return say(
      call,
      { result: '000', message: '解除処理終了', response: '00', orcaUid, patient },
      clinic,
    )
  }
  if (!isInTurn(call, lock, clinic)) return refuse(call, 'E91', OUT_OF_TURN, clinic)
  return lock.expects === '02'
    ? submit(call, lock, patient, clinic)
    : confirm(call, lock, patient, clinic)
}

/** `POST /orca12/patientmodv32`: insurance and public insurance of a patient. */
export const patientmodv3 = (call: Call, clinic: Clinic): Answer => {
  switch (textOf(call.fields, 'Request_Number')) {
    case '00':
      return read(call, clinic, false)
    case '01':
      return read(call, clinic, true)
    case '02':
    case '03':
    case '99':
      return withLock(call, clinic)
    default:
      return refuse(call, 'E91', UNKNOWN_REQUEST, clinic)
  }
}
