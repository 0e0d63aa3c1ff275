/** Something that the chip found in its field. */
export interface Target {
  /** The chip's number for it. */
  readonly number: number
  /** `memory`: knows no APDUs. */
  readonly is: 'type-b' | 'type-a' | 'memory'
  /** As a PC/SC reader would build it, so that a thing has one name over all drivers. */
  readonly atr: Uint8Array
  /** PUPI, UID or IDm, hex. For telling things apart for as long as they stand; never kept. */
  readonly id: string
  /** The id may be another one once the field was off. */
  readonly fickle: boolean
}

/** Kinds of polling, as InListPassiveTarget names them. [NXP UM0701-02, 7.3.5] */
export const pollings = {
  /** AFI 0: of any application. */
  typeB: { code: 0x03, data: [0x00], targets: 2, parse: parseTypeB },
  typeA: { code: 0x00, data: [], targets: 2, parse: parseTypeA },
  /** 212 kbit/s, any system code, no request, one time slot and so one target. [JIS X 6319-4] */
  felica: { code: 0x01, data: [0x00, 0xff, 0xff, 0x00, 0x00], targets: 1, parse: parseFelica },
} as const

/** One target, and where the next one begins; undefined where it is cut short. */
type Parse = (bytes: Uint8Array) => { readonly target: Target; readonly bytes: number } | undefined

/** The targets of one answer to InListPassiveTarget; what is cut short is left out. */
export function parseTargets(data: Uint8Array, parse: Parse): Target[] {
  const [count = 0] = data
  const targets: Target[] = []
  let rest = data.subarray(1)
  while (targets.length < count) {
    const parsed = parse(rest)
    if (parsed === undefined) break
    targets.push(parsed.target)
    rest = rest.subarray(parsed.bytes)
  }
  return targets
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** `Tg, ATQB (50 PUPI4 APP4 PROT3), length, ATTRIB answer (MBLI and CID, …)`. */
function parseTypeB(bytes: Uint8Array): ReturnType<Parse> {
  const [number, code] = bytes
  const attribBytes = bytes[13]
  if (number === undefined || code !== 0x50 || attribBytes === undefined) return undefined
  const end = 14 + attribBytes
  if (bytes.length < end) return undefined
  const bufferIndex = (bytes[14] ?? 0) & 0xf0
  const atr = atrOf([...bytes.subarray(6, 13), attribBytes > 0 ? bufferIndex : 0])
  // A card may draw its PUPI anew whenever it is powered. [ISO/IEC 14443-3, 7.9.2]
  const target = { number, is: 'type-b', atr, id: hex(bytes.subarray(2, 6)), fickle: true } as const
  return { target, bytes: end }
}

const SAK_ISO_DEP = 0x20
/** First byte of a UID that is drawn anew at each activation. [ISO/IEC 14443-3, 6.5.4] */
const RANDOM_UID = 0x08

/** `Tg, SENS_RES (2), SEL_RES, length, UID[, ATS (its length first)]`. */
function parseTypeA(bytes: Uint8Array): ReturnType<Parse> {
  const [number, , , sak = 0, uidBytes] = bytes
  if (number === undefined || uidBytes === undefined) return undefined
  const uid = bytes.subarray(5, 5 + uidBytes)
  if (uid.length < uidBytes) return undefined
  const id = hex(uid)
  const fickle = uidBytes === 4 && uid[0] === RANDOM_UID
  if ((sak & SAK_ISO_DEP) === 0)
    return {
      target: { number, is: 'memory', atr: memoryAtr(ISO_14443_A_3), id, fickle },
      bytes: 5 + uidBytes,
    }
  const ats = bytes.subarray(5 + uidBytes)
  const [atsBytes = 0] = ats
  if (atsBytes === 0 || ats.length < atsBytes) return undefined
  const atr = atrOf(historicalOf(ats.subarray(0, atsBytes)))
  return { target: { number, is: 'type-a', atr, id, fickle }, bytes: 5 + uidBytes + atsBytes }
}

/** What an ATS holds behind its interface bytes. [ISO/IEC 14443-4, 5.2] */
function historicalOf(ats: Uint8Array): readonly number[] {
  const [, format] = ats
  if (format === undefined) return []
  const interfaceBytes = [0x10, 0x20, 0x40].filter((bit) => (format & bit) !== 0).length
  return [...ats.subarray(2 + interfaceBytes)]
}

/** `Tg, length, 01, IDm (8), PMm (8)[, system code]`; the length counts itself. */
function parseFelica(bytes: Uint8Array): ReturnType<Parse> {
  const [number, length, code] = bytes
  if (number === undefined || length === undefined || code !== 0x01) return undefined
  if (length < 18 || bytes.length < 1 + length) return undefined
  const id = hex(bytes.subarray(3, 11))
  const target = { number, is: 'memory', atr: memoryAtr(FELICA), id, fickle: false } as const
  return { target, bytes: 1 + length }
}

/** The PC/SC workgroup's byte for the standard of a storage card. [PC/SC part 3 supplement] */
const ISO_14443_A_3 = 0x03
const FELICA = 0x11

/** [PC/SC part 3, 3.1.3.2.3.2] */
const memoryAtr = (standard: number): Uint8Array =>
  atrOf([0x80, 0x4f, 0x0c, 0xa0, 0x00, 0x00, 0x03, 0x06, standard, 0, 0, 0, 0, 0, 0])

/** At most 15 historical bytes. [PC/SC part 3, 3.1.3.2.3.1] */
function atrOf(historical: readonly number[]): Uint8Array {
  const shown = historical.slice(0, 15)
  const atr = [0x3b, 0x80 | shown.length, 0x80, 0x01, ...shown]
  const check = atr.slice(1).reduce((sum, byte) => sum ^ byte, 0)
  return Uint8Array.of(...atr, check)
}
