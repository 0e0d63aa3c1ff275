import type { Card } from './card.ts'

/** A card while it stands on a reader, as the wires to the reader see it. */
export interface Presented {
  readonly atr: Uint8Array
  /** The R-APDU; undefined where none will ever come. */
  transmit(apdu: Uint8Array): Uint8Array | undefined
  reset(): void
}

/** What goes wrong during a tap; `n` counts commands from 1. */
export interface Mishap {
  /** The card is pulled before it answers command n. */
  readonly pullAfterApdus?: number
  /** The card answers nothing from command n on. */
  readonly hangAfterApdus?: number
}

/** One tap of a card. `pull` is called once, when the mishap pulls the card. */
export function present(
  card: Card,
  mishap: Mishap,
  pull: () => void,
): Presented & { apdus(): number } {
  const pullAt = mishap.pullAfterApdus ?? Number.POSITIVE_INFINITY
  const hangAt = mishap.hangAfterApdus ?? Number.POSITIVE_INFINITY
  let apdus = 0
  return {
    atr: card.atr,
    reset: () => card.reset(),
    apdus: () => apdus,
    transmit: (apdu) => {
      apdus += 1
      if (apdus === pullAt) pull()
      if (apdus >= pullAt || apdus >= hangAt) return undefined
      const reply = card.transmit(apdu)
      return reply.length === 0 ? undefined : reply
    },
  }
}
