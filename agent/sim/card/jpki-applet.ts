import { constants, type KeyObject, privateEncrypt } from 'node:crypto'
import { answer, type Command, status, triesLeft } from './apdu.ts'

/** What a card's JPKI applet holds: two RSA-2048 keys and their certificates, DER. */
export interface CardIdentity {
  readonly authKey: KeyObject
  readonly authCertificate: Uint8Array
  readonly authCa: Uint8Array
  readonly signKey: KeyObject
  readonly signCertificate: Uint8Array
  readonly signCa: Uint8Array
}

interface JpkiOptions {
  readonly identity: CardIdentity
  /** Null: none was ever set. */
  readonly pin?: string | null
  readonly signPin?: string
  readonly triesLeft?: number
}

interface Pin {
  readonly is: 'pin'
  readonly secret: string | null
  readonly lengths: readonly [least: number, most: number]
  readonly limit: number
  left: number
  verified: boolean
}

type File =
  | Pin
  | { readonly is: 'data'; readonly content: Uint8Array; readonly guard?: Pin }
  | { readonly is: 'key'; readonly key: KeyObject; readonly guard: Pin }

/**
 * The digests that the card signs, as the head of their DigestInfo. RFC 8017, 9.2, note 1.
 * What a real card does with another content is not public; this one refuses it.
 */
const digestHeads = [
  '3021300906052b0e03021a05000414',
  '3031300d060960864801650304020105000420',
  '3041300d060960864801650304020205000430',
  '3051300d060960864801650304020305000440',
].map((hex) => Buffer.from(hex, 'hex'))

/** 32 bytes, padded with spaces. [source: OpenSC card-jpki.c] */
const TOKEN_INFO = Buffer.from('JPKIAPICCTOKEN2'.padEnd(32), 'ascii')

/**
 * The 公的個人認証 applet: files, two PINs, two keys. [source: OpenSC jpki.h, pkcs15-jpki.c;
 * jpki/myna]
 *
 * Assumed, as no source says: a query of the tries of a blocked PIN answers 63C0 and a try answers
 * 6984; a PIN that was never set answers 6985 to both; a PIN of impossible length is refused as
 * 6700 and costs no try; a read beyond the end is cut short, one that begins there is 6B00;
 * selecting the applet forgets a verified PIN; commands that it does not need (PIN change, short
 * file identifiers, extended length) are refused.
 */
export function openJpkiApplet(options: JpkiOptions) {
  const { identity, pin = '1234' } = options
  const authPin = makePin(pin, [4, 4], 3, options.triesLeft)
  const signPin = makePin(options.signPin ?? 'ABC123', [6, 16], 5)
  const files: Record<number, File> = {
    1: { is: 'data', content: identity.signCertificate, guard: signPin },
    2: { is: 'data', content: identity.signCa },
    6: { is: 'data', content: TOKEN_INFO },
    10: { is: 'data', content: identity.authCertificate },
    11: { is: 'data', content: identity.authCa },
    23: { is: 'key', key: identity.authKey, guard: authPin },
    24: authPin,
    26: { is: 'key', key: identity.signKey, guard: signPin },
    27: signPin,
  }
  let current: File | undefined

  const select = ({ p1, p2, data }: Command): Uint8Array => {
    if (p1 !== 0x02 || p2 !== 0x0c) return answer(status.wrongParameters)
    if (data.length !== 2) return answer(status.wrongLength)
    const file = files[Buffer.from(data).readUInt16BE()]
    if (file === undefined) return answer(status.fileNotFound)
    current = file
    return answer(status.ok)
  }

  return {
    transmit(command: Command): Uint8Array {
      const { cla, ins } = command
      if (cla === 0x80) {
        return ins === 0x2a ? sign(command, current) : answer(status.unknownInstruction)
      }
      switch (ins) {
        case 0xa4:
          return select(command)
        case 0xb0:
          return read(command, current)
        case 0x20:
          return verify(command, current)
        default:
          return answer(status.unknownInstruction)
      }
    },
    reset() {
      current = undefined
      authPin.verified = false
      signPin.verified = false
    },
  }
}

const makePin = (
  secret: string | null,
  lengths: Pin['lengths'],
  limit: number,
  left = limit,
): Pin => ({
  is: 'pin',
  secret,
  lengths,
  limit,
  left,
  verified: false,
})

function read({ p1, p2, data, le }: Command, file: File | undefined): Uint8Array {
  if (file === undefined) return answer(status.noCurrentFile)
  if (file.is !== 'data') return answer(status.incompatibleFile)
  if (le === undefined || data.length > 0) return answer(status.wrongLength)
  if (p1 >= 0x80) return answer(status.wrongParameters)
  if (file.guard?.verified === false) return answer(status.securityStatusNotSatisfied)
  const offset = (p1 << 8) | p2
  if (offset >= file.content.length) return answer(status.outsideFile)
  return answer(status.ok, file.content.subarray(offset, offset + le))
}

function verify({ p1, p2, data, le }: Command, file: File | undefined): Uint8Array {
  if (file === undefined) return answer(status.noCurrentFile)
  if (file.is !== 'pin') return answer(status.incompatibleFile)
  if (p1 !== 0x00 || p2 !== 0x80) return answer(status.wrongParameters)
  if (le !== undefined) return answer(status.wrongLength)
  if (file.secret === null) return answer(status.conditionsNotSatisfied)
  if (data.length === 0) return answer(triesLeft(file.left))
  if (file.left === 0) return answer(status.blocked)
  const [least, most] = file.lengths
  if (data.length < least || data.length > most) return answer(status.wrongLength)
  file.verified = Buffer.from(data).equals(Buffer.from(file.secret, 'ascii'))
  file.left = file.verified ? file.limit : file.left - 1
  return answer(file.verified ? status.ok : triesLeft(file.left))
}

function sign({ p1, p2, data, le }: Command, file: File | undefined): Uint8Array {
  if (file === undefined) return answer(status.noCurrentFile)
  if (file.is !== 'key') return answer(status.incompatibleFile)
  if (p1 !== 0x00 || p2 !== 0x80) return answer(status.wrongParameters)
  if (le === undefined || data.length === 0) return answer(status.wrongLength)
  if (!file.guard.verified) return answer(status.securityStatusNotSatisfied)
  if (le !== 256) return answer(status.wrongLe)
  const isDigest = digestHeads.some(
    (head) =>
      data.length === head.length + (head.at(-1) ?? 0) &&
      head.equals(data.subarray(0, head.length)),
  )
  if (!isDigest) return answer(status.wrongData)
  return answer(
    status.ok,
    privateEncrypt({ key: file.key, padding: constants.RSA_PKCS1_PADDING }, data),
  )
}
