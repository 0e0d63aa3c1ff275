import { randomBytes } from 'node:crypto'
import type { Presented } from '../card/presented.ts'

/** Which polling a thing answers, and how. */
type Radio =
  | { readonly is: 'type-b'; readonly application: Uint8Array; readonly protocol: Uint8Array }
  | { readonly is: 'type-a'; readonly historical: Uint8Array }
  | { readonly is: 'type-a-memory' }
  | { readonly is: 'felica' }

/** A thing in the field. */
export interface InField {
  readonly card: Presented
  readonly radio: Radio
  /** Once active or halted it answers no polling until its field was off. */
  state: 'idle' | 'active' | 'halted'
  /** PUPI, UID or IDm; drawn anew at each power-up, as real cards and telephones do. */
  id: Uint8Array
  /** It has stopped to answer. */
  isHung: boolean
}

/** The antenna's field and what is in it. */
export interface Field {
  insert(card: Presented): void
  /** Without a card: everything. */
  remove(card?: Presented): void
  power(on: boolean): void
  /** Activates up to `max` things that answer this polling. */
  activate(polling: number, max: number): readonly InField[]
  has(thing: InField): boolean
}

/** Bits per second and type, as InListPassiveTarget has it. */
const pollings: Readonly<Record<number, readonly Radio['is'][]>> = {
  0: ['type-a', 'type-a-memory'],
  1: ['felica'],
  2: ['felica'],
  3: ['type-b'],
}

export function makeField(): Field {
  let things: InField[] = []
  let isOn = true

  const wake = (thing: InField) => {
    thing.card.reset()
    thing.state = 'idle'
    thing.id = idFor(thing.radio)
  }
  return {
    insert: (card) => {
      const radio = radioOf(card.atr)
      const thing: InField = { card, radio, state: 'idle', id: idFor(radio), isHung: false }
      wake(thing)
      things.push(thing)
    },
    remove: (card) => {
      for (const thing of things) if (card === undefined || thing.card === card) thing.card.reset()
      things = card === undefined ? [] : things.filter((thing) => thing.card !== card)
    },
    power: (on) => {
      if (!on) for (const thing of things) wake(thing)
      isOn = on
    },
    activate: (polling, max) => {
      // Polling turns the field on.
      isOn = true
      const wanted = pollings[polling] ?? []
      const found = things
        .filter(({ radio, state }) => wanted.includes(radio.is) && answersIn(radio, state))
        .slice(0, max)
      for (const thing of found) thing.state = 'active'
      return found
    },
    has: (thing) => isOn && things.includes(thing),
  }
}

/** Memory things answer every polling. */
const answersIn = (radio: Radio, state: InField['state']): boolean =>
  state === 'idle' || radio.is === 'felica' || radio.is === 'type-a-memory'

function idFor(radio: Radio): Uint8Array {
  if (radio.is === 'felica') return Uint8Array.of(0x01, 0x01, 1, 2, 3, 4, 5, 6)
  if (radio.is === 'type-a-memory') return Uint8Array.of(0x04, 1, 2, 3, 4, 5, 6)
  if (radio.is === 'type-a') return Uint8Array.of(0x08, ...randomBytes(3))
  return Uint8Array.from(randomBytes(4))
}

/** What a My Number card says, for a thing that gives no ATR. */
const application = Uint8Array.of(0x00, 0x00, 0x05, 0xe0)
const protocol = Uint8Array.of(0xb3, 0x81, 0xa1)

/** From the ATR that a PC/SC reader would have made of it. [PC/SC part 3, 3.1.3.2.3] */
function radioOf(atr: Uint8Array): Radio {
  if (atr.length === 0) return { is: 'type-b', application, protocol }
  const historical = atr.slice(4, 4 + ((atr[1] ?? 0) & 0x0f))
  if (historical.length === 8)
    return {
      is: 'type-b',
      application: historical.slice(0, 4),
      protocol: historical.slice(4, 7),
    }
  const isMemory = Buffer.from(historical).toString('hex').startsWith('804f0ca000000306')
  if (isMemory) return { is: historical[8] === 0x11 ? 'felica' : 'type-a-memory' }
  return { is: 'type-a', historical }
}

/** One entry of InListPassiveTarget's answer. [NXP UM0701-02, 7.3.5] */
export function describe(number: number, { radio, id }: InField): Uint8Array {
  if (radio.is === 'type-b')
    return Uint8Array.of(number, 0x50, ...id, ...radio.application, ...radio.protocol, 1, 0x01)
  if (radio.is === 'felica')
    return Uint8Array.of(number, 20, 0x01, ...id, 3, 0x01, 0x4b, 2, 0x4f, 0x49, 0x93, 0xff, 0, 3)
  if (radio.is === 'type-a-memory') return Uint8Array.of(number, 0x00, 0x44, 0x00, id.length, ...id)
  const ats = [0x78, 0x80, 0x70, 0x02, ...radio.historical]
  return Uint8Array.of(number, 0x00, 0x04, 0x20, id.length, ...id, ats.length + 1, ...ats)
}
