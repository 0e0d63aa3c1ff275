import { answer, type Command, parseCommand, status } from './apdu.ts'
import { type CardIdentity, openJpkiApplet } from './jpki-applet.ts'

export const cardKinds = [
  'my-number',
  'driving-licence',
  'juki',
  'phone',
  'mute',
  'garbage',
] as const
export type CardKind = (typeof cardKinds)[number]

/** A card as a reader sees it. Its PIN counters live as long as the object does. */
export interface Card {
  readonly kind: CardKind
  /** Empty for `mute`: it never answers, not even to being powered. */
  readonly atr: Uint8Array
  /** The R-APDU. Empty where the card says nothing (`mute`). */
  transmit(apdu: Uint8Array): Uint8Array
  /** Power or field lost: selections and PIN verifications are forgotten, counters are not. */
  reset(): void
  /** What no reader at a clinic may touch and this one did, e.g. `text`, `text/0001`. */
  readonly touched: readonly string[]
}

export interface MyNumberCardOptions {
  readonly kind: 'my-number'
  readonly identity: CardIdentity
  /** 利用者証明用 PIN, four digits; null: never set (顔認証マイナンバーカード). Default 1234. */
  readonly pin?: string | null
  /** 署名用 PIN, 6–16 of A–Z and 0–9. Default ABC123. */
  readonly signPin?: string
  /** Tries left on the 利用者証明用 PIN, 0–3. Default 3. */
  readonly triesLeft?: number
}

export type CardOptions = MyNumberCardOptions | { readonly kind: Exclude<CardKind, 'my-number'> }

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))

/** Contactless, type B. [source: pcsc-tools, smartcard_list.txt; the phone's: PC/SC part 3] */
const atrs: Record<CardKind, Uint8Array> = {
  'my-number': bytes('3b888001000005e0b381a1007f'),
  'driving-licence': bytes('3b888001000000009181c100d8'),
  juki: bytes('3b888001000014e0b38191005e'),
  phone: bytes('3b80800101'),
  mute: new Uint8Array(),
  garbage: bytes('3b80800101'),
}

/** The applets of a My Number card by AID. [source: jpki/myna f85dc71; OpenSC jpki.h] */
const applets: Record<string, string> = {
  d392f000260100000001: 'jpki',
  d3921000310001010408: 'text',
  d3921000310001010402: 'visual',
  d3921000310001010100: 'common',
}

/** Makes a card. A thing of nobody's: no name, number or birth date is on it. */
export function makeCard(options: CardOptions): Card {
  switch (options.kind) {
    case 'my-number':
      return makeMyNumberCard(options)
    case 'mute':
      return bare('mute', () => new Uint8Array())
    case 'garbage':
      return makeGarbageCard()
    case 'driving-licence':
    case 'juki':
    case 'phone':
      return bare(options.kind, refuse)
  }
}

const bare = (kind: CardKind, transmit: Card['transmit']): Card => ({
  kind,
  atr: atrs[kind],
  transmit,
  reset: () => {},
  touched: [],
})

/** A card without our applets. */
function refuse(apdu: Uint8Array): Uint8Array {
  const command = parseCommand(apdu)
  if (command === undefined) return answer(status.wrongLength)
  if (command.cla !== 0) return answer(status.unknownClass)
  return answer(command.ins === 0xa4 ? status.fileNotFound : status.unknownInstruction)
}

/** Answers that no standard knows: unknown words, no word at all, data without sense. */
function makeGarbageCard(): Card {
  const nonsense = ['1234', 'ff', 'deadbeef0001', 'ffff', `${'5a'.repeat(256)}0000`].map(bytes)
  let turn = 0
  return bare('garbage', () => nonsense[turn++ % nonsense.length] ?? new Uint8Array())
}

function makeMyNumberCard(options: MyNumberCardOptions): Card {
  const jpki = openJpkiApplet(options)
  const touched: string[] = []
  let selected: string | undefined

  const select = ({ p2, data }: Command): Uint8Array => {
    if (p2 !== 0x0c) return answer(status.wrongParameters)
    const name = applets[Buffer.from(data).toString('hex')]
    if (name === undefined) return answer(status.fileNotFound)
    selected = name
    jpki.reset()
    if (name !== 'jpki') touched.push(name)
    return answer(status.ok)
  }

  const inForbiddenApplet = (name: string, { ins, data }: Command): Uint8Array => {
    if (ins !== 0xa4) return answer(status.securityStatusNotSatisfied)
    touched.push(`${name}/${Buffer.from(data).toString('hex').toUpperCase()}`)
    return answer(status.ok)
  }

  return {
    kind: 'my-number',
    atr: atrs['my-number'],
    touched,
    reset: () => {
      selected = undefined
      jpki.reset()
    },
    transmit: (apdu) => {
      const command = parseCommand(apdu)
      if (command === undefined) return answer(status.wrongLength)
      const { cla, ins, p1 } = command
      if (cla !== 0x00 && cla !== 0x80) return answer(status.unknownClass)
      if (cla === 0x00 && ins === 0xa4 && p1 === 0x04) return select(command)
      if (selected === 'jpki') return jpki.transmit(command)
      if (selected !== undefined) return inForbiddenApplet(selected, command)
      const known = cla === 0x00 && [0xa4, 0xb0, 0x20].includes(ins)
      return answer(known ? status.noCurrentFile : status.unknownInstruction)
    },
  }
}
