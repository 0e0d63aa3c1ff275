import { isIndividualNumber } from '../../agent/kernel/individual-number.ts'

/** A digit in ASCII, in full width as UTF-8, and in full width as CP932. */
const DIGIT = '(?:[0-9]|\\xef\\xbc[\\x90-\\x99]|\\x82[\\x4f-\\x58])'
/** What stands between groups, in those. */
const BETWEEN = '(?:[ \\-_.]|\\xe3\\x80\\x80|\\x81\\x40|\\xef\\xbc\\x8d)?'
/** Twelve that are no part of something longer: of a UUID, a time in milliseconds, a hash. */
const TWELVE = new RegExp(
  `(?<![0-9A-Za-z\\-\\x99]|\\xef\\xbc[\\x90-\\x98])${DIGIT}(?:${BETWEEN}${DIGIT}){11}(?![0-9A-Za-z\\-]|\\xef\\xbc[\\x90-\\x99])`,
  'g',
)

/** Where something that has the form of a 個人番号 stands, whoever wrote it, in whatever bytes. */
export const individualNumbersIn = (files: ReadonlyMap<string, Buffer>): string[] =>
  [...files].flatMap(([name, bytes]) =>
    (bytes.toString('latin1').match(TWELVE) ?? [])
      .filter((found) => isIndividualNumber(asciiOf(found)))
      .map(() => name),
  )

const asciiOf = (found: string) =>
  found
    .replace(/\xef\xbc([\x90-\x99])/g, (_, digit: string) => String(digit.charCodeAt(0) - 0x90))
    .replace(/\x82([\x4f-\x58])/g, (_, digit: string) => String(digit.charCodeAt(0) - 0x4f))
    .replace(/[^0-9]/g, '')
