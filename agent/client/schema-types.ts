/** A JSON value that is an object; `{}` for anything else. */
export const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** What a type is made from. */
const SHAPING = ['$ref', 'anyOf', 'oneOf', 'allOf', 'enum', 'const', 'type', 'properties']
const OF_PARTS = ['required', 'patternProperties', 'additionalProperties', 'items']
/** What narrows values and not types. */
const NARROWING = ['maxLength', 'minLength', 'pattern', 'format', 'minItems', 'maxItems']
const OTHER = ['minimum', 'maximum', 'default', 'description', 'examples', 'title', 'x-element']
const known = new Set([...SHAPING, ...OF_PARTS, ...NARROWING, ...OTHER])

/**
 * A schema of the document as a TypeScript type. Our schemas use a small part of JSON Schema; a
 * keyword outside it throws, so that a type is never wider than what the agent checks by oversight.
 */
export function typeOf(schema: unknown, indent = ''): string {
  const shape = fieldsOf(schema)
  const stranger = Object.keys(shape).find((keyword) => !known.has(keyword))
  if (stranger !== undefined) throw new Error(`no type is known for the keyword ${stranger}`)
  const ref = shape['$ref']
  if (typeof ref === 'string') return nameIn(ref)
  if ('const' in shape) return JSON.stringify(shape['const'])
  if (shape['enum'] !== undefined)
    return union(listOf(shape['enum']).map((one) => JSON.stringify(one)))
  const choices = shape['anyOf'] ?? shape['oneOf']
  if (choices !== undefined) return union(listOf(choices).map((one) => typeOf(one, indent)))
  if (shape['allOf'] !== undefined)
    return listOf(shape['allOf'])
      .map((one) => grouped(typeOf(one, indent)))
      .join(' & ')
  return plainType(shape, indent)
}

function plainType(shape: Readonly<Record<string, unknown>>, indent: string): string {
  switch (shape['type']) {
    case undefined:
      return 'unknown'
    case 'string':
    case 'boolean':
    case 'null':
      return String(shape['type'])
    case 'integer':
    case 'number':
      return 'number'
    case 'array':
      return `${grouped(typeOf(shape['items'] ?? {}, indent))}[]`
    case 'object':
      return objectType(shape, indent)
    default:
      throw new Error(`no type is known for ${JSON.stringify(shape['type'])}`)
  }
}

function objectType(shape: Readonly<Record<string, unknown>>, indent: string): string {
  const [anyName] = Object.values(fieldsOf(shape['patternProperties']))
  const further = anyName ?? shape['additionalProperties']
  if (typeof further === 'object' && further !== null && shape['properties'] === undefined)
    return `Record<string, ${typeOf(further, indent)}>`
  const required = listOf(shape['required'])
  const inner = `${indent}  `
  const fields = Object.entries(fieldsOf(shape['properties'])).map(([name, part]) => {
    const mark = required.includes(name) ? '' : '?'
    return `${commentOf(part, inner)}${inner}${keyOf(name)}${mark}: ${typeOf(part, inner)}\n`
  })
  return fields.length === 0 ? 'Record<string, never>' : `{\n${fields.join('')}${indent}}`
}

const keyOf = (name: string) => (/^\w+$/.test(name) ? name : `'${name}'`)

/** `#/components/schemas/FeedEvent` is `FeedEvent`. */
const nameIn = (ref: string) => ref.slice(ref.lastIndexOf('/') + 1)

const union = (types: readonly string[]) => [...new Set(types)].join(' | ')

const grouped = (type: string) => (/^[\w"]+$|^\{[^}]*\}$/.test(type) ? type : `(${type})`)

/** The description as a doc comment; nothing where there is none. */
export function commentOf(schema: unknown, indent = ''): string {
  const { description } = fieldsOf(schema)
  if (typeof description !== 'string') return ''
  return `${indent}/** ${description.replaceAll('*/', '* /')} */\n`
}
