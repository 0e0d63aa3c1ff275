import { X509Certificate } from 'node:crypto'
import { AgentError } from '../agent/kernel/errors.ts'
import type { Presented } from '../agent/kernel/presentation.ts'
import { nameOther } from './atr.ts'
import type { Transmit } from './io/io.ts'

/**
 * The My Number card dialogue, over whatever carries APDUs.
 *
 * The JPKI applet only: the card-face applets and the 個人番号 are never selected, no PIN is sent.
 * Files and commands: [OpenSC, src/libopensc/jpki.h and pkcs15-jpki.c; jpki/myna, src/jpki.rs].
 */
const JPKI_AID = [0xd3, 0x92, 0xf0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01]
const AUTH_CERTIFICATE_EF = 0x000a
const AUTH_KEY_EF = 0x0017

/** Short replies only: several readers carry no more than 256 bytes and a status word. */
const CHUNK_BYTES = 256
/** Tag, length form and two length bytes: `30 82 LL LL`. */
const DER_HEAD_BYTES = 4
/** Real ones have about 1.7 kB; the bound keeps a mad card from being read for ever. */
const CERTIFICATE_LIMIT_BYTES = 8_192
/** DigestInfo of SHA-256 up to the hash. [RFC 8017, section 9.2, note 1] */
const SHA256_DIGEST_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex')
const DIGEST_BYTES = 32
/** RSA-2048. */
const SIGNATURE_BYTES = 256
/** Answers of one command that only ask for another: more would be a card that never ends. */
const FOLLOW_UP_LIMIT = 8

const OK = 0x9000
/** The end of the file came before as many bytes as were asked for: data, then the end. */
const END_OF_FILE = 0x6282
const SECURITY_STATUS_NOT_SATISFIED = 0x6982

/**
 * How cards without the applet refuse its selection: not found, function, parameters, length,
 * selection, instruction, class. [ISO/IEC 7816-4, 5.6; 6999: JavaCard] Any other word is no
 * refusal but nonsense, and a My Number card must not be called another card because of it.
 */
const NO_SUCH_APPLET = new Set([0x6a81, 0x6a82, 0x6a86, 0x6a87, 0x6700, 0x6999, 0x6d00, 0x6e00])

interface Reply {
  readonly data: Uint8Array
  readonly status: number
}

/**
 * What stands on the reader. Throws CARD_UNREADABLE for answers that make no sense, and what
 * `transmit` throws.
 */
export async function readCard(transmit: Transmit, atr: Uint8Array): Promise<Presented> {
  const { status } = await exchange(transmit, selectApplet)
  if (status !== OK) return refused(status, atr)
  await selectFile(transmit, AUTH_CERTIFICATE_EF)
  const certificate = await readDer(transmit)
  return { kind: 'my-number-card', certificate, notAfter: endOf(certificate) }
}

/**
 * Signs a SHA-256 digest (32 bytes) with the authentication key. Throws CARD_PIN_REQUIRED before
 * a PIN was entered, CARD_UNREADABLE for an answer that is no signature.
 */
export async function signDigest(transmit: Transmit, digest: Uint8Array): Promise<Uint8Array> {
  if (digest.length !== DIGEST_BYTES) throw new RangeError('a SHA-256 digest has 32 bytes')
  const { status: selected } = await exchange(transmit, selectApplet)
  if (selected !== OK) throw unreadable('the JPKI applet was refused', selected)
  await selectFile(transmit, AUTH_KEY_EF)
  const info = [...SHA256_DIGEST_INFO, ...digest]
  const { data, status } = await exchange(
    transmit,
    Uint8Array.of(0x80, 0x2a, 0x00, 0x80, info.length, ...info, 0x00),
  )
  if (status === SECURITY_STATUS_NOT_SATISFIED)
    throw new AgentError('CARD_PIN_REQUIRED', 'the card signs only after its PIN was entered')
  if (status !== OK || data.length !== SIGNATURE_BYTES)
    throw unreadable('the card gave no signature', status)
  return data
}

const selectApplet = Uint8Array.of(0x00, 0xa4, 0x04, 0x0c, JPKI_AID.length, ...JPKI_AID)

