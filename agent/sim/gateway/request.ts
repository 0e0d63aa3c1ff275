import { isCalendarDate } from '../patients/dates.ts'
import type { CardFace } from '../patients/element.ts'
import { parse, type Received } from './xml.ts'

/** The header and search fields that came, by element name: what an answer echoes. */
export type Values = Readonly<Record<string, string>>

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

interface Rule {
  readonly name: string
  readonly required: boolean
  readonly is: RegExp
}
const must = (name: string, is: RegExp): Rule => ({ name, required: true, is })
const may = (name: string, is: RegExp): Rule => ({ name, required: false, is })

const SEARCH_INFO = 'QualificationConfirmSearchInfo'
const ANYTHING = /^/
/** Eight digits; whether they are a day of the calendar is judged apart. */
const DATE = /^\d{8}$/

/** In the documented order. */
const HEADER: readonly Rule[] = [
  must('QualificationConfirmationDate', DATE),
  must('MedicalInstitutionCode', /^\d{10}$/),
  may('ArbitraryFileIdentifier', ANYTHING),
]
const SEARCH: readonly Rule[] = [
  must('InsurerNumber', /^(?=.{8}$) *\d+$/),
  may('InsuredCardSymbol', /^.{0,20}$/u),
  must('InsuredIdentificationNumber', /^.{1,20}$/u),
  may('InsuredBranchNumber', /^(\d{2})?$/),
  must('Birthdate', DATE),
  must('LimitApplicationCertificateRelatedConsFlg', /^[01]$/),
  may('ArbitraryIdentifier', ANYTHING),
]

/** Codes of the simulator, in the shape of the closed list of result codes. */
const LAYOUT = 'SIM0001E'
const REQUIRED = 'SIM0002E'
const VALUE = 'SIM0003E'
const BULK = 'SIM0004E'
const CERTIFICATE = 'SIM0005E'

interface Wrong {
  readonly code: string
  readonly reason: string
}

/** What is wrong with the order or the names of the children, if anything. */
const layoutOf = (parent: Received, rules: readonly { readonly name: string }[]) => {
  let last = -1
  for (const child of parent.children) {
    const place = rules.findIndex((rule) => rule.name === child.name)
    if (place < 0) return `<${child.name}> is not known in <${parent.name}>`
    if (place === last) return `<${child.name}> appears twice`
    if (place < last) return `<${child.name}> is out of order in <${parent.name}>`
    last = place
  }
  return undefined
}

const wrongIn = (parent: Received, rules: readonly Rule[]): Wrong | undefined => {
  const layout = layoutOf(parent, rules)
  if (layout !== undefined) return { code: LAYOUT, reason: layout }
  for (const { name, required, is } of rules) {
    const child = parent.children.find((one) => one.name === name)
    if (required && (child === undefined || child.text === ''))
      return { code: REQUIRED, reason: `<${name}> is missing` }
    if (child === undefined) continue
    if (child.children.length > 0) return { code: LAYOUT, reason: `<${name}> has elements inside` }
    if (!is.test(child.text)) return { code: VALUE, reason: `<${name}> has a wrong value` }
  }
  return undefined
}

/** Only what the rules know: a refused element is not echoed. */
const valuesOf = (parent: Received | undefined, rules: readonly Rule[]): Values =>
  Object.fromEntries(
    (parent?.children ?? [])
      .filter((child) => rules.some((rule) => rule.name === child.name))
      .map((child) => [child.name, child.text]),
  )

const named = (parent: Received, name: string) =>
  parent.children.find((child) => child.name === name)

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

const cardFaceOf = (search: Values): CardFace => {
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
