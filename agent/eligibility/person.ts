import type { OfficialResult } from '../kernel/official.ts'
import type { Person } from '../store/patients.ts'
import { normalInsurerNumber } from '../xmlmsg/insurer-number.ts'

const plain = (text: string | undefined) =>
  (text ?? '').normalize('NFKC').replace(/\s+/gu, '').toUpperCase()

/**
 * Whom the results speak of, or null where they do not say it of one person. 医療扶助 (A1) comes
 * beside 医療保険, so the first result with a name decides and the others must not contradict it.
 */
export function personOf(results: readonly OfficialResult[]): Person | null {
  const named = results.filter(
    ({ name, birthdate }) => name !== undefined && birthdate !== undefined,
  )
  const first = named[0]
  if (first?.name === undefined || first.birthdate === undefined) return null
  const isOnePerson = named.every(
    ({ name, birthdate }) => plain(name) === plain(first.name) && birthdate === first.birthdate,
  )
  if (!isOnePerson) return null
  return {
    name: first.name,
    nameKana: first.nameKana ?? '',
    birthdate: first.birthdate,
    sex: first.sex1 ?? '',
    identity: identityOf(first),
  }
}

function identityOf(result: OfficialResult): string {
  return [
    normalInsurerNumber(result.insurerNumber ?? ''),
    plain(result.insuredCardSymbol),
    plain(result.insuredIdentificationNumber).replace(/^0+(?=.)/, ''),
    plain(result.insuredBranchNumber),
    result.birthdate,
    plain(result.nameKana ?? result.name),
  ].join('|')
}
