import { setTimeout as wait } from 'node:timers/promises'
import { answer } from './apdu.ts'
import type { Presented } from './presented.ts'

/** How an entry can end without the card. [PC/SC part 10, 2.5.2: return values] */
const TIMED_OUT = 0x6400
const CANCELLED = 0x6401

/** The PIN pad of a simulated reader. */
export interface Pad {
  /**
   * Asks for a PIN of `digits`, puts it behind `command` and gives it to the card. Resolves with the
   * R-APDU, or 6400 and 6401 where none was entered; undefined where the card answers no more.
   */
  enter(entry: Entry, card: Presented): Promise<Uint8Array | undefined>
  /** Keys it in; false where nothing is asked for, or where it has not that many digits. */
  type(pin: string): boolean
  /** False where nothing is asked for. */
  cancel(): boolean
  isAsking(): boolean
}

export interface Entry {
  readonly command: Uint8Array
  readonly digits: number
  readonly timeoutMs: number
}

export function openPad(): Pad {
  let asking: { readonly digits: number; resolve(keyed: string | 'cancel'): void } | undefined
  return {
    async enter({ command, digits, timeoutMs }, card) {
      const { promise, resolve } = Promise.withResolvers<string>()
      asking?.resolve('cancel')
      const mine = { digits, resolve }
      asking = mine
      const timer = new AbortController()
      const late = wait(timeoutMs, 'late', { signal: timer.signal }).catch(() => 'late')
      const keyed = await Promise.race([promise, late])
      timer.abort()
      if (asking === mine) asking = undefined
      if (keyed === 'late') return answer(TIMED_OUT)
      if (keyed === 'cancel') return answer(CANCELLED)
      return card.transmit(Uint8Array.of(...command, keyed.length, ...Buffer.from(keyed, 'ascii')))
    },
    type(pin) {
      if (asking === undefined || !new RegExp(`^[0-9]{${asking.digits}}$`).test(pin)) return false
      asking.resolve(pin)
      return true
    },
    cancel() {
      if (asking === undefined) return false
      asking.resolve('cancel')
      return true
    },
    isAsking: () => asking !== undefined,
  }
}
