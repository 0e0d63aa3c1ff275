import { type Finding, mistake, show } from './fault.ts'

/** Of `backup.recipient`, as its schema has it. */
export const RECIPIENT_FORM = 'what `onshi-agent backup recovery-key` prints, "age1..."'

/** A letter that was typed wrong: no backup could be made, which nobody would see before the night. */
export const aboutRecipient = (recipient: string | undefined): Finding[] =>
  recipient === undefined || isWhole(recipient)
    ? []
    : [
        mistake(
          'backup.recipient',
          '復元キーの公開鍵に、違う文字があります。',
          `${show(recipient)}, with a wrong letter: its checksum does not fit`,
          RECIPIENT_FORM,
        ),
      ]

const LETTERS = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const PREFIX = 'age'
const GENERATORS = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]

/** The checksum of Bech32. [BIP-173] */
function isWhole(recipient: string): boolean {
  const codes = [...PREFIX].map((letter) => letter.charCodeAt(0))
  const data = [...recipient.slice(PREFIX.length + 1)].map((letter) => LETTERS.indexOf(letter))
  const values = [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31), ...data]
  return values.reduce(step, 1) === 1
}

function step(sum: number, value: number): number {
  const shifted = ((sum & 0x1ffffff) << 5) ^ value
  return GENERATORS.reduce(
    (mixed, generator, bit) => (((sum >> 25) >> bit) & 1 ? mixed ^ generator : mixed),
    shifted,
  )
}
