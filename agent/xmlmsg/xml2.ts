import { SaxesParser } from 'saxes'
import { AgentError } from '../kernel/errors.ts'
import { escaped, xml10 } from './xml10.ts'

/**
 * The XML convention of ORCA’s API, `xml2`: every element says by `type` whether it is a `record`
 * of named elements, an `array` of records that are all called `NAME_child`, or a `string`. Requests
 * stand in `<data>`, answers in `<xmlio2>`. [the published pages of the 日医標準レセプトソフト API]
 */
export type Xml2 = string | Xml2Record | readonly Xml2[]
export interface Xml2Record {
  readonly [element: string]: Xml2
}

/** One message: what stands in the root. */
export interface Xml2Message {
  readonly name: string
  readonly record: Xml2Record
}

const DEPTH_LIMIT = 16
/** A patient with 30 combinations of insurances has about 2,000. */
const ELEMENT_LIMIT = 50_000
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

/** A request as text in UTF-8. Throws `CHARACTER_UNENCODABLE` for what XML 1.0 cannot hold. */
export function writeXml2({ name, record }: Xml2Message): string {
  const body = written(name, record)
  return `<?xml version="1.0" encoding="UTF-8"?>\n<data>${body}</data>\n`
}

function written(name: string, value: Xml2): string {
  if (!NAME.test(name)) throw new TypeError('an element has no name')
  if (typeof value === 'string') return `<${name} type="string">${escaped(name, value)}</${name}>`
  if (isList(value)) {
    const items = value.map((item) => written(`${name}_child`, item)).join('')
    return `<${name} type="array">${items}</${name}>`
  }
  const inner = Object.entries(value).map(([element, one]) => written(element, one))
  return `<${name} type="record">${inner.join('')}</${name}>`
}

/** An open element; what it is shows by its `type`, and without one by what stands in it. */
interface Frame {
  readonly name: string
  readonly type: string | undefined
  readonly children: [string, Xml2][]
  text: string
}

/**
 * An answer. Trailing empty items of arrays are dropped, as ORCA pads them. Throws
 * `SINK_ANSWER_INVALID` for anything else than one record in an `<xmlio2>`.
 */
export function readXml2(text: string): Xml2Message {
  const parser = new SaxesParser(xml10)
  const open: Frame[] = []
  let elementsLeft = ELEMENT_LIMIT
  let root: Frame | undefined
  // The parser’s own words may quote the message, so they go no further.
  const refuse = (why: string): never => {
    throw new AgentError('SINK_ANSWER_INVALID', `the answer is refused: ${why}`, {
      facts: { line: parser.line, column: parser.column },
    })
  }
  parser.on('error', () => refuse('it is not well-formed XML'))
  parser.on('doctype', () => refuse('it holds a DTD'))
  parser.on('opentag', (tag) => {
    elementsLeft -= 1
    if (elementsLeft < 0) refuse('it holds too many elements')
    if (open.length >= DEPTH_LIMIT) refuse('it is nested too deep')
    if (open.length === 0 && tag.name !== 'xmlio2') refuse('its root is not xmlio2')
    open.push({ name: tag.name, type: tag.attributes['type'], children: [], text: '' })
  })
  parser.on('closetag', () => {
    const frame = open.pop()
    const parent = open.at(-1)
    if (frame === undefined) return
    if (parent === undefined) root = frame
    else parent.children.push([frame.name, contentOf(frame, refuse)])
  })
  const take = (more: string) => {
    const frame = open.at(-1)
    if (frame !== undefined) frame.text += more
  }
  parser.on('text', take)
  parser.on('cdata', take)
  parser.write(text).close()

  const [only, ...others] = root?.children ?? []
  if (only === undefined || others.length > 0) return refuse('it is not one record')
  const [name, record] = only
  return isRecord(record) ? { name, record } : refuse('it is not one record')
}

function contentOf({ type, children, text }: Frame, refuse: (why: string) => never): Xml2 {
  const isList = type === 'array'
  if (!isList && type !== 'record' && children.length === 0) return text
  if (/[^ \t\r\n]/.test(text)) return refuse('text stands where elements do')
  if (isList) return withoutPadding(children.map(([, value]) => value))
  const record = Object.fromEntries(children)
  if (Object.keys(record).length < children.length) return refuse('an element comes twice')
  return record
}

function withoutPadding(items: readonly Xml2[]): readonly Xml2[] {
  const last = items.findLastIndex((item) => !isEmpty(item))
  return items.slice(0, last + 1)
}

const isEmpty = (value: Xml2): boolean =>
  typeof value === 'string' ? value.trim() === '' : Object.values(value).every(isEmpty)

const isList = (value: Xml2 | undefined): value is readonly Xml2[] => Array.isArray(value)
const isRecord = (value: Xml2 | undefined): value is Xml2Record =>
  typeof value === 'object' && !isList(value)

const valueIn = (record: Xml2Record, element: string): Xml2 | undefined =>
  Object.hasOwn(record, element) ? record[element] : undefined

/** The text of an element; '' where there is none, as ORCA leaves out what is empty. */
export function textIn(record: Xml2Record, element: string): string {
  const value = valueIn(record, element)
  return typeof value === 'string' ? value.trim() : ''
}

/** A record in a record; an empty one where there is none. */
export function recordIn(record: Xml2Record, element: string): Xml2Record {
  const value = valueIn(record, element)
  return isRecord(value) ? value : {}
}

/** The records of an array that say anything. */
export function recordsIn(record: Xml2Record, element: string): readonly Xml2Record[] {
  const value = valueIn(record, element)
  return isList(value) ? value.filter(isRecord).filter((item) => !isEmpty(item)) : []
}
