import { createHash } from 'node:crypto'
import type { Fields } from '../patients/element.ts'
import { type Answer, type Call, type Clinic, UNKNOWN_REQUEST } from './clinic.ts'
import { japaneseClock } from './dates.ts'
import { recordOf, textOf } from './fields.ts'
import { type Lock, STALE_MS } from './locks.ts'
import { headV3, NO_KARTE_UID, NO_ORCA_UID, QUESTION_OPEN, type Saying } from './v3-say.ts'

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

const say = (call: Call, saying: Saying, clinic: Clinic, more: Fields = {}): Answer => ({
  root: ROOT,
  fields: {
    ...headV3(call, saying, clinic),
    Delete_Information: recordOf(call.fields, 'Delete_Information'),
    ...more,
  },
})

const list = (call: Call, clinic: Clinic): Answer => {
  const locks = clinic.locks.open()
  return locks.length === 0
    ? say(call, { result: 'E10', message: '排他中の情報はありません。', response: '00' }, clinic)
    : say(call, { result: '000', message: '検索処理終了', response: '00' }, clinic, {
        Lock_Information: locks.map((lock) => lockFields(lock, clinic)),
      })
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

/** The Orca_Uid of a question: another one as soon as it is about other locks. */
const askerOf = (targets: readonly Lock[]): string =>
  createHash('sha256')
    .update(targets.map(({ Orca_Uid }) => Orca_Uid).join(' '))
    .digest('hex')

const remove = (call: Call, clinic: Clinic): Answer => {
  const { fields } = call
  const targets = targetsOf(fields, clinic)
  const shown = { Lock_Information: targets.map((lock) => lockFields(lock, clinic)) }
  const refuse = (result: string, message: string, more: Fields = {}) =>
    say(call, { result, message, response: '01' }, clinic, more)
  if (targets.length === 0) return refuse('E13', '排他情報が存在しません。')
  const young = clinic.now() - STALE_MS
  if (targets.some(({ takenAt }) => takenAt > young)) return refuse('E14', YOUNG, shown)
  const answer = textOf(fields, 'Select_Answer')
  const asker = askerOf(targets)
  if (answer === '') {
    const question = isAll(fields) ? QUESTIONS.All : QUESTIONS.one
    return say(
      call,
      { result: 'S40', message: QUESTION_OPEN, response: '01', orcaUid: asker },
      clinic,
      { ...shown, Delete_Select_Information: question },
    )
  }
  if (textOf(fields, 'Orca_Uid') !== asker) return refuse('E05', NO_ORCA_UID)
  if (answer !== 'Ok') return refuse('E16', '排他情報の削除を中止しました。')
  for (const lock of targets) clinic.locks.end(lock, 'deleted')
  return say(call, { result: '000', message: '解除処理終了', response: '00' }, clinic)
}

/** `POST /api21/medicalmodv37`: lists locks (00) and deletes them (01). */
export const lockdel = (call: Call, clinic: Clinic): Answer => {
  const refuse = (result: string, message: string) =>
    say(call, { result, message, response: '01' }, clinic)
  if (textOf(call.fields, 'Karte_Uid') === '') return refuse('E06', NO_KARTE_UID)
  switch (textOf(call.fields, 'Request_Number')) {
    case '00':
      return list(call, clinic)
    case '01':
      return remove(call, clinic)
    default:
      return refuse('E91', UNKNOWN_REQUEST)
  }
}
