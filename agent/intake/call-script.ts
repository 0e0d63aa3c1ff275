import { faults } from '../kernel/faults.ts'
import type { OfflineIntake, Outage } from '../kernel/offline-intake.ts'
import { inJapan } from '../kernel/time.ts'

export interface CallScriptFacts {
  /** 医療機関コード. */
  readonly institutionCode: string
  /** Name and number of the official call centre, where the configuration knows them. */
  readonly helpDesk: string | null
  /** The outage that lasts. */
  readonly outage: Outage | null
  /** The intakes that nobody closed. */
  readonly intakes: readonly Pick<OfflineIntake, 'state'>[]
}

/**
 * What to say on the phone: the emergency function (緊急時医療情報・資格確認機能) is opened for a clinic
 * by a call, a call back and a report by mail afterwards. Japanese, without any patient’s name.
 */
export function callScript({
  institutionCode,
  helpDesk,
  outage,
  intakes,
}: CallScriptFacts): string {
  const alone = intakes.filter(({ state }) => state === 'for-a-person').length
  const asking = intakes.filter(({ state }) => state === 'waiting' || state === 'asked').length
  return [
    '【緊急時医療情報・資格確認機能を開いてもらう電話】',
    `電話先: ${helpDesk ?? 'オンライン資格確認のコールセンター（番号は医療機関等向け総合ポータルサイトで確認）'}`,
    `1. 名乗る: 「医療機関コード ${institutionCode} です。受付の（自分の氏名）と申します。」`,
    `2. 状況: 「${since(outage)}」`,
    `3. 待っている方: 「${alone + asking}人です。」（氏名・生年月日・性別・住所だけで受け付けた方 ${alone}人、回線が戻ると自動で照会する方 ${asking}人）`,
    '4. お願い: 「緊急時医療情報・資格確認機能（資格情報照会・システム障害時）を開いてください。」',
    '5. 聞いて書き留める: 受付番号と担当者名、開く時刻、復旧の見込み、使い終わったときの連絡先、報告のメールの宛先。',
    '6. 折り返しの電話を待つ: つながる電話番号を伝え、その電話を空けておく。',
    '7. 使い終わったら: 開始と終了の時刻、使った人数をメールで報告する。',
  ].join('\n')
}

function since(outage: Outage | null): string {
  if (outage === null)
    return 'いまは照会できない状態の記録がありません。（照会できないときは、その時刻を伝える）'
  const [date = '', time = ''] = inJapan(outage.startedAt).split('T')
  const [, month, day] = date.split('-')
  const { number, title } = faults[outage.cause]
  return `${Number(month)}月${Number(day)}日 ${time.slice(0, 5)} から照会できません。端末の表示は ${number}「${title}」です。`
}
