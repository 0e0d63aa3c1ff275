import { AgentError } from '../../agent/kernel/errors.ts'

/** FEATURE_VERIFY_PIN_DIRECT. [PC/SC part 10, 2.3] */
const VERIFY_PIN_DIRECT = 0x06
/** Tag, length, and a control code of four bytes. */
const FEATURE_BYTES = 6

/**
 * The control code of the PIN pad in the answer to GET_FEATURE_REQUEST, a list of TLVs with big-endian
 * values; undefined where there is no pad, or the list makes no sense.
 */
export function pinPadIn(features: Uint8Array): number | undefined {
  const list = Buffer.from(features)
  for (let at = 0; at + FEATURE_BYTES <= list.length; at += FEATURE_BYTES) {
    if (list.readUInt8(at + 1) !== 4) return undefined
    if (list.readUInt8(at) === VERIFY_PIN_DIRECT) return list.readUInt32BE(at + 2)
  }
  return undefined
}

/** Units are bytes, the PIN begins the data, it is left-justified, in ASCII. [CCID 1.1, 6.1.11.4] */
const FORMAT = 0x82
/** Ends on the last digit, or on the OK key. */
const WHEN_FULL_OR_OK = 0x01 | 0x02
/** One message, the first of the reader's own: firmwares refuse none, or the default one. */
const MESSAGES = 1
/** American English: which others a pad has is not known, and one that it has not is refused. */
const LANGUAGE = 0x0409
const EMPTY = 0xff

/**
 * PIN_VERIFY_STRUCTURE, numbers in this machine's order (little-endian wherever Node and PC/SC
 * meet). [PC/SC part 10, 2.5.2]
 *
 * The data is a block of fixed size: header, Lc, and as many empty bytes as the PIN has digits, in
 * whose place the pad puts it. Shorter forms, which leave Lc to the pad, differ between firmwares;
 * libccid's own example and GnuPG's fixed one have this form.
 */
export function pinVerifyStructure(
  command: Uint8Array,
  digits: number,
  timeoutMs: number,
): Uint8Array {
  const seconds = Math.min(Math.ceil(timeoutMs / 1_000), 0xff)
  const data = [...command, digits, ...Array.from({ length: digits }, () => EMPTY)]
  const structure = Buffer.from([
    ...[seconds, seconds, FORMAT, digits, 0],
    ...[digits, digits, WHEN_FULL_OR_OK, MESSAGES],
    ...[LANGUAGE & 0xff, LANGUAGE >> 8, 0],
    ...[0, 0, 0],
    ...[data.length, 0, 0, 0],
    ...data,
  ])
  return Uint8Array.from(structure)
}

/**
 * Throws what the pad, and not the card, has to say. [PC/SC part 10, 2.6] 6402 belongs to a change of
 * PIN; like 6403, a PIN of another length, it says that nothing was sent to the card.
 */
export function heedPad(answer: Uint8Array): void {
  const status = Buffer.from(answer).toString('hex')
  switch (status) {
    case '6400':
      throw new AgentError('PIN_ENTRY_TIMEOUT', 'no PIN was entered at the pad in time')
    case '6401':
      throw new AgentError('PIN_ENTRY_CANCELLED', 'the entry of the PIN was cancelled at the pad')
    case '6402':
    case '6403':
      throw new AgentError('PIN_ENTRY_CANCELLED', 'what was entered at the pad is no PIN', {
        facts: { status },
      })
  }
}
