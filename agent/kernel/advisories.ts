import type { Advisory } from './judgement.ts'

/** One kind of thing that a person should look at. Nothing is decided by it. */
export interface AdvisoryKind {
  /** Read over the phone; the rules on codes and numbers of `faults.ts` hold here too. */
  readonly number: `A${number}`
  /** `info` is good to know, `warn` wants a look before the patient leaves, `stop` before anything else. */
  readonly severity: Advisory['severity']
  /** What was found, for reception staff. */
  readonly title: string
  /** What to do next, for reception staff. */
  readonly action: string
  /** What was found, for operators. */
  readonly detail: string
}

const kind = (
  number: AdvisoryKind['number'],
  severity: AdvisoryKind['severity'],
  title: string,
  action: string,
  detail: string,
): AdvisoryKind => ({ number, severity, title, action, detail })

/** What to do where a qualification cannot be confirmed, in the official order. [保発0710第1号, workflow facts 6] */
const ORDER =
  '①マイナポータルの画面・資格情報のお知らせ・資格確認書で今の資格を確認 ②わからなければ以前の番号（旧資格情報）を確認 ③どちらもわからなければ「被保険者資格申立書」を書いていただいてください（請求は不詳レセプト：番号の各けたを「7」で埋める）。'

/**
 * Everything that the agent points out about a verification or a roster entry. Texts are fixed: no
 * value of a patient stands in them, what was found stands in the field that is named.
 */
