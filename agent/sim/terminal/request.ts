import { cardFaceOf } from '../gateway/request.ts'
import {
  ANYTHING,
  DATE,
  HEADER,
  INSURED,
  LAYOUT,
  layoutOf,
  may,
  must,
  named,
  type Rule,
  SEARCH,
  SEARCH_INFO,
  VALUE,
  type Values,
  valuesOf,
  type Wrong,
  wrongIn,
} from '../gateway/rules.ts'
import { parse, type Received } from '../gateway/xml.ts'
import { isCalendarDate } from '../patients/dates.ts'
import type { CardFace } from '../patients/element.ts'
import type { Kind, RequestName } from './names.ts'

/** Codes of this simulator, beside those of the rules. */
export const INSTITUTION = 'SIM0006E'
export const IDENTIFIER = 'SIM0007E'
export const RECEPTION = 'SIM0008E'
export const NOT_PLAYED = 'SIM0009E'

/** A line of a question: the card face as it came, and what it means. */
export interface Line {
  readonly search: Values
  readonly cardFace: CardFace
}

/** A request that could be read. `header` is what came of it, to be echoed. */
export type Asking = { readonly header: Values } & (
  | { readonly is: 'refused'; readonly code: string; readonly reason: string }
  | { readonly is: 'single'; readonly line: Line; readonly limit: boolean }
  | { readonly is: 'bulk'; readonly lines: readonly Line[] }
  | { readonly is: 'bulk-result'; readonly receptionNumber: string }
  | { readonly is: 'registration'; readonly info: Values }
)

/** What a file in `req` is. Nobody can be told about one that is not even a message. */
export type Reading =
  | { readonly is: 'incomplete' }
  | { readonly is: 'unreadable'; readonly reason: string }
  | { readonly is: 'asking'; readonly asking: Asking }

const REGISTRATION = 'ReferenceNumberRegistrationInfo'
const RECEPTION_NUMBER: readonly Rule[] = [must('ReceptionNumber', /^\d{1,30}$/)]

/** [source: public code that asks for bulk results and registers numbers: no date in the header] */
const HEADER_WITHOUT_DATE: readonly Rule[] = HEADER.map((rule) =>
  rule.name === 'QualificationConfirmationDate' ? may(rule.name, rule.is) : rule,
)
const HEADERS: Readonly<Record<Kind, readonly Rule[]>> = {
  single: HEADER,
  bulk: HEADER,
  'bulk-result': HEADER_WITHOUT_DATE,
  registration: HEADER_WITHOUT_DATE,
  'not-played': HEADER_WITHOUT_DATE,
}
const BULK_SEARCH: readonly Rule[] = [
  ...INSURED,
  must('Birthdate', DATE),
  may('LimitApplicationCertificateRelatedConsFlg', /^[01]$/),
  may('ArbitraryIdentifier', ANYTHING),
]
const REGISTERED: readonly Rule[] = [must('ReferenceNumber', /^.{1,50}$/u), ...INSURED]

const layout = (reason: string): Wrong => ({ code: LAYOUT, reason })
const isWrong = (value: object): value is Wrong => 'code' in value && 'reason' in value

const lineOf = (asked: Received, rules: readonly Rule[]): Line => {
  const search = valuesOf(asked, rules)
  return { search, cardFace: cardFaceOf(search) }
}

/** The body without what belongs to every request. */
type Asked =
  | { readonly is: 'single'; readonly line: Line; readonly limit: boolean }
  | { readonly is: 'bulk'; readonly lines: readonly Line[] }
  | { readonly is: 'bulk-result'; readonly receptionNumber: string }
  | { readonly is: 'registration'; readonly info: Values }

const readSingle = (body: Received): Asked | Wrong => {
  const wrong = layoutOf(body, [{ name: SEARCH_INFO }])
  if (wrong !== undefined) return layout(wrong)
  const [asked] = body.children
  if (asked === undefined) return layout('<MessageBody> is empty')
  const line = lineOf(asked, SEARCH)
  const limit = line.search['LimitApplicationCertificateRelatedConsFlg'] === '1'
  return wrongIn(asked, SEARCH) ?? { is: 'single', line, limit }
}

const readBulk = (body: Received): Asked | Wrong => {
  if (body.children.length === 0) return layout('<MessageBody> is empty')
  for (const child of body.children) {
    if (child.name !== SEARCH_INFO) return layout(`<${child.name}> is not known in <MessageBody>`)
    const wrong = wrongIn(child, BULK_SEARCH)
    if (wrong !== undefined) return wrong
  }
  return { is: 'bulk', lines: body.children.map((child) => lineOf(child, BULK_SEARCH)) }
}

