/*
 * Identifiers of the agent's own request files: a capital letter and eleven characters of base 36,
 * twelve in all as receipt computers write them, whose own are `yyyyMMdd` and a counter. They hold
 * the time of a UUID version 7 to the millisecond, until the year 2224, and 14 bits of its random
 * part: all that twelve characters have room for.
 */
const CHARACTERS = 11
const RANDOM_BITS = 14n
const RANDOM_MASK = (1n << RANDOM_BITS) - 1n

const UUID_V7 = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{8}([0-9a-f]{4})$/

/** Of a UUID version 7: always the same one, and later for a later millisecond. */
export function fileIdentifierOf(id: string, letter: string): string {
  const [, high, low, random] = UUID_V7.exec(id) ?? []
  if (high === undefined || low === undefined || random === undefined)
    throw new RangeError('a file identifier is made of a UUID version 7')
  const value = (BigInt(`0x${high}${low}`) << RANDOM_BITS) | (BigInt(`0x${random}`) & RANDOM_MASK)
  const digits = value.toString(36).toUpperCase().padStart(CHARACTERS, '0').slice(-CHARACTERS)
  return `${letter}${digits}`
}

/** Whether it has the form of an identifier that this agent gives. */
export const isOwnIdentifier = (text: string, letter: string): boolean =>
  text.startsWith(letter) && /^[A-Z][0-9A-Z]{11}$/.test(text)

/**
 * When the UUID behind an identifier was made, epoch ms: from `fromMs` on, before `toMs`. Nearly
 * always one UUID of that time has this identifier: `fileIdentifierOf` says which.
 */
export function timeRangeOf(identifier: string): { fromMs: number; toMs: number } {
  if (!/^[A-Z][0-9A-Z]{11}$/.test(identifier))
    throw new RangeError('it is no identifier of the agent’s')
  let value = 0n
  for (const digit of identifier.slice(1)) value = value * 36n + BigInt(Number.parseInt(digit, 36))
  const fromMs = Number(value >> RANDOM_BITS)
  return { fromMs, toMs: fromMs + 1 }
}
