import { Type } from 'typebox'

/**
 * What a key that names a file names. `path` is only resolved, never opened; the others are
 * checked by `files.ts` and may be written as `credential:NAME`.
 */
export type FileKind = 'path' | 'certificates' | 'pkcs12' | 'private-key' | 'store-key' | 'secret'

/** A file that the configuration names, for the checks. */
export interface NamedFile {
  /** Key path, e.g. `gateway.ca_file`. */
  readonly key: string
  readonly kind: FileKind
  /** Absolute. */
  readonly path: string
  /** As it stands in the file: what a person typed, perhaps a secret put there by mistake. */
  readonly written: string
}

/**
 * A schema as data, as far as this folder walks it. `x-file` marks a file name, `x-write` says
 * what to write where a pattern alone would not, `x-secret` keeps a value out of every message.
 */
export interface Shape {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, Shape>>
  readonly patternProperties?: Readonly<Record<string, Shape>>
  readonly required?: readonly string[]
  readonly items?: Shape
  readonly anyOf?: readonly Shape[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly pattern?: string
  readonly minLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly 'x-file'?: FileKind
  readonly 'x-write'?: string
  readonly 'x-secret'?: boolean
}

/** A table of the file, as TOML gives it. */
export type Table = Record<string, unknown>

export const strict = { additionalProperties: false } as const

export const isTable = (value: unknown): value is Table =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)

/** In a unit of systemd, and on a terminal, a line end in a name would be a line of its own. */
const ONE_LINE = '^[^\\u0000-\\u001f\\u007f]*$'

/** A key that names a file; relative names start at the folder of the configuration. */
export const file = (kind: FileKind, description: string, more: { default?: string } = {}) =>
  Type.String({
    description,
    minLength: 1,
    pattern: ONE_LINE,
    'x-file': kind,
    'x-write': 'the name of a file',
    ...more,
  })

export const text = (description: string, pattern: string, write: string, fallback?: string) =>
  Type.String({
    description,
    pattern,
    'x-write': write,
    ...(fallback === undefined ? {} : { default: fallback }),
  })

export const integer = (description: string, minimum: number, maximum: number, fallback: number) =>
  Type.Integer({ description, minimum, maximum, default: fallback })

export const flag = (description: string, fallback: boolean) =>
  Type.Boolean({ description, default: fallback })

/** The branch of a union that the value's `driver` names. */
export function branchOf(shape: Shape, value: Table): Shape | undefined {
  return shape.anyOf?.find((branch) => branch.properties?.['driver']?.const === value['driver'])
}

/** `gateway` + `timeout_ms`; the root is the empty path. */
export const keyPath = (parent: string, key: string) => {
  const name = /^[A-Za-z0-9_-]+$/.test(key) ? key : JSON.stringify(key)
  return parent === '' ? name : `${parent}.${name}`
}
