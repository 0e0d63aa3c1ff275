import type { OfficialResult } from '../kernel/official.ts'
import { hasPlaceholder, isOtherSex, plain, type Subject } from '../kernel/person.ts'
import { normalInsurerNumber } from '../xmlmsg/insurer-number.ts'

/**
 * Whom the results speak of. 医療扶助 (A1) comes beside 医療保険, so the first result with a name and
 * birth date decides and the others must not say otherwise.
 */
export function personOf(results: readonly OfficialResult[]): Subject {
  const first = results.find(({ name, birthdate }) => name && birthdate)
  if (results.length === 0) return 'nobody'
  if (!first?.name || !first.birthdate) return 'unclear'
  if (!results.every((result) => isSamePerson(result, first))) return 'unclear'
  return {
    name: first.name,
    nameKana: first.nameKana ?? '',
    birthdate: first.birthdate,
    sex: first.sex1 ?? '',
    identity: identityOf(first),
  }
}

/** An element that is absent or empty says nothing. */
const isSamePerson = (one: OfficialResult, other: OfficialResult) =>
  (!one.name || plain(one.name) === plain(other.name ?? '')) &&
  (!one.birthdate || one.birthdate === other.birthdate) &&
  !isOtherSex(one.sex1 ?? '', other.sex1 ?? '')

function identityOf(result: OfficialResult): string | null {
  const insurer = normalInsurerNumber(result.insurerNumber ?? '')
  const number = plain(result.insuredIdentificationNumber ?? '').replace(/^0+(?=.)/, '')
  const name = plain(result.nameKana ?? '') || plain(result.name ?? '')
  if (insurer === '' || number === '' || name === '' || hasPlaceholder(name)) return null
  return [
    insurer,
    plain(result.insuredCardSymbol ?? ''),
    number,
    plain(result.insuredBranchNumber ?? ''),
    result.birthdate,
    name,
  ].join('|')
}
