/** A JSON object whose values nobody has looked at. */
export type JsonObject = Readonly<Record<string, unknown>>

export const asObject = (value: unknown): JsonObject | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined

/** The value as a list: the objects of an array, and nothing of anything else. */
export const objectsIn = (value: unknown): readonly JsonObject[] =>
  Array.isArray(value) ? value.map(asObject).filter((one) => one !== undefined) : []

export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined

/** A resource that has passed the checks of its structure. */
export interface Resource extends JsonObject {
  readonly resourceType: string
}

export interface Token {
  readonly system: string
  readonly value: string
}

/** The business identifiers of a resource. */
export const identifiersOf = (resource: JsonObject): readonly Token[] =>
  objectsIn(resource['identifier']).flatMap(({ system, value }) =>
    typeof system === 'string' && typeof value === 'string' ? [{ system, value }] : [],
  )

/** The canonicals of meta.profile, without a version. */
export const profilesOf = (resource: JsonObject): readonly string[] => {
  const profiles = asObject(resource['meta'])?.['profile']
  if (!Array.isArray(profiles)) return []
  return profiles.map((one) => String(one).split('|')[0] ?? '')
}
