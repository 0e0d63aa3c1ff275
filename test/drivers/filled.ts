import { issue } from '../../agent/sim/pki/certificate.ts'
import type { Dialogue } from '../../drivers/record/edit.ts'
import { edited } from '../../drivers/record/edited.ts'
import type { Recording } from '../../drivers/record/recording.ts'

const AUTH_CERTIFICATE = '00a4020c02000a'
const DER_HEAD_BYTES = 4
const STATUS_BYTES = 2

/**
 * A masked recording with an invented certificate where there was one, of the same length, so that
 * a driver reads it as it read the real one.
 */
export const filled = (recording: Recording): Recording =>
  edited(recording, {
    dialogue: openDialogue,
    atr: same,
    id: same,
    data: same,
    noise: same,
  })

const same = (bytes: Uint8Array) => bytes

function openDialogue(): Dialogue {
  let file = ''
  let last = Buffer.alloc(0)
  let certificate: Uint8Array = new Uint8Array()
  return {
    command: (apdu) => {
      last = Buffer.from(apdu)
      if (last[1] === 0xa4) file = last.toString('hex')
      return apdu
    },
    answer: (apdu) => {
      const data = apdu.subarray(0, Math.max(0, apdu.length - STATUS_BYTES))
      if (file !== AUTH_CERTIFICATE || last[1] !== 0xb0 || data.length === 0) return apdu
      const offset = last.readUInt16BE(2)
      if (offset === 0 && data.length >= DER_HEAD_BYTES)
        certificate = certificateOf(Buffer.from(data).readUInt16BE(2) + DER_HEAD_BYTES)
      const part = certificate.subarray(offset, offset + data.length)
      return Uint8Array.of(...part, ...apdu.subarray(part.length))
    },
  }
}

const made = new Map<number, Uint8Array>()
/** Of nobody, for as long as anyone will run these tests. */
const VALIDITY = { notBefore: Date.UTC(2026, 0, 1), notAfter: Date.UTC(2049, 0, 1) }

/** A certificate of exactly so many bytes; an extension of no meaning makes up the length. */
function certificateOf(bytes: number): Uint8Array {
  const known = made.get(bytes)
  if (known !== undefined) return known
  for (let padding = Math.max(1, bytes - 800), name = 1, turn = 0; turn < 20; turn++) {
    const extension = { id: '2.25.1', value: '\0'.repeat(padding) }
    const { certificateDer } = issue({ commonName: 'x'.repeat(name) }, VALIDITY, [extension])
    const missing = bytes - certificateDer.length
    if (missing === 0) {
      made.set(bytes, certificateDer)
      return certificateDer
    }
    // Where a length form changes, one byte of padding makes two.
    if (turn > 4) name = (turn % 5) + 1
    padding = Math.max(1, padding + missing)
  }
  throw new Error(`no certificate of ${bytes} bytes could be made`)
}
