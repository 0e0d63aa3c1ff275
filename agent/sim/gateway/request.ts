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
  | ({
      readonly is: 'card'
      readonly certificateDer: Buffer
      /** Undefined: the holder was confirmed by sight. */
      readonly proof: CardProof | undefined
    } & Envelope)

/** What a card question bears whose holder has entered the PIN. */
export interface CardProof {
  readonly challenge: Buffer
  readonly signature: Buffer
}

/** The elements of a card question; nobody outside knows their names for sure. */
export interface CardElements {
  readonly certificate: string
  readonly challenge: string
  readonly signature: string
}

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
  card: CardElements,
): Wrong | undefined => {
  if (body === undefined || body.children.length === 0)
    return { code: LAYOUT, reason: '<MessageBody> is missing or empty' }
  if (body.children.filter((child) => child.name === SEARCH_INFO).length > 1)
    return { code: BULK, reason: 'several questions at the path for single ones' }
  if (named(body, 'ReceptionNumber') !== undefined)
    return { code: BULK, reason: 'a bulk download at the path for single questions' }
  const layout = layoutOf(body, [
    { name: SEARCH_INFO },
    { name: card.certificate },
    { name: card.challenge },
    { name: card.signature },
  ])
  if (layout !== undefined) return { code: LAYOUT, reason: layout }
  if (asked?.name === SEARCH_INFO && body.children.length > 1)
    return { code: LAYOUT, reason: 'a card face and a card in one question' }
  if (asked?.name !== SEARCH_INFO && body.children.length === 2)
    return { code: LAYOUT, reason: 'a challenge and its signature come together' }
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

const base64In = (element: Received | undefined): Buffer | undefined => {
  const text = element?.text.replace(/\s/g, '') ?? ''
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) && element?.children.length === 0
    ? Buffer.from(text, 'base64')
    : undefined
}

const cardQuestion = (body: Received, card: CardElements, envelope: Envelope): Request => {
  const found = [card.certificate, card.challenge, card.signature].map((name) => ({
    name,
    element: named(body, name),
  }))
  const broken = found.find(
    ({ element }) => element !== undefined && base64In(element) === undefined,
  )
  if (broken !== undefined)
    return {
      is: 'refused',
      code: CERTIFICATE,
      reason: `<${broken.name}> is not base64`,
      ...envelope,
    }
  const [certificateDer = Buffer.alloc(0), challenge, signature] = found.map(({ element }) =>
    base64In(element),
  )
  const proof =
    challenge === undefined || signature === undefined ? undefined : { challenge, signature }
  return { is: 'card', certificateDer, proof, ...envelope }
}

/**
 * Reads one question, strictly: the documented elements in the documented order and nothing else.
 * `card`: the names of the elements that carry a card's certificate, and the challenge that it has
 * signed (base64).
 */
export const readRequest = (bytes: Uint8Array, card: CardElements): Request => {
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
  const wrong = wrongEnvelope(root, headerElement) ?? wrongBody(body, asked, card)
  if (wrong !== undefined) return { is: 'refused', ...wrong, ...envelope }
  if (body !== undefined && asked?.name === card.certificate)
    return cardQuestion(body, card, envelope)
  return {
    is: 'card-face',
    cardFace: cardFaceOf(search),
    limit: search['LimitApplicationCertificateRelatedConsFlg'] === '1',
    ...envelope,
  }
}