// biome-ignore format: a table; one advisory a row reads best
export const advisories = {
  ELIGIBILITY_NOT_FOUND: kind('A11', 'warn', '該当する資格が見つかりません（無効とは限りません）。', `手入力のときは番号を見直し、枝番を空にして照会し直してください。保険者の登録前のこともあります（手入力の照会は自動で照会し直します）。急ぐとき：${ORDER}`, 'Validity 4. Not necessarily uninsured: a typing error, a card issued today, or an insurer that has not registered it yet. A typed question is asked again by itself.'),
  NAME_HAS_PLACEHOLDER: kind('A12', 'warn', '氏名などに、表示できない文字（●）があります。', '以前の記録や券面の文字を使ってください。記録にある氏名は ● で上書きされません。', 'A character that the insurer’s system does not have came as ●. Fine for claims, not for prescriptions and receipts.'),
  ELIGIBILITY_MULTIPLE: kind('A13', 'warn', '条件に合う方が複数います（無効とは限りません）。', '枝番を確かめて入れ、照会し直してください。', 'Validity 5. Several persons fit; nobody is picked. Ask with the branch number.'),
  QUALIFICATION_LOST: kind('A14', 'warn', 'この資格は使えません（資格喪失）。', ORDER, 'Validity 2 with its dates in the result. The patient may have another qualification.'),
  LOST_BY_DEATH: kind('A15', 'stop', '「死亡」を理由に資格を失っている記録です。', 'ご本人か、番号の間違いがないかを確かめ、保険者に問い合わせてください。', 'ReasonOfLoss 01. Someone stands at the desk: another person’s number, or an error of the insurer.'),
  LOST_TO_PUBLIC_ASSISTANCE: kind('A16', 'warn', '生活保護の受給開始により資格を失っています。', '医療券・診療依頼書の有無を確かめ、福祉事務所に確認してください。', 'ReasonOfLoss 02. Ask for the 医療券 of this month, or ask the welfare office.'),
  LOST_TO_OTHER_INSURANCE: kind('A17', 'warn', '別の保険に移ったため、この資格は使えません。', `新しい資格を確かめてください。${ORDER}`, 'ReasonOfLoss 03: another insurance was taken up.'),
  NEW_INSURER_EXISTS: kind('A18', 'warn', '新しい資格があります。前の保険証では請求できません。', '新しい保険者の資格情報を確かめ、登録を直してください。新しい内容が回答にないときはカードで照会してください。', 'Validity 3. The next valid qualification stands in the results where it came.'),
  ELIGIBILITY_PENDING: kind('A19', 'info', '公式側で処理中です。', '手入力の照会は自動で照会し直します。カードで受け付けたときは、もう一度カードで確認してください。', 'Segment 2. A typed question is asked again by itself; a card is needed again.'),
  VALID_UNREGISTERED: kind('A20', 'warn', '医療扶助は有効ですが、この医療機関への委託が未登録です。', '医療券の有無を確かめ、福祉事務所に連絡してください。', 'Validity 6: valid, and this institution is not registered for it.'),

  CHARACTER_OUTSIDE_JIS_X_0208: kind('A21', 'warn', 'レセプトに使えないことがある文字（第3・第4水準）があります。', '請求には、よく使われる字体（例：德→徳、﨑→崎）を使ってください。', 'A character of JIS X 0213 that JIS X 0208 lacks: claims that hold it come back.'),
  CHARACTER_OUTSIDE_JIS_X_0213: kind('A22', 'warn', 'レセプトに使えない文字があります。', '請求には、よく使われる字体（例：髙→高、𠮷→吉）かカナを使ってください。', 'A character that neither JIS X 0208 nor JIS X 0213 has.'),
  KANA_SEARCH_MISSES: kind('A23', 'info', 'カナの書き方の違いで、カナ検索に出ないことがあります。', '「ヨ・ョ」「ツ・ッ」など大小の違い、濁点、長音を変えて検索してください。', 'Small kana, voiced marks or long vowels are written another way than a receipt computer’s search expects.'),

  BURDEN_RATIO_CHANGED: kind('A24', 'warn', '負担割合が前回と違います。', '前回と今回の割合を見比べ、ご本人に説明してください。どちらの値も残してあります。', 'Both ratios stand in `history.changes` with time and source; neither was replaced.'),
  BURDEN_RATIO_UNUSUAL: kind('A25', 'warn', '年齢から考えられる負担割合と違います。', '券面を確かめ、必要なら保険者に問い合わせてください。', 'The ratio is not one of those of the age by the rule in force; insurers’ errors are known.'),
  BURDEN_RATIO_DIFFERS_FROM_TYPED: kind('A26', 'warn', '入力された負担割合と、オンラインの割合が違います。', '券面の割合と有効期間を確かめてください。どちらの値も残してあります。', 'What was typed from the card and what was answered differ.'),
  PRESCHOOL_DIFFERS_FROM_AGE: kind('A27', 'warn', '未就学の区分と年齢が合いません。', '生年月日を確かめてください（6歳の誕生日のあとの3月31日まで2割）。', 'PreschoolClassification says otherwise than the birth date: until 31 March after the sixth birthday, births of 1 April a year earlier.'),
  ELDERLY_CERTIFICATE_MISSING: kind('A28', 'warn', '70～74歳ですが、高齢受給者証の情報がありません。', '負担割合がわかる書類を確かめてください。', 'From the month after the seventieth birthday (that month for births of the 1st) a ratio of 70 to 74 is expected.'),
  LATE_ELDERLY_EXPECTED: kind('A29', 'warn', '75歳以上ですが、後期高齢者医療の資格ではありません。', '後期高齢者医療の資格を確かめてください。', 'From the seventy-fifth birthday on the insurer’s number begins with 39.'),
  LATE_ELDERLY_BY_DISABILITY: kind('A30', 'info', '65～74歳で、障害認定による後期高齢者医療の資格です。', '対応は不要です。', 'An insurer 39… before seventy-five: 障害認定.'),
  LATE_ELDERLY_TOO_YOUNG: kind('A31', 'warn', '後期高齢者医療の資格ですが、65歳になっていません。', '生年月日と番号を確かめ、広域連合に問い合わせてください。', 'An insurer 39… before the sixty-fifth birthday.'),
  RENEWAL_EXPECTED: kind('A32', 'warn', '8月の切り替え時期です。負担割合や区分が変わることがあります。', '7月31日までは今の、8月1日からは新しい負担割合・区分で会計してください。', 'The yearly renewal of the rule in force lies between the certificate’s beginning and this reception, or within a month.'),
  AGE_RULE_CHANGES_SOON: kind('A33', 'info', 'まもなく年齢により負担割合や保険が変わります。', '次回来院時にもう一度資格を確認してください。', 'Six, seventy or seventy-five within two months, by the rule in force.'),

  LIMIT_CERTIFICATE_MISSING: kind('A34', 'warn', '前回あった限度額の情報が、今回はありません。', '同意の有無と、保険者の登録を確かめてください。', 'The patient consented, there was one at the last answer, and none came now.'),
  LIMIT_CERTIFICATE_NONE: kind('A39', 'info', '限度額の同意がありますが、区分の情報がありません。', '限度額の適用が必要なら、保険者への申請と登録を確かめてください。', 'The patient consented, and the insurer has no certificate registered; not told from seventy on, where most have none.'),
  LIMIT_CERTIFICATE_ENDING: kind('A35', 'warn', '限度額の区分の期限が近いか、切れています。', '次の有効期間の情報を確かめてください。', 'limitApplicationCertificateValidEndDate is past, or within a month.'),
  LIMIT_CERTIFICATE_CHANGED: kind('A36', 'warn', '限度額の区分が前回と変わりました。', '新しい区分を確かめて会計してください。', 'Another 適用区分 than at the last verification, or a bulk answer that says so.'),
  LIMIT_CONSENT_UNCONFIRMED: kind('A37', 'info', '限度額は照会していません（ご本人の同意の確認がありません）。', 'ご本人の同意を確かめ、「ご本人の同意を確認」を付けて照会し直してください。', 'The consent flag was sent as 0: nobody ticked who confirmed the patient’s consent.'),
  CONSENT_EXPIRED: kind('A38', 'info', '閲覧・提供の同意の期限が切れています。', '必要なら、カードリーダーでもう一度同意していただいてください。', 'The flag is 2, or its AvailableTime is past.'),

  CARD_CERTIFICATE_ENDING: kind('A41', 'info', 'カードの電子証明書の期限が3か月以内です。', '市区町村の窓口での更新をご案内ください（カード本体の期限とは別です）。', 'The 利用者証明用電子証明書 ends within the months of the rule in force; the card’s own expiry is separate.'),
  CARD_CERTIFICATE_IN_GRACE: kind('A42', 'warn', 'カードの電子証明書が切れています。資格の確認だけができます。', '診療・薬剤情報は使えません。早めの更新をご案内ください。', 'Expired, within the grace period of the rule in force: eligibility only.'),
  CARD_CERTIFICATE_LAPSED: kind('A43', 'stop', 'カードの電子証明書が切れ、猶予期間も過ぎています。', '資格確認書などで受付し、市区町村の窓口での更新をご案内ください。', 'Expired, the grace period of the rule in force is over.'),
  OFFICIAL_NOTE: kind('A44', 'warn', '公式の回答に注意のコードが付いています。', '回答の処理結果コードと文言を確かめてください。', 'A ProcessingResultCode on success; see official.code and official.message.'),
  TICKET_OF_ANOTHER_INSTITUTION: kind('A45', 'warn', '医療券の指定医療機関が、この医療機関ではありません。', '福祉事務所に確かめてください。', 'designatedMedicalInstitutionCode is not ours.'),
  PUBLIC_EXPENSE_UNVERIFIED: kind('A46', 'info', '公費・医療証はオンラインでは確認していません。', '公費・医療証は別途確認してください。', 'No 公費 came with the answer.'),
  INSURED_PERIOD_ENDING: kind('A47', 'warn', '資格の有効期限が近いか、切れています。', '新しい資格情報が届いているかお聞きください。', 'insuredCardExpirationDate is past, or within a month.'),
  SPECIAL_MEDICAL_EXPENSE: kind('A48', 'warn', '窓口でいったん全額を払っていただく資格（資格証明書・特別療養費）です。', '保険者に確かめ、ご本人に説明してください。', 'InsuredCardClassification 05.'),

  IDENTITY_HELD: kind('A51', 'stop', '別人の可能性があるため、止めています。', '医事の担当者が違いを見比べ、「同じ人」か「この人ではない」を選びます。それまでレセコン・電子カルテには渡しません。', 'Two or more of name, birth date and sex differ from the known patient or from what was typed; held until a person decides.'),
  IDENTITY_DIFFERS: kind('A52', 'warn', '氏名か性別が記録と違います。', '違う項目を見比べてください（改姓などのこともあります）。', 'The family name or the sex differs, or the kanji of a given name that sounds the same, on the same card or a form taken down by ear; linked all the same. See `identity.differences`.'),
  GIVEN_NAME_DIFFERS: kind('A53', 'stop', '名（下の名前）が記録と違います。患者に自動では結び付けません。', 'ご家族や、読みが同じ別の方と取り違えていないか確かめてください。', 'The given name differs from the patient’s whose number it is, or sounds the same on another card; not linked.'),
  PATIENT_AMBIGUOUS: kind('A54', 'warn', '記録に、同じ方と思われる患者が複数います。', '患者番号を確かめてください。自動では結び付けません。', 'Several patients fit; none was picked.'),
  LOOK_ALIKE_PATIENT: kind('A55', 'warn', '生年月日とカナが同じで、漢字か性別が違う患者がいます。', '別の方でないか確かめてください。', 'The same birth date and kana with another name in kanji, or another sex; not linked with that patient.'),
  REFERENCE_NUMBER_DIFFERS: kind('A56', 'warn', '送った患者番号と、返ってきた照会番号が違います。', '診察券の番号を確かめ、必要なら照会番号を登録し直してください。', '照会番号不一致.'),
  BIRTHDATE_DIFFERS: kind('A57', 'stop', '生年月日が記録や入力と違います。患者に自動では結び付けません。', '番号の取り違えか、記録の間違いがないか確かめてください。', 'The birth date differs from the patient’s record, or from what was typed; not linked.'),

  INSURER_CHANGED: kind('A61', 'warn', '保険者が前回から変わりました。', '保険の登録を直し、変更日を確かめてください。', 'Both stand in `history.changes`.'),
  CARD_NUMBER_CHANGED: kind('A62', 'warn', '記号・番号・枝番が前回から変わりました。', '保険の登録を直してください。', 'Both stand in `history.changes`.'),
  ADDRESS_CHANGED: kind('A63', 'info', '住所が前回の回答から変わりました。', 'ご本人に確かめてください。保険者への届け出の住所です。', 'As filed with the insurer; both stand in `history.changes`.'),
  REFUND_DUE: kind('A64', 'warn', '資格が確認できました。今月、全額を払っていただいた方です。', '当月中の精算（返金）をご案内ください。', 'A question noted as paid in full was resolved within the same month.'),
  REFUND_BY_INSURER: kind('A65', 'info', '資格が確認できました。前の月に全額を払っていただいた方です。', '保険者への療養費の請求をご案内ください。', 'A question noted as paid in full was resolved in a later month.'),
  CLOCK_UNTRUSTED: kind('A66', 'warn', '時計が合っているか確かめられず、受付時刻に自信が持てません。', '時間外などの加算の前に、受付時刻を確かめてください。', 'The machine’s clock is not synchronised; see reception.clock.'),
  TYPED_AS_PRINTED: kind('A67', 'info', '番号の検査に合わないまま、券面どおりとして照会しました。', '結果が見つからないときは、番号を見直してください。', 'A person declared that the card bears this number.'),

  CONTRACT_ENDING: kind('A71', 'warn', '在宅の契約の期限が近づいています。', '契約の更新を確かめてください。', 'The roster’s contract end is 60, 30 or 7 days away.'),
  CONTRACT_ENDED: kind('A72', 'warn', '在宅の契約の期限が過ぎています。', '契約を更新するか、名簿から外してください。', 'The roster’s contract end is past.'),
  UNCONFIRMED_THIS_MONTH: kind('A73', 'warn', '今月の資格がまだ確認できていません。', '請求の前に資格を確かめてください。', 'A roster patient without a valid verification in this month.'),
  STANDING_CONSENT_MISSING: kind('A74', 'info', '継続同意がないか、取り消されています。', '次の訪問や来院のときに、カードで資格を確認してください。', 'No standing consent, or it was revoked, also by one who comes to the desk each month: nobody is asked without the card.'),
} as const satisfies Record<string, AdvisoryKind>

export type AdvisoryCode = keyof typeof advisories

/** `field`: path in the verification that it is about, `results[0].name`; null: of the whole. */
export function advisory(code: AdvisoryCode, field: string | null = null): Advisory {
  const { number, severity, title, detail, action } = advisories[code]
  return { code, number, severity, field, title, detail, action }
}
