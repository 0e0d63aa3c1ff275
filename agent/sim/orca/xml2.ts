import { isUtf8 } from 'node:buffer'
import { SaxesParser } from 'saxes'
import type { Element, Fields } from '../patients/element.ts'
import { isList } from './fields.ts'

/** A request body: the one record in `<data>`, or why there is none. */
export type Body =
  | { readonly is: 'body'; readonly root: string; readonly fields: Fields }
  /** Bytes or a declaration of another charset than UTF-8. */
  | { readonly is: 'charset' }
  | { readonly is: 'unreadable'; readonly reason: string }

const unreadable = (reason: string): Body => ({ is: 'unreadable', reason })

const KINDS = ['record', 'array', 'string'] as const
type Kind = (typeof KINDS)[number]

interface Open {
  readonly name: string
  readonly kind: Kind
  text: string
  readonly fields: { [name: string]: Element }
  readonly list: Fields[]
}

const NAME = /^[A-Za-z][A-Za-z0-9_]*$/

const kindOf = (attributes: Readonly<Record<string, string>>): Kind | undefined =>
  Object.keys(attributes).length === 1
    ? KINDS.find((kind) => kind === attributes['type'])
    : undefined

const elementOf = ({ kind, text, fields, list }: Open): Element => {
  if (kind === 'string') return text
  return kind === 'array' ? list : fields
}

/** Puts a closed element into its parent. Returns what is wrong with that. */
const adopt = (parent: Open, closed: Open): string | undefined => {
  if (parent.kind === 'string') return `<${parent.name}> is a string and has elements`
  if (parent.kind === 'array') {
    if (closed.name !== `${parent.name}_child` || closed.kind !== 'record')
      return `<${parent.name}> is an array of <${parent.name}_child type="record">`
    parent.list.push(closed.fields)
    return undefined
  }
  if (Object.hasOwn(parent.fields, closed.name)) return `<${closed.name}> comes twice`
  parent.fields[closed.name] = elementOf(closed)
  return undefined
}

/** The fields of `<data>`, or what is wrong. */
const dataOf = (source: string): Fields | string => {
  const stack: Open[] = []
  let data: Fields | undefined
  let wrong: string | undefined
  const refuse = (reason: string | undefined) => {
    wrong ??= reason
  }
  const parser = new SaxesParser({ xmlns: false })
  parser.on('error', () => refuse('not well-formed XML'))
  parser.on('doctype', () => refuse('a DOCTYPE is not allowed'))
  parser.on('opentag', ({ name, attributes }) => {
    const isRoot = stack.length === 0
    if (isRoot && (name !== 'data' || Object.keys(attributes).length > 0))
      refuse('the root is <data>')
    if (!NAME.test(name)) refuse('an element with a strange name')
    const kind = isRoot ? 'record' : kindOf(attributes)
    if (kind === undefined) refuse(`<${name}> has no type="record", "array" or "string"`)
    stack.push({ name, kind: kind ?? 'string', text: '', fields: {}, list: [] })
  })
  const text = (piece: string) => {
    const open = stack.at(-1)
    if (open !== undefined) open.text += piece
  }
  parser.on('text', text)
  parser.on('cdata', text)
  parser.on('closetag', () => {
    const closed = stack.pop()
    if (closed === undefined) return
    if (closed.kind !== 'string' && closed.text.trim() !== '')
      refuse(`text between the elements of <${closed.name}>`)
    const parent = stack.at(-1)
    if (parent === undefined) data = closed.fields
    else refuse(adopt(parent, closed))
  })
  parser.write(source).close()
  return wrong ?? data ?? 'no root element'
}

/** What the one record of the body is called, and its fields. */
const rootOf = (data: Fields): Body => {
  const [entry, another] = Object.entries(data)
  if (entry === undefined || another !== undefined) return unreadable('one record is expected')
  const [root, value] = entry
  return typeof value === 'string' || isList(value)
    ? unreadable(`${root} is no record`)
    : { is: 'body', root, fields: value }
}

const decoded = (bytes: Uint8Array): string | undefined =>
  isUtf8(bytes) ? new TextDecoder().decode(bytes) : undefined

const DECLARED = /^\s*<\?xml[^>]*\sencoding=["']([^"']+)["']/

/** Reads a body of the `xml2` convention. The XML declaration may be missing, but must not lie. */
export const readXml2 = (bytes: Uint8Array): Body => {
  const source = decoded(bytes)
  if (source === undefined) return { is: 'charset' }
  const charset = DECLARED.exec(source.slice(0, 200))?.[1] ?? 'utf-8'
  if (charset.toLowerCase() !== 'utf-8') return { is: 'charset' }
  const data = dataOf(source)
  return typeof data === 'string' ? unreadable(data) : rootOf(data)
}

const fieldsFrom = (json: unknown): Fields | undefined => {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined
  const fields: { [name: string]: Element } = {}
  for (const [name, value] of Object.entries(json)) {
    const element = NAME.test(name) ? elementFrom(value) : undefined
    if (element === undefined) return undefined
    fields[name] = element
  }
  return fields
}

const elementFrom = (json: unknown): Element | undefined => {
  if (typeof json === 'string') return json
  if (!Array.isArray(json)) return fieldsFrom(json)
  const list = json.map(fieldsFrom).filter((one) => one !== undefined)
  return list.length === json.length ? list : undefined
}

/** Reads the same facts as JSON: texts, objects, arrays of objects. */
export const readJson2 = (bytes: Uint8Array): Body => {
  const source = decoded(bytes)
  if (source === undefined) return { is: 'charset' }
  let json: unknown
  try {
    json = JSON.parse(source)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return unreadable('not JSON')
  }
  const fields = fieldsFrom(json)
  return fields === undefined ? unreadable('texts, objects and arrays only') : rootOf(fields)
}
