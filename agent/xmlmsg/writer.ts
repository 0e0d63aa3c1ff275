import type { Static } from 'typebox'
import { Value } from 'typebox/value'
import { UnknownElement } from '../kernel/official.ts'
import { type Field, type Group, ROOT, UNKNOWN } from './layout.ts'
import { escaped, unencodable } from './xml10.ts'

const NAME = /^[\p{L}_][\p{L}\p{N}._:-]*$/u

/**
 * A value of `group` to XML text without its declaration: elements in the documented order, then
 * what the record did not know. Throws `CHARACTER_UNENCODABLE` for a character outside XML 1.0.
 */
export function writeXml(message: object, group: Group): string {
  const lines: string[] = []
  writeGroup(lines, '', ROOT, group, message)
  lines.push('')
  return lines.join('\n')
}

type Lines = string[]
type Unknown = Static<typeof UnknownElement>

function writeGroup(lines: Lines, indent: string, element: string, group: Group, value: object) {
  const record = new Map<string, unknown>(Object.entries(value))
  const unknown = unknownIn(record.get(UNKNOWN))
  const inner = lines.length + 1
  lines.push(`${indent}<${element}>`)
  for (const field of group.fields) {
    writeField(lines, `${indent}  `, field, record.get(field.property), unknown)
  }
  for (const child of unknown) {
    if (!isWrapper(group, child)) writeUnknown(lines, `${indent}  `, child)
  }
  closeElement(lines, indent, element, inner)
}

function writeField(
  lines: Lines,
  indent: string,
  field: Field,
  value: unknown,
  unknown: readonly Unknown[],
) {
  if (value === undefined) return
  const { element } = field
  switch (field.is) {
    case 'text':
      writeText(lines, indent, element, value)
      break
    case 'texts':
      for (const item of itemsIn(value)) writeText(lines, indent, element, item)
      break
    case 'group':
      writeGroup(lines, indent, element, field.group, objectIn(value))
      break
    case 'groups':
      for (const item of itemsIn(value)) {
        writeGroup(lines, indent, element, field.group, objectIn(item))
      }
      break
    case 'list': {
      const inner = lines.length + 1
      lines.push(`${indent}<${element}>`)
      for (const item of itemsIn(value)) {
        writeGroup(lines, `${indent}  `, field.item, field.group, objectIn(item))
      }
      const extra = unknown.find(({ name }) => name === element)?.children ?? []
      for (const child of extra) writeUnknown(lines, `${indent}  `, child)
      closeElement(lines, indent, element, inner)
      break
    }
  }
}

/** The reader files a list's unknown children under the wrapper's name; see `Reader.#openItem`. */
const isWrapper = (group: Group, { name }: Unknown) => group.byElement.get(name)?.is === 'list'

function writeUnknown(lines: Lines, indent: string, value: unknown) {
  const { name, text, children } = unknownElement(value)
  if (!NAME.test(name)) throw unencodable('unknown')
  if (children === undefined) {
    writeText(lines, indent, name, text ?? '')
    return
  }
  const inner = lines.length + 1
  lines.push(`${indent}<${name}>`)
  for (const child of children) writeUnknown(lines, `${indent}  `, child)
  closeElement(lines, indent, name, inner)
}

/** An element that got no lines since `inner` stays on one line. */
function closeElement(lines: Lines, indent: string, element: string, inner: number) {
  const end = `</${element}>`
  if (lines.length === inner) lines[inner - 1] += end
  else lines.push(`${indent}${end}`)
}

function writeText(lines: Lines, indent: string, element: string, text: unknown) {
  if (typeof text !== 'string') throw new TypeError(`${element} is no string`)
  lines.push(`${indent}<${element}>${escaped(element, text)}</${element}>`)
}

function objectIn(value: unknown): object {
  if (typeof value === 'object' && value !== null) return value
  throw new TypeError('an element that holds elements is no object')
}

function itemsIn(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw new TypeError('a list is no array')
}

function unknownIn(value: unknown): readonly Unknown[] {
  return value === undefined ? [] : itemsIn(value).map(unknownElement)
}

function unknownElement(value: unknown): Unknown {
  if (Value.Check(UnknownElement, value)) return value
  throw new TypeError('an unknown element has no name')
}
