import { randomBytes } from 'node:crypto'
import type { CardKind } from '../card/card.ts'
import type { Presented } from '../card/presented.ts'

/** What a poll calls a thing. [NEO 2 Interface Developer's Guide, 8.12.3] */
export const pollTypes = {
  typeA: 0x01,
  typeB: 0x02,
  mifare: 0x03,
  ultralight: 0x04,
  plainA: 0x05,
  plainB: 0x06,
  phone: 0x07,
  /** Not seen by the ordinary poll. [the guide, 8.17.1] */
  felica: 0x0c,
} as const

export const pollTypeOf = (kind: CardKind): number =>
  kind === 'phone' ? pollTypes.phone : pollTypes.typeB

/** Frame waiting time of a My Number card: 302 µs × 2^10. [ISO/IEC 14443-4, 7.2; FWI 10] */
const CARD_SILENCE_MS = 309

interface Place {
  readonly card: Presented
  readonly type: number
}

/** The radio of a simulated reader, and what lies in front of it. */
export interface Field {
  put(card: Presented, type: number): void
  remove(): void
  /** Whether a card is activated and takes APDUs. */
  talks(): boolean
  /** Waits up to `ms` for a thing and activates it: its type and serial number. */
  poll(ms: number, sees: 'cards' | 'tags'): Promise<Buffer | undefined>
  /** Undefined once the card has been silent for its waiting time. */
  exchange(apdu: Uint8Array): Promise<Uint8Array | undefined>
  /** Cards lose their session. */
  off(): void
  activations(): number
  close(): void
}

/** `serial`: what a poll tells of a type B card, its PUPI only or its ATQB from there on. */
export function openField(serial: 'pupi' | 'atqb'): Field {
  let place: Place | undefined
  let active: Place | undefined
  let activations = 0
  let timer: NodeJS.Timeout | undefined
  let wake = () => {}

  /** Resolves after `ms`, or at once on `wake`. */
  const pass = (ms: number) =>
    new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  const off = () => {
    active?.card.reset()
    active = undefined
  }
  const serialOf = ({ card, type }: Place): Buffer => {
    const whole = type === pollTypes.typeB && serial === 'atqb'
    const rest = whole ? Buffer.concat([card.atr.subarray(4, 11)], 7) : Buffer.alloc(0)
    return Buffer.concat([randomBytes(4), rest])
  }

  return {
    put: (card, type) => {
      place = { card, type }
      wake()
    },
    remove: () => {
      place = undefined
    },
    talks: () => active?.type === pollTypes.typeA || active?.type === pollTypes.typeB,
    poll: async (ms, sees) => {
      off()
      const isSeen = () =>
        place !== undefined && (sees === 'tags' || place.type !== pollTypes.felica)
      const endsAt = performance.now() + ms
      while (!isSeen() && performance.now() < endsAt) await pass(endsAt - performance.now())
      if (place === undefined || !isSeen()) return undefined
      active = place
      active.card.reset()
      activations += 1
      return Buffer.concat([Buffer.from([active.type]), serialOf(active)])
    },
    exchange: async (apdu) => {
      const reply =
        active !== undefined && active === place ? active.card.transmit(apdu) : undefined
      if (reply === undefined) {
        wake = () => {}
        await new Promise<void>((resolve) => {
          timer = setTimeout(resolve, CARD_SILENCE_MS)
        })
      }
      return reply
    },
    off,
    activations: () => activations,
    close: () => clearTimeout(timer),
  }
}
