/** A behaviour, patient or resource that cannot be had; the message says why. */
export class BehaviourError extends Error {}

/** The members of a JSON object, whatever they are. */
export type Given = Readonly<Record<string, unknown>>

/** Throws `BehaviourError` with all that it may be, where `value` is none of them. */
export const oneOf = <T extends string>(key: string, value: unknown, known: readonly T[]): T => {
  const found = known.find((one) => one === value)
  if (found === undefined) throw new BehaviourError(`${key} is one of ${known.join(', ')}`)
  return found
}

/** Throws `BehaviourError` for anything but an object of these keys. */
export const givenIn = (json: unknown, keys: readonly string[]): Given => {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new BehaviourError('a JSON object')
  for (const key of Object.keys(json)) oneOf('a key', key, keys)
  return { ...json }
}

/**
 * Those numbers that are given, of all that `limits` has the least and the most of. Throws
 * `BehaviourError` on one that is not whole or out of them.
 */
export const wholeNumbers = <K extends string>(
  given: Given,
  limits: Readonly<Record<K, readonly [number, number]>>,
) => {
  const numbers: Partial<Record<K, number>> = {}
  for (const key in limits) {
    const value = given[key]
    if (value === undefined) continue
    const [least, most] = limits[key]
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)
      throw new BehaviourError(`${key} is a whole number from ${least} to ${most}`)
    numbers[key] = value
  }
  return numbers
}
