import { asFault } from '../agent/kernel/errors.ts'
import { readConfig } from './load.ts'
import { configShape } from './schema.ts'
import { branchOf, isTable, type Shape } from './shape.ts'

/** A configuration that may be mailed: choices, numbers and switches; of texts only that one is there. */
export type MaskedConfig =
  | { readonly is: 'read'; readonly values: unknown }
  /** It cannot be read as TOML, or not by this user. */
  | { readonly is: 'unreadable' }

const MASKED = '(masked)'
/** Names of readers and lines, which the log and health say too. */
const NAME_PATTERN = '^[a-z0-9][a-z0-9-]{0,31}$'
/** Times of jobs and clinic hours. */
const TIMES = /^(?:\d\d:\d\d|[0-9*,/ -]{1,40})$/
const OF_TIMES: readonly string[] = ['jobs', 'hours']

/**
 * Reads a configuration for a support bundle. What the schema lists, or has as its default, is shown; every other text, what it
 * does not know, comments and file names are not: an お客様ID, a name or a password may stand anywhere.
 */
export function maskedConfig(path: string): MaskedConfig {
  try {
    const { value } = readConfig(path).completed
    return { is: 'read', values: masked(value, configShape, []) }
  } catch (error) {
    asFault(error)
    return { is: 'unreadable' }
  }
}

/** Pure. */
export function masked(value: unknown, shape: Shape, keys: readonly string[] = []): unknown {
  if (Array.isArray(value)) return listOf(value, shape, keys)
  if (isTable(value)) return tableOf(value, shape, keys)
  return isPublic(value, shape, keys) ? value : MASKED
}

const listOf = (value: readonly unknown[], { items }: Shape, keys: readonly string[]): unknown =>
  items === undefined ? `${MASKED} × ${value.length}` : value.map((one) => masked(one, items, keys))

function tableOf(value: Readonly<Record<string, unknown>>, shape: Shape, keys: readonly string[]) {
  const { properties = {} } = shape.anyOf === undefined ? shape : (branchOf(shape, value) ?? {})
  const known = Object.entries(value).flatMap(([key, one]) => {
    const inner = Object.hasOwn(properties, key) ? properties[key] : undefined
    return inner === undefined ? [] : [[key, masked(one, inner, [...keys, key])] as const]
  })
  const others = Object.keys(value).length - known.length
  return { ...Object.fromEntries(known), ...(others > 0 && { '(other keys)': others }) }
}

function isPublic(value: unknown, shape: Shape, keys: readonly string[]): boolean {
  const { enum: listed, const: only, default: fallback, pattern, type, anyOf } = shape
  if (anyOf !== undefined) return anyOf.some((branch) => isPublic(value, branch, keys))
  if (listed !== undefined) return listed.includes(value)
  if (only !== undefined || value === fallback) return [only, fallback].includes(value)
  if (typeof value === 'boolean') return type === 'boolean'
  if (typeof value === 'number') return type === 'integer' || type === 'number'
  if (typeof value !== 'string') return false
  if (pattern === NAME_PATTERN) return new RegExp(NAME_PATTERN).test(value)
  return keys.some((key) => OF_TIMES.includes(key)) && TIMES.test(value)
}