async function selectFile(transmit: Transmit, file: number): Promise<void> {
  const apdu = Uint8Array.of(0x00, 0xa4, 0x02, 0x0c, 0x02, file >> 8, file & 0xff)
  const { status } = await exchange(transmit, apdu)
  if (status !== OK) throw unreadable('a file of the JPKI applet was refused', status)
}

function refused(status: number, atr: Uint8Array): Presented {
  const other = nameOther(atr)
  if (other?.is === 'storage-card') return { kind: 'other-card', name: other.name }
  if (!NO_SUCH_APPLET.has(status)) throw unreadable('selecting the JPKI applet failed', status)
  if (other?.is === 'device') return { kind: 'not-a-card' }
  return other === undefined ? { kind: 'other-card' } : { kind: 'other-card', name: other.name }
}

/** The selected file's one DER object, and nothing behind it. */
async function readDer(transmit: Transmit): Promise<Uint8Array> {
  const head = await readExactly(transmit, 0, DER_HEAD_BYTES)
  const total = derBytes(head)
  const rest = await readExactly(transmit, DER_HEAD_BYTES, total - DER_HEAD_BYTES)
  return Uint8Array.from([...head, ...rest])
}

/** Length of the whole object, head included, of 128 bytes or more. [X.690, 8.1.3] */
function derBytes(head: Uint8Array): number {
  const [tag, form, high = 0, low = 0] = head
  const total = form === 0x81 ? high + 3 : form === 0x82 ? (high << 8) + low + 4 : 0
  if (tag !== 0x30 || total < 128 || total > CERTIFICATE_LIMIT_BYTES)
    throw unreadable('the certificate file holds no certificate')
  return total
}

async function readExactly(transmit: Transmit, from: number, bytes: number): Promise<Uint8Array> {
  const content = new Uint8Array(bytes)
  let done = 0
  while (done < bytes) {
    const want = Math.min(CHUNK_BYTES, bytes - done)
    const at = from + done
    const apdu = Uint8Array.of(0x00, 0xb0, at >> 8, at & 0xff, want & 0xff)
    const { data, status } = await exchange(transmit, apdu)
    if (status !== OK && status !== END_OF_FILE)
      throw unreadable('the certificate could not be read', status)
    if (data.length === 0) throw unreadable('the certificate is cut short')
    if (data.length > want) throw unreadable('the card sent more than was asked for')
    content.set(data, done)
    done += data.length
  }
  return content
}

/** End of the certificate, epoch ms. */
function endOf(certificate: Uint8Array): number {
  const end = parse(certificate).validToDate.getTime()
  if (Number.isNaN(end)) throw unreadable('the certificate has no end')
  return end
}

function parse(certificate: Uint8Array): X509Certificate {
  try {
    return new X509Certificate(certificate)
  } catch (cause) {
    throw new AgentError('CARD_UNREADABLE', 'the certificate is damaged', { cause })
  }
}

/**
 * One command. `61xx` (more to fetch) and `6Cxx` (ask for xx bytes) are followed here, as the
 * transport of a contact card wants it. [ISO/IEC 7816-4, 5.6; 7816-3, 10.3.4]
 */
async function exchange(transmit: Transmit, apdu: Uint8Array): Promise<Reply> {
  const parts: number[] = []
  let next = apdu
  for (let turn = 0; turn < FOLLOW_UP_LIMIT; turn++) {
    const { data, status } = split(await transmit(next))
    parts.push(...data)
    const hint = status >> 8
    if (hint === 0x61) next = Uint8Array.of(0x00, 0xc0, 0x00, 0x00, status & 0xff)
    else if (hint === 0x6c && apdu.length === 5)
      next = Uint8Array.of(...apdu.subarray(0, 4), status & 0xff)
    else return { data: Uint8Array.from(parts), status }
  }
  throw unreadable('an answer has no end')
}

function split(reply: Uint8Array): Reply {
  const [high, low] = reply.subarray(-2)
  if (high === undefined || low === undefined) throw unreadable('an answer has no status word')
  return { data: reply.subarray(0, -2), status: (high << 8) | low }
}

function unreadable(message: string, status?: number): AgentError {
  const facts = status === undefined ? {} : { status: status.toString(16).padStart(4, '0') }
  return new AgentError('CARD_UNREADABLE', message, { facts })
}
