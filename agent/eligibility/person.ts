import type { CardFace } from '../kernel/card-face.ts'
import { compareNames } from '../kernel/names.ts'
import type { OfficialResult } from '../kernel/official.ts'
import { type CardKey, hasPlaceholder, isOtherSex, plain, type Subject } from '../kernel/person.ts'
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

/** An element that is absent or empty says nothing; insurers spell one name in several ways. */
const isSamePerson = (one: OfficialResult, other: OfficialResult) =>
  ['same', 'unknown'].includes(compareNames(nameIn(one), nameIn(other))) &&
  (!one.birthdate || one.birthdate === other.birthdate) &&
  !isOtherSex(one.sex1 ?? '', other.sex1 ?? '')

const nameIn = ({ name = '', nameKana = '' }: OfficialResult) => ({ name, nameKana })

/** The card of a typed face, for finding whom it was made for. */
export const cardKeyOf = (face: CardFace): CardKey => ({
  card: cardOf(face),
  branch: plain(face.insuredBranchNumber ?? ''),
  birthdate: face.birthdate,
})

type Card = Pick<
  OfficialResult,
  'insurerNumber' | 'insuredCardSymbol' | 'insuredIdentificationNumber'
>

const numberOf = (card: Card) =>
  plain(card.insuredIdentificationNumber ?? '').replace(/^0+(?=.)/, '')

const cardOf = (card: Card) =>
  [
    normalInsurerNumber(card.insurerNumber ?? ''),
    plain(card.insuredCardSymbol ?? ''),
    numberOf(card),
    '',
  ].join('|')

function identityOf(result: OfficialResult): string | null {
  const insurer = normalInsurerNumber(result.insurerNumber ?? '')
  const name = plain(result.nameKana ?? '') || plain(result.name ?? '')
  if (insurer === '' || numberOf(result) === '' || name === '' || hasPlaceholder(name)) return null
  return [cardOf(result) + plain(result.insuredBranchNumber ?? ''), result.birthdate, name].join(
    '|',
  )
}
