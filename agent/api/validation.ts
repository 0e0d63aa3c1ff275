import type { FastifySchemaCompiler } from 'fastify'
import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/schema'
import { AgentError, type Mistake } from '../kernel/errors.ts'

/**
 * Checks requests against the schemas that /openapi.json shows. A schema is compiled when it is
 * first needed, which keeps it out of the cold start.
 */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  let validator: Validator | undefined
  return (given: unknown) => {
    validator ??= Compile(schema)
    const value = httpPart === 'querystring' ? withIntegers(schema, given) : given
    if (validator.Check(value)) return { value }
    const [, errors] = validator.Errors(value)
    return { error: misfit(onePerField(errors)) }
  }
}

/** What of a value does not fit a schema; nothing where it does. Values are not repeated. */
export function mistakesOf(schema: TSchema, value: unknown): Mistake[] {
  const [, errors] = Compile(schema).Errors(value)
  return onePerField(errors)
}

/** An empty text that must not be empty fails its pattern, too: said once. */
function onePerField(errors: readonly Misfit[]): Mistake[] {
  const told = new Map<string, Mistake>()
  for (const one of errors.flatMap(mistakesIn)) if (!told.has(one.field)) told.set(one.field, one)
  return [...told.values()]
}

/** `REQUEST_INVALID` with what does not fit. */
export function misfit(mistakes: readonly Mistake[]): AgentError {
  const fields = mistakes.map(({ field, detail }) => `${field || 'body'}: ${detail}`)
  return new AgentError('REQUEST_INVALID', fields.join('; '), { mistakes })
}

/** A query is text; where its schema says integer, digits are one. */
function withIntegers(schema: TSchema, query: unknown): unknown {
  if (typeof query !== 'object' || query === null) return query
  const properties = propertiesOf(schema)
  const read = ([key, value]: [string, unknown]): [string, unknown] => {
    const isInteger = propertyType(properties[key]) === 'integer'
    return [key, isInteger && /^-?\d{1,15}$/.test(String(value)) ? Number(value) : value]
  }
  return Object.fromEntries(Object.entries(query).map(read))
}

/** The properties of an object schema. */
export const propertiesOf = (schema: object): Readonly<Record<string, unknown>> =>
  'properties' in schema && typeof schema.properties === 'object' && schema.properties !== null
    ? { ...schema.properties }
    : {}

const propertyType = (schema: unknown): unknown =>
  typeof schema === 'object' && schema !== null && 'type' in schema ? schema.type : undefined

interface Misfit {
  readonly keyword: string
  readonly instancePath: string
  readonly params: object
  readonly message: string
}

/** One per field. `additionalProperties` and `required` name the fields in their parameters. */
function mistakesIn({ keyword, instancePath, params, message }: Misfit): Mistake[] {
  const parent = instancePath.split('/').slice(1)
  const under = (name: string) => pathOf([...parent, name])
  if (keyword === 'required' && 'requiredProperties' in params) {
    return names(params.requiredProperties).map((name) => ({
      field: under(name),
      title: '必須の項目がありません。',
      detail: 'is required',
    }))
  }
  if (keyword === 'additionalProperties' && 'additionalProperties' in params) {
    return names(params.additionalProperties).map((name) => ({
      field: under(name),
      title: '知らない項目です。',
      detail: 'is not a field of this request',
    }))
  }
  if (keyword === 'enum' && 'allowedValues' in params) {
    const detail = `must be one of ${names(params.allowedValues).join(', ')}`
    return [{ field: pathOf(parent), title: '選べない値です。', detail }]
  }
  // What `additionalProperties: false` also reports under the field's own path.
  if (keyword === 'boolean') return []
  return [
    {
      field: pathOf(parent),
      title: titles[keyword] ?? '形式が違います。',
      detail: message,
    },
  ]
}

/** `items[3].birthdate` */
const pathOf = (names: readonly string[]) =>
  names
    .map((name) => (/^\d{1,4}$/.test(name) ? `[${name}]` : `.${speakable(name)}`))
    .join('')
    .replace(/^\./, '')

const titles: Readonly<Record<string, string>> = {
  maxLength: '長すぎます。',
  minLength: '空です。',
  maximum: '大きすぎます。',
  minimum: '小さすぎます。',
}

const names = (list: unknown): string[] => (Array.isArray(list) ? list.map(String) : [])

/** A client's own field name is echoed only when it looks like one: data may stand where a name should. */
const speakable = (name: string) => (/^[A-Za-z_-]{1,64}[0-9]?$/.test(name) ? name : '?')
