import { isCalendarDate } from '../patients/dates.ts'
import type { CardFace } from '../patients/element.ts'
import {
  HEADER,
  LAYOUT,
  layoutOf,
  named,
  SEARCH,
  SEARCH_INFO,
  VALUE,
  type Values,
  valuesOf,
  type Wrong,
  wrongIn,
} from './rules.ts'
import { parse, type Received } from './xml.ts'

/** The header and search fields that came: what an answer echoes. */
interface Envelope {
  readonly header: Values
  /** Fields of the card face as they came; empty for a card. */
  readonly search: Values
}

export type Request =
  | { readonly is: 'not-a-message'; readonly reason: string }
  /** Refused with segment 9: `code` and the English `reason`. */
  | ({ readonly is: 'refused'; readonly code: string; readonly reason: string } & Envelope)
  | ({ readonly is: 'card-face'; readonly cardFace: CardFace; readonly limit: boolean } & Envelope)
  | ({ readonly is: 'card'; readonly certificateDer: Buffer } & Envelope)

/** Codes of this simulator, beside those of the rules. */
const BULK = 'SIM0004E'
const CERTIFICATE = 'SIM0005E'

const wrongEnvelope = (root: Received, header: Received | undefined): Wrong | undefined => {
  const layout = layoutOf(root, [{ name: 'MessageHeader' }, { name: 'MessageBody' }])
  if (layout !== undefined) return { code: LAYOUT, reason: layout }
  if (header === undefined) return { code: LAYOUT, reason: '<MessageHeader> is missing' }
  const wrong = wrongIn(header, HEADER)
  if (wrong !== undefined) return wrong
  return isCalendarDate(valuesOf(header, HEADER)['QualificationConfirmationDate'] ?? '')
    ? undefined
    : { code: VALUE, reason: '<QualificationConfirmationDate> is not a day' }
}

const wrongBody = (
  body: Received | undefined,
  asked: Received | undefined,
  cardElement: string,
): Wrong | undefined => {
  if (body === undefined || body.children.length === 0)
    return { code: LAYOUT, reason: '<MessageBody> is missing or empty' }
  if (body.children.filter((child) => child.name === SEARCH_INFO).length > 1)
    return { code: BULK, reason: 'several questions at the path for single ones' }
  if (named(body, 'ReceptionNumber') !== undefined)
    return { code: BULK, reason: 'a bulk download at the path for single questions' }
  const layout = layoutOf(body, [{ name: SEARCH_INFO }, { name: cardElement }])
  if (layout !== undefined) return { code: LAYOUT, reason: layout }
  if (body.children.length > 1)
    return { code: LAYOUT, reason: 'a card face and a card in one question' }
  return asked?.name === SEARCH_INFO ? wrongIn(asked, SEARCH) : undefined
}

/** The card face that these search fields name. */
export const cardFaceOf = (search: Values): CardFace => {
  const {
    InsurerNumber = '',
    InsuredCardSymbol,
    InsuredIdentificationNumber = '',
    InsuredBranchNumber,
    Birthdate = '',
  } = search
  return {
    insurerNumber: InsurerNumber,
    ...(InsuredCardSymbol === undefined ? {} : { insuredCardSymbol: InsuredCardSymbol }),
    insuredIdentificationNumber: InsuredIdentificationNumber,
    ...(InsuredBranchNumber === undefined ? {} : { insuredBranchNumber: InsuredBranchNumber }),
    birthdate: Birthdate,
  }
}

/**
 * Reads one question, strictly: the documented elements in the documented order and nothing else.
 * `cardElement` is the name of the element that carries a card's certificate (base64 DER).
 */
export const readRequest = (bytes: Uint8Array, cardElement: string): Request => {
  const parsed = parse(bytes)
  if (parsed.is === 'refused') return { is: 'not-a-message', reason: parsed.reason }
  const { root } = parsed
  if (root.name !== 'XmlMsg') return { is: 'not-a-message', reason: 'the root is not <XmlMsg>' }
  const headerElement = named(root, 'MessageHeader')
  const body = named(root, 'MessageBody')
  const asked = body?.children[0]
  const header = valuesOf(headerElement, HEADER)
  const search = asked?.name === SEARCH_INFO ? valuesOf(asked, SEARCH) : {}
  const envelope = { header, search }
  const wrong = wrongEnvelope(root, headerElement) ?? wrongBody(body, asked, cardElement)
  if (wrong !== undefined) return { is: 'refused', ...wrong, ...envelope }
  if (asked?.name === cardElement) {
    const base64 = asked.text.replace(/\s/g, '')
    return /^[A-Za-z0-9+/]+={0,2}$/.test(base64) && asked.children.length === 0
      ? { is: 'card', certificateDer: Buffer.from(base64, 'base64'), ...envelope }
      : { is: 'refused', code: CERTIFICATE, reason: `<${cardElement}> is not base64`, ...envelope }
  }
  return {
    is: 'card-face',
    cardFace: cardFaceOf(search),
    limit: search['LimitApplicationCertificateRelatedConsFlg'] === '1',
    ...envelope,
  }
}
