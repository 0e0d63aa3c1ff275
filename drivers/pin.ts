import { AgentError } from '../agent/kernel/errors.ts'
import type { PinPad, Transmit } from './io/io.ts'
import {
  exchange,
  file,
  inFacts,
  OK,
  type Reply,
  selectApplet,
  selectFile,
  split,
  unreadable,
} from './jpki.ts'

/** Header of VERIFY, of the PIN file that is selected. Alone it asks for the tries left. */
const VERIFY = Uint8Array.of(0x00, 0x20, 0x00, 0x80)
/** 利用者証明用 PIN. */
const PIN_DIGITS = 4
/** As OpenSC gives: long enough to look a PIN up, short enough for a queue at the counter. */
const PIN_ENTRY_MS = 30_000
/** A wrong PIN at one try left locks the card until its holder has been to the city hall. */
const TRIES_KEPT = 1
/** Authentication method blocked; referenced data unusable. [ISO/IEC 7816-4, 5.6] */
const BLOCKED = new Set([0x6983, 0x6984])

/** DigestInfo of SHA-256 up to the hash. [RFC 8017, section 9.2, note 1] */
const SHA256_DIGEST_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex')
const DIGEST_BYTES = 32
/** RSA-2048. */
const SIGNATURE_BYTES = 256

/**
 * Has the holder enter the PIN at the reader's pad, then signs a SHA-256 digest (32 bytes) with the
 * authentication key; `driver.ts`, `Sign`, says the rest. The PIN is never here. To be run while
 * the card is held: whoever selects the applet in between makes it forget the PIN.
 */
export async function signDigest(
  transmit: Transmit,
  pinPad: PinPad | undefined,
  digest: Uint8Array,
): Promise<Uint8Array> {
  if (digest.length !== DIGEST_BYTES) throw new RangeError('a SHA-256 digest has 32 bytes')
  if (pinPad === undefined)
    throw new AgentError('CARD_PIN_REQUIRED', 'the card wants its PIN, and the reader has no pad')
  const applet = await selectApplet(transmit)
  if (applet !== OK) throw unreadable('the JPKI applet was refused', applet)
  const selected = await selectFile(transmit, file.authPin)
  if (selected !== OK) throw unusable('the card has no authentication PIN', selected)
  permitEntry(split(await transmit(VERIFY)))
  acceptEntry(split(await pinPad.verify(VERIFY, PIN_DIGITS, PIN_ENTRY_MS)))
  return await sign(transmit, digest)
}

/** Throws why no PIN may be entered, by the answer to the question for the tries left. */
function permitEntry({ data, status }: Reply): void {
  const left = triesIn(status)
  if (BLOCKED.has(status) || left === 0) throw blocked(status)
  if (left === undefined || data.length > 0)
    throw unusable('the card does not say how many tries its PIN has', status)
  if (left > TRIES_KEPT) return
  throw new AgentError('CARD_PIN_LAST_TRY', 'the last try of the PIN is not used', {
    facts: { triesLeft: left },
  })
}

/** Throws what was wrong, by the card's answer to the PIN. */
function acceptEntry({ status }: Reply): void {
  if (status === OK) return
  const left = triesIn(status)
  if (BLOCKED.has(status) || left === 0) throw blocked(status)
  if (left === undefined) throw unusable('the PIN was neither accepted nor refused', status)
  throw new AgentError('CARD_PIN_WRONG', 'the card refused the PIN', { facts: { triesLeft: left } })
}

async function sign(transmit: Transmit, digest: Uint8Array): Promise<Uint8Array> {
  const selected = await selectFile(transmit, file.authKey)
  if (selected !== OK) throw unreadable('the key file was refused', selected)
  const info = [...SHA256_DIGEST_INFO, ...digest]
  const apdu = Uint8Array.of(0x80, 0x2a, 0x00, 0x80, info.length, ...info, 0x00)
  const { data, status } = await exchange(transmit, apdu)
  if (status !== OK || data.length !== SIGNATURE_BYTES)
    throw unreadable('the card gave no signature', status)
  return data
}

/** `63 Cx`: x tries are left. */
const triesIn = (status: number): number | undefined =>
  (status & 0xfff0) === 0x63c0 ? status & 0x0f : undefined

const blocked = (status: number) =>
  new AgentError('CARD_PIN_BLOCKED', 'the PIN of the card is blocked', { facts: inFacts(status) })

const unusable = (message: string, status: number) =>
  new AgentError('CARD_PIN_UNUSABLE', message, { facts: inFacts(status) })
