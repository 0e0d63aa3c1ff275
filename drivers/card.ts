import { X509Certificate } from 'node:crypto'
import { AgentError } from '../agent/kernel/errors.ts'
import type { Presented } from '../agent/kernel/presentation.ts'
import { nameOther } from './atr.ts'
import type { Transmit } from './io/io.ts'
import { exchange, file, OK, selectApplet, selectFile, unreadable } from './jpki.ts'

/** Short replies only: several readers carry no more than 256 bytes and a status word. */
const CHUNK_BYTES = 256
/** Tag, length form and two length bytes: `30 82 LL LL`. */
const DER_HEAD_BYTES = 4
/** Real ones have about 1.7 kB; the bound keeps a mad card from being read for ever. */
const CERTIFICATE_LIMIT_BYTES = 8_192
/** The end of the file came before as many bytes as were asked for: data, then the end. */
const END_OF_FILE = 0x6282

/**
 * How cards without the applet refuse its selection: not found, function, parameters, length,
 * selection, instruction, class. [ISO/IEC 7816-4, 5.6; 6999: JavaCard] Any other word is no
 * refusal but nonsense, and a My Number card must not be called another card because of it.
 */
const NO_SUCH_APPLET = new Set([0x6a81, 0x6a82, 0x6a86, 0x6a87, 0x6700, 0x6999, 0x6d00, 0x6e00])

/**
 * What stands on the reader, over whatever carries APDUs: a My Number card gives its certificate.
 * The JPKI applet only: the card-face applets and the 個人番号 are never selected. Throws
 * CARD_UNREADABLE for answers that make no sense, and what `transmit` throws.
 */
export async function readCard(transmit: Transmit, atr: Uint8Array): Promise<Presented> {
  const applet = await selectApplet(transmit)
  if (applet !== OK) return refused(applet, atr)
  const selected = await selectFile(transmit, file.authCertificate)
  if (selected !== OK) throw unreadable('the certificate file was refused', selected)
  const certificate = await readDer(transmit)
  return { kind: 'my-number-card', certificate, notAfter: endOf(certificate) }
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
