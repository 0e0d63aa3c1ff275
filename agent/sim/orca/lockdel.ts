import type { Fields } from '../patients/element.ts'
import { type Answer, type Call, type Clinic, headOf } from './clinic.ts'
import { japaneseClock } from './dates.ts'
import { recordOf, textOf } from './fields.ts'
import type { Lock } from './locks.ts'

const ROOT = 'medicalv3res7'

const lockFields = (lock: Lock, clinic: Clinic): Fields => {
  const { date, time } = japaneseClock(lock.takenAt)
  return {
    Lock_Karte_Uid: lock.Karte_Uid,
    Lock_Orca_Uid: lock.Orca_Uid,
    Lock_Opid: lock.person || 'ormaster',
    Lock_Ld_Name: 'ORCA12',
    Lock_Patient_ID: lock.Patient_ID,
    Lock_WholeName: clinic.ledger.get(lock.Patient_ID)?.WholeName ?? '',
    Lock_Date: date,
    Lock_Time: time,
  }
}

/** Answers of this call differ in what they say, and hold the request once more. */
interface Saying {
  readonly result: string
  readonly message: string
  readonly response: '00' | '01'
  readonly orcaUid?: string
  readonly more?: Fields
}

const say = (
  { fields }: Call,
  { result, message, response, orcaUid = '', more = {} }: Saying,
  clinic: Clinic,
): Answer => ({
  root: ROOT,
  fields: {
    Request_Number: textOf(fields, 'Request_Number'),
    Response_Number: response,
    Karte_Uid: textOf(fields, 'Karte_Uid'),
    Orca_Uid: orcaUid,
    ...headOf(clinic, result, message, 'Acceptance_Info'),
    Delete_Information: recordOf(fields, 'Delete_Information'),
    ...more,
  },
})

const list = (call: Call, clinic: Clinic): Answer => {
  const locks = clinic.locks.open()
  return locks.length === 0
    ? say(call, { result: 'E10', message: '排他中の情報はありません。', response: '00' }, clinic)
    : say(
        call,
        {
          result: '000',
          message: '検索処理終了',
          response: '00',
          more: { Lock_Information: locks.map((lock) => lockFields(lock, clinic)) },
        },
        clinic,
      )
}

const isAll = (fields: Fields) =>
  textOf(recordOf(fields, 'Delete_Information'), 'Delete_Class') === 'All'

const targetsOf = (fields: Fields, clinic: Clinic): readonly Lock[] => {
  if (isAll(fields)) return clinic.locks.open()
  const wanted = recordOf(fields, 'Delete_Information')
  const lock = clinic.locks.byUid(textOf(wanted, 'Delete_Orca_Uid'))
  return lock?.Karte_Uid === textOf(wanted, 'Delete_Karte_Uid') ? [lock] : []
}

const QUESTIONS = {
  All: {
    Delete_Select: '0002',
    Delete_Select_Message: '全ての排他情報を削除します。端末が展開中でないことを確認して下さい。',
  },
  one: {
    Delete_Select: '0001',
    Delete_Select_Message:
      '選択された排他情報を削除します。端末が展開中でないことを確認して下さい。',
  },
}

const YOUNG = '端末展開中と思われる排他時間です。端末が展開中でないことを確認して下さい。'

const remove = (call: Call, clinic: Clinic): Answer => {
  const { fields } = call
  const targets = targetsOf(fields, clinic)
  const shown = { Lock_Information: targets.map((lock) => lockFields(lock, clinic)) }
  const refuse = (result: string, message: string, more: Fields = {}) =>
    say(call, { result, message, response: '01', more }, clinic)
  if (targets.length === 0) return refuse('E13', '排他情報が存在しません。')
  const young = clinic.now() - clinic.customs.staleMs
  if (targets.some(({ takenAt }) => takenAt > young)) return refuse('E14', YOUNG, shown)
  const answer = textOf(fields, 'Select_Answer')
  const asker = `delete-${targets.map(({ Orca_Uid }) => Orca_Uid).join('+')}`.slice(0, 64)
  if (answer === '') {
    const question = isAll(fields) ? QUESTIONS.All : QUESTIONS.one
    return say(
      call,
      {
        result: 'S40',
        message: '選択項目があります。選択結果を返却してください。',
        response: '01',
        orcaUid: asker,
        more: { ...shown, Delete_Select_Information: question },
      },
      clinic,
    )
  }
  if (textOf(fields, 'Orca_Uid') !== asker) return refuse('E05', 'オルカＵＩＤが未設定です。')
  if (answer !== 'Ok') return refuse('E16', '排他情報の削除を中止しました。')
  for (const lock of targets) clinic.locks.end(lock, 'deleted')
  return say(call, { result: '000', message: '解除処理終了', response: '00' }, clinic)
}

/** `POST /api21/medicalmodv37`: lists locks (00) and deletes them (01). */
export const lockdel = (call: Call, clinic: Clinic): Answer => {
  const refuse = (result: string, message: string) =>
    say(call, { result, message, response: '01' }, clinic)
  if (textOf(call.fields, 'Karte_Uid') === '')
    return refuse('E06', '電子カルテＵＩＤが未設定です。')
  switch (textOf(call.fields, 'Request_Number')) {
    case '00':
      return list(call, clinic)
    case '01':
      return remove(call, clinic)
    default:
      return refuse('E91', '処理区分未設定')
  }
}
