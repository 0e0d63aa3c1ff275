import type { Verification } from '../kernel/verification.ts'

/** Whom a verification is about, as far as the role sees it; '' where it says nothing. */
export interface Person {
  /** As the clinic has it, else as it was answered. */
  readonly name: string
  /** Full width. */
  readonly kana: string
  /** The clinic’s patient number. */
  readonly number: string
}

export function personOf({ patient, results, patientNumber }: Verification): Person {
  const [first] = results
  const isOne = results.every(({ name }) => name === first?.name)
  // Of several people none is picked.
  const others = isOne || patient !== null ? '' : ' ほか'
  const name = patient?.name ?? first?.name
  return {
    name: name === undefined ? '' : `${name}${others}`,
    kana: (first?.nameKana ?? '').normalize('NFKC').trim(),
    number: patient?.referenceNumber ?? patientNumber ?? first?.referenceNumber ?? '',
  }
}

/** What somebody is called where there is room for one name. */
export const calledOf = ({ name, kana, number }: Person): string =>
  [name, kana, number && `患者番号 ${number}`].find((known) => known !== '') ?? '氏名の回答なし'
