import { SaxesParser, type SaxesTagPlain } from 'saxes'
import { AgentError } from '../kernel/errors.ts'

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
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\p{Surrogate}]/u
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '\r': '&#13;',
}

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

function escaped(element: string, text: string): string {
  if (FORBIDDEN.test(text))
    throw new AgentError('CHARACTER_UNENCODABLE', 'a character cannot stand in an XML message', {
      facts: { element },
    })
  return text.replace(/[&<>\r]/g, (character) => escapes[character] ?? character)
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
  const parser = new SaxesParser({ xmlns: false, forceXMLVersion: true, defaultXMLVersion: '1.0' })
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
    open.push({ name: tag.name, type: typeOf(tag), children: [], text: '' })
  })
  parser.on('closetag', () => {
    const frame = open.pop()
    const parent = open.at(-1)
    if (frame === undefined) return
    if (parent === undefined) root = frame
    else {
      const value = contentOf(frame)
      if (value === undefined) refuse('text stands beside elements')
      else if (parent.type !== 'array' && parent.children.some(([name]) => name === frame.name))
        refuse('an element comes twice')
      else parent.children.push([frame.name, value])
    }
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

const typeOf = ({ attributes }: SaxesTagPlain) => attributes['type']

/** Undefined where text stands beside elements. */
function contentOf({ type, children, text }: Frame): Xml2 | undefined {
  if (children.length > 0 && /[^ \t\r\n]/.test(text)) return undefined
  if (type === 'array') return withoutPadding(children.map(([, value]) => value))
  if (type === 'record' || children.length > 0) return Object.fromEntries(children)
  return text
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

/** The text of an element; '' where there is none, as ORCA leaves out what is empty. */
export function textIn(record: Xml2Record, element: string): string {
  const value = Object.hasOwn(record, element) ? record[element] : undefined
  return typeof value === 'string' ? value.trim() : ''
}

/** A record in a record; an empty one where there is none. */
export function recordIn(record: Xml2Record, element: string): Xml2Record {
  const value = Object.hasOwn(record, element) ? record[element] : undefined
  return isRecord(value) ? value : {}
}

/** The records of an array that say anything. */
export function recordsIn(record: Xml2Record, element: string): readonly Xml2Record[] {
  const value = Object.hasOwn(record, element) ? record[element] : undefined
  return isList(value) ? value.filter(isRecord).filter((item) => !isEmpty(item)) : []
}
