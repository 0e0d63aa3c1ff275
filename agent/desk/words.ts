import type { Advisory } from '../kernel/judgement.ts'
import type { NoteKind, Outcome, Verification } from '../kernel/verification.ts'

/** What the desk says of a result. Colour never stands alone: `mark` is read with it. */
export interface Said {
  /** Read over the phone; the rules on numbers of the agent’s faults hold here too. */
  readonly number: `K${number}`
  readonly tone: 'good' | 'warn' | 'stop'
  readonly mark: string
  readonly title: string
  /** To the patient, in words that a clerk can read out. */
  readonly say: string
  /** What the clerk does next. */
  readonly next: string
}

const marks = { good: '○', warn: '△', stop: '×' } as const
/** Not ×, which reads as “cannot be used”. */
const HALT = '！'

const said = (
  number: Said['number'],
  tone: Said['tone'],
  title: string,
  say: string,
  next: string,
): Said => ({ number, tone, mark: marks[tone], title, say, next })

/**
 * Outcomes, in words for who has been here for a month. No outcome is turned into “uninsured”, and
 * what the clinic does stays with a person. [contract, Outcomes; workflow facts 6]
 */
// biome-ignore format: a table; one outcome a row reads best
export const outcomes: Readonly<Record<Outcome, Said>> = {
  valid: said('K101', 'good', '資格は有効です', '保険の確認ができました。', '公費や医療証がないかを聞き、受付を進めてください。'),
  invalid: said('K102', 'stop', 'この資格は使えません（無効）', 'こちらの保険は、今はお使いになれないようです。新しい保険のお知らせや資格確認書をお持ちですか。', '①今の資格がわかるもの（マイナポータルの画面・資格情報のお知らせ・資格確認書）を確認 ②なければ以前の番号を確認 ③わからなければ「被保険者資格申立書」を書いていただいてください。'),
  'invalid-new-exists': said('K103', 'warn', 'この資格は無効です。新しい資格があります', '保険が新しくなっているようです。新しい資格確認書か資格情報のお知らせを見せていただけますか。', '新しい保険の番号で、もう一度照会してください。'),
  'not-found': said('K104', 'warn', '該当する資格が見つかりません（無効とは限りません）', '保険の登録がまだ見つかりません。番号をもう一度確認させてください。', '番号と生年月日を見直し、枝番を空にして照会し直してください。登録前のこともあるため、手入力の照会は自動でも照会し直します。'),
  multiple: said('K105', 'warn', '条件に合う方が複数います（無効とは限りません）', '確認のため、枝番を見せていただけますか。', '枝番を入れて、もう一度照会してください。こちらで一人を選ぶことはありません。'),
  'valid-unregistered': said('K106', 'warn', '資格は有効ですが、この医療機関は未登録です', '資格は有効です。ご利用の手続きを確認しますので、少しお待ちください。', '医療扶助のときは、福祉事務所に委託の登録を確認してください。'),
  pending: said('K107', 'warn', '確認中です（結果はまだ出ていません）', '確認に少し時間がかかっています。お待ちください。', '数分後にもう一度照会してください。手入力の照会は自動でも照会し直します。'),
  failed: said('K108', 'stop', '照会できませんでした', '保険の確認に時間がかかっています。少しお待ちください。', 'もう一度照会してください。続くときは、番号を伝えて連絡してください。'),
  offline: said('K109', 'stop', '今は照会できません（つながっていません）', '今、保険の確認ができない状態です。資格確認書などを見せていただけますか。', '「受付票」に書いておいてください。つながると、手入力の照会は自動で照会し直します。'),
}

/** What stands before an outcome: whose it is, or what has to be looked at first. */
// biome-ignore format: a table; one row reads best
export const standings = {
  held: { ...said('K110', 'stop', '別の人の可能性があります（本人確認待ち）', '確認のため、お名前と生年月日をもう一度教えていただけますか。', '氏名・生年月日・性別を見比べ、「同じ人」か「この人ではない」を医事の担当者が選んでください。決まるまで、レセコンや電子カルテには送られません。'), mark: HALT },
  rejected: { ...said('K113', 'stop', '「この人ではない」と決まりました', '確認のため、保険の番号をもう一度見せていただけますか。', 'この結果は使わないでください。番号を確かめて、照会し直してください。'), mark: HALT },
  'valid-look': said('K111', 'warn', '資格は有効です。確認することがあります', '保険の確認ができました。少し確かめたいことがあります。', '示された項目を確かめてから、会計に進んでください。'),
  'valid-stop': { ...said('K112', 'stop', '先に確認が必要です（資格は有効の回答）', '確かめたいことがありますので、少しお待ちください。', '示された項目を確かめるまで、この結果で受付を進めないでください。'), mark: HALT },
} as const satisfies Readonly<Record<string, Said>>

/** All of them, by code. */
export const sayings: Readonly<Record<string, Said>> = { ...outcomes, ...standings }

type Standing = Pick<Verification, 'outcome' | 'held'> & {
  readonly advisories?: readonly Pick<Advisory, 'severity'>[]
}

/**
 * What is said of a verification as it stands. “Valid” alone is green: clerks go by the colour and
 * read the rest when there is time, so what has to be seen before the patient leaves makes it yellow,
 * and what has to be seen before anything else red, in words of its own that do not say “cannot be
 * used”. A hint (`info`) leaves it green.
 */
export function saidOf({ outcome, held, advisories = [] }: Standing): Said {
  const has = (severity: Advisory['severity']) =>
    advisories.some((one) => one.severity === severity)
  if (held) return standings.held
  if (outcome !== 'valid')
    return has('stop') ? { ...outcomes[outcome], tone: 'stop', mark: HALT } : outcomes[outcome]
  if (has('stop')) return standings['valid-stop']
  return has('warn') ? standings['valid-look'] : outcomes.valid
}

export const noteWords: Readonly<Record<NoteKind, string>> = {
  'original-sighted': '現物確認済',
  referral: '紹介状あり',
  hold: '保留',
  release: '同じ人',
  rejection: 'この人ではない',
  'paid-in-full': '全額（10割）支払い',
  closing: '対応終了',
  assignment: '連携の担当',
  acknowledgement: '連携の確認済',
}

/** Something else is on its way; a press that does nothing must not pass for one that did. */
export const BUSY =
  '前の操作が終わっていないため、今の操作は行っていません。少し待って、もう一度押してください。'

/** `2026-04-01T09:30:02+09:00` as `9:30`. */
export const clockOf = (at: string): string => `${Number(at.slice(11, 13))}:${at.slice(14, 16)}`

/** `2026-04-01…` or `20260401` as `2026年4月1日`; what is no date stays as it came. */
export function dayOf(text: string): string {
  const [, year, month, day] = /^(\d{4})-?(\d{2})-?(\d{2})/.exec(text) ?? []
  return year === undefined ? text : `${year}年${Number(month)}月${Number(day)}日`
}
