/**
 * What is typed, in the order in which 資格確認書 and 資格情報のお知らせ print it from top to bottom: symbol,
 * number and branch, the birth date, the ratio where there is one, and the insurer at the foot. The
 * name between them is not asked. Last, what the clinic adds.
 */
export const faceFields = [
  'insuredCardSymbol',
  'insuredIdentificationNumber',
  'insuredBranchNumber',
  'birthdate',
  'insuredPartialContributionRatio',
  'insurerNumber',
  'patientNumber',
] as const
export type FieldName = (typeof faceFields)[number]
export type Typed = Readonly<Record<FieldName, string>>

export const blank: Typed = {
  insuredCardSymbol: '',
  insuredIdentificationNumber: '',
  insuredBranchNumber: '',
  birthdate: '',
  insuredPartialContributionRatio: '',
  insurerNumber: '',
  patientNumber: '',
}

/** Without them nothing can be asked. */
export const needed: Readonly<Partial<Record<FieldName, string>>> = {
  insuredIdentificationNumber: '番号を入力してください。',
  birthdate: '生年月日を入力してください。',
  insurerNumber: '保険者番号を入力してください。',
}

/** The fields that hold something. */
export const filledIn = (typed: Typed): Partial<Record<FieldName, string>> =>
  Object.fromEntries(Object.entries(typed).filter(([, value]) => value.trim() !== ''))

/** Whether it has the form of a 保険者番号, in either width: what is wrong with it then is its digits. */
export const isInsurerNumber = (text: string): boolean =>
  /^(\d{6}|\d{8})$/.test(text.normalize('NFKC').trim())
