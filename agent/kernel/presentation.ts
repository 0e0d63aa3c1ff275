import type { FaultCode } from './faults.ts'

/**
 * What stood on a reader. A card that is none of ours is named as such: it is news for the desk,
 * not a fault.
 */
export type Presented =
  | {
      readonly kind: 'my-number-card'
      /** 利用者証明用電子証明書, DER. In memory only: never stored, logged or used as a key. */
      readonly certificate: Uint8Array
      /** End of the certificate, epoch ms. An expired one is a fact, never our refusal. */
      readonly notAfter: number
    }
  /** `name` where the ATR is a known one (運転免許証), for people. */
  | { readonly kind: 'other-card'; readonly name?: string }
  /** Answers like a device, not like a card: a smartphone, perhaps. */
  | { readonly kind: 'not-a-card' }

/** Why a PIN could not be verified in the reader's own pad. */
export const pinFaults = [
  'CARD_PIN_REQUIRED',
  'CARD_PIN_WRONG',
  'CARD_PIN_LAST_TRY',
  'CARD_PIN_BLOCKED',
  'CARD_PIN_UNUSABLE',
  'PIN_ENTRY_CANCELLED',
  'PIN_ENTRY_TIMEOUT',
] as const satisfies readonly FaultCode[]

/** How a reader is now. `fault` says why it is not `ready`. */
export interface ReaderState {
  readonly name: string
  readonly driver: string
  readonly state: 'starting' | 'ready' | 'card-present' | 'down'
  /** Since when, epoch ms. */
  readonly since: number
  readonly fault: FaultCode | null
  /** Maker's name of the device, where one is open. */
  readonly device: string | null
}

/** A tap that waits for 本人認証, or news about something that stood on the reader. */
export interface WaitingPresentation {
  /** UUID v7. */
  readonly id: string
  readonly reader: string
  /** Epoch ms. */
  readonly at: number
  readonly kind: Presented['kind'] | 'unreadable'
  readonly state: 'waiting' | 'gone' | 'confirmed'
  /** When a waiting tap lapses, epoch ms. */
  readonly lapsesAt: number
  readonly cardPresent: boolean
  /**
   * PIN entry in the reader's own pad. `none`: the reader has no pad; `entering`: the holder is
   * asked now; `unusable`: this card's PIN is, so face or 目視 it must be.
   */
  readonly pin: 'none' | 'possible' | 'entering' | 'unusable'
  /** The card's certificate is past its end; null where there is none. */
  readonly certificateExpired: boolean | null
  readonly name: string | null
  readonly fault: FaultCode | null
}
