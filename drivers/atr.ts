/** What an ATR tells about a thing that has refused the JPKI applet. Never used to accept one. */
type Other =
  | { readonly is: 'card'; readonly name: string }
  /** A memory card that knows no APDUs: the reader answers in its place. */
  | { readonly is: 'storage-card'; readonly name: string }
  /** Answers like a telephone, not like a card. */
  | { readonly is: 'device' }

/** Whole ATRs. [pcsc-tools, smartcard_list.txt] */
const cards: Readonly<Record<string, string>> = {
  '3b888001000000009181c100d8': '運転免許証',
  '3b888001000014e0b38191005e': '住民基本台帳カード',
}

/** `80 4F 0C`, then the PC/SC workgroup's RID: a storage card. [PC/SC part 3, 3.1.3.2.3.1] */
const STORAGE_CARD = /^3b8f8001804f0ca000000306(..)/
/** The standard that a storage card follows. [PC/SC part 3 supplement, SS byte] */
const storageStandards: Readonly<Record<string, string>> = {
  '11': 'FeliCa のカード（交通系ICカードなど）',
}
const STORAGE_CARD_NAME = 'ICカード（メモリーカード）'

/**
 * An ISO 14443-4 thing without a single historical byte. Cards have some; a telephone that emulates
 * a card has none. Inferred, not documented: it only decides how a refusal is named.
 */
const DEVICE = /^3b808001/

/** Undefined where the ATR is unknown. */
export function nameOther(atr: Uint8Array): Other | undefined {
  const hex = Buffer.from(atr).toString('hex')
  const name = cards[hex]
  if (name !== undefined) return { is: 'card', name }
  const standard = STORAGE_CARD.exec(hex)?.[1]
  if (standard !== undefined)
    return { is: 'storage-card', name: storageStandards[standard] ?? STORAGE_CARD_NAME }
  return DEVICE.test(hex) ? { is: 'device' } : undefined
}
