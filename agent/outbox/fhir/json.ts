/** What JSON carries; resources of others are read through these, element by element. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [name: string]: Json | undefined
}

/** A resource that the server keeps. */
export interface Stored extends JsonObject {
  readonly resourceType: string
  readonly id: string
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isArray = (value: unknown): value is readonly Json[] => Array.isArray(value)

export const objectIn = (value: unknown): JsonObject => (isObject(value) ? value : {})

export const objectsIn = (value: unknown): readonly JsonObject[] =>
  isArray(value) ? value.filter(isObject) : []

export const textIn = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Undefined for what is no JSON object. */
export function parseObject(body: Uint8Array): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
    return isObject(value) ? value : undefined
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined
    throw error
  }
}

export const isStored = (value: JsonObject): value is Stored =>
  typeof value['resourceType'] === 'string' &&
  typeof value['id'] === 'string' &&
  /^[A-Za-z0-9\-.]{1,64}$/.test(value['id'])

/** A business identifier. */
export interface Token {
  readonly system: string
  readonly value: string
}

export const hasIdentifier = (resource: JsonObject, { system, value }: Token): boolean =>
  objectsIn(resource['identifier']).some(
    (one) => one['system'] === system && one['value'] === value,
  )