const readBulkResult = (body: Received): Asked | Wrong =>
  wrongIn(body, RECEPTION_NUMBER) ?? {
    is: 'bulk-result',
    receptionNumber: valuesOf(body, RECEPTION_NUMBER)['ReceptionNumber'] ?? '',
  }

const readRegistration = (body: Received): Asked | Wrong => {
  const wrong = layoutOf(body, [{ name: REGISTRATION }])
  if (wrong !== undefined) return layout(wrong)
  const [asked] = body.children
  if (asked === undefined) return layout('<MessageBody> is empty')
  return wrongIn(asked, REGISTERED) ?? { is: 'registration', info: valuesOf(asked, REGISTERED) }
}

type Played = Exclude<Kind, 'not-played'>

const BODIES: Readonly<Record<Played, (body: Received) => Asked | Wrong>> = {
  single: readSingle,
  bulk: readBulk,
  'bulk-result': readBulkResult,
  registration: readRegistration,
}

/** What a terminal holds a request against. */
export interface Expected {
  readonly institutionCode: string
  /** The identifier inside has to be the one of the file name. */
  readonly sameIdentifier: boolean
}

const wrongHeader = (
  root: Received,
  values: Values,
  { kind, identifier }: RequestName,
  { institutionCode, sameIdentifier }: Expected,
): Wrong | undefined => {
  const order = layoutOf(root, [{ name: 'MessageHeader' }, { name: 'MessageBody' }])
  if (order !== undefined) return layout(order)
  const header = named(root, 'MessageHeader')
  if (header === undefined) return layout('<MessageHeader> is missing')
  const wrong = wrongIn(header, HEADERS[kind])
  if (wrong !== undefined) return wrong
  const date = values['QualificationConfirmationDate'] ?? ''
  if (date !== '' && !isCalendarDate(date))
    return { code: VALUE, reason: '<QualificationConfirmationDate> is not a day' }
  if (values['MedicalInstitutionCode'] !== institutionCode)
    return { code: INSTITUTION, reason: 'the institution is another one' }
  const inside = values['ArbitraryFileIdentifier'] ?? ''
  return inside === '' || inside === identifier || !sameIdentifier
    ? undefined
    : { code: IDENTIFIER, reason: '<ArbitraryFileIdentifier> is not that of the file name' }
}

const readAsking = (root: Received, name: RequestName, expected: Expected): Asking => {
  const header = valuesOf(named(root, 'MessageHeader'), HEADERS[name.kind])
  const refuse = ({ code, reason }: Wrong): Asking => ({ is: 'refused', code, reason, header })
  // Some of these have a vocabulary of their own, which is not judged.
  if (name.kind === 'not-played')
    return refuse({ code: NOT_PLAYED, reason: 'this kind of request is not played' })
  const wrong = wrongHeader(root, header, name, expected)
  if (wrong !== undefined) return refuse(wrong)
  const body = named(root, 'MessageBody')
  if (body === undefined) return refuse(layout('<MessageBody> is missing'))
  const asked = BODIES[name.kind](body)
  return isWrong(asked) ? refuse(asked) : { ...asked, header }
}

/** How the text of an unfinished file can begin. */
const BEGINNING = /^(ï»¿|ï»?$)?\s*(<|$)/

/** Whether the last thing is the end of the root element. */
const hasEnd = (text: string): boolean => {
  const root = /<([A-Za-z_][\w.-]*)[\s/>]/.exec(text)?.[1]
  return root !== undefined && new RegExp(`(</${root}\\s*|<${root}[^<>]*/)>$`).test(text.trimEnd())
}

/**
 * Reads a request file as strictly as the documents allow: the documented elements in the documented
 * order, in the charset that it declares, without DTD, attributes or processing instructions.
 */
export const readRequest = (bytes: Buffer, name: RequestName, expected: Expected): Reading => {
  const text = bytes.toString('latin1')
  if (!BEGINNING.test(text)) return { is: 'unreadable', reason: 'not XML' }
  const parsed = parse(bytes)
  if (parsed.is === 'refused' && !hasEnd(text)) return { is: 'incomplete' }
  if (parsed.is === 'refused') return { is: 'unreadable', reason: parsed.reason }
  if (parsed.root.name !== 'XmlMsg') return { is: 'unreadable', reason: 'the root is not <XmlMsg>' }
  return { is: 'asking', asking: readAsking(parsed.root, name, expected) }
}
