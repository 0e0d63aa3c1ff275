import type { Static, TSchema } from 'typebox'
import type { FaultCode } from '../agent/kernel/faults.ts'
import type { Presented } from '../agent/kernel/presentation.ts'
import type { Io } from './io/io.ts'

/** What can be wrong with a card that stands, or just stood, on a reader that works. */
export const cardFaults = [
  'CARD_GONE',
  'CARD_UNRESPONSIVE',
  'CARD_UNREADABLE',
  'TWO_CARDS',
] as const satisfies readonly FaultCode[]
export type CardFault = (typeof cardFaults)[number]

/** What can be wrong with a reader. Nothing can be presented until the next `ready`. */
export const readerFaults = [
  'READER_GONE',
  'READER_HUNG',
  'READER_SERVICE_DOWN',
  'READER_FORBIDDEN',
  'READER_BUSY',
  'DRIVER_UNAVAILABLE',
] as const satisfies readonly FaultCode[]
export type ReaderFault = (typeof readerFaults)[number]

/**
 * Has the holder enter the PIN in the reader's own pad, then signs a SHA-256 digest (32 bytes) with
 * the card's authentication key: 256 bytes, PKCS#1 v1.5. The tries left are asked first; nothing is
 * tried twice, and the last try is never made. Throws one of `pinFaults` (`CARD_PIN_REQUIRED`: the
 * reader has no pad; `CARD_PIN_WRONG` with `facts.triesLeft`), and `CARD_GONE` once the card has left.
 */
export type Sign = (digest: Uint8Array) => Promise<Uint8Array>

export type ReaderEvent =
  /** The device is open and without fault. First, and again after every reader fault. */
  | { readonly is: 'ready'; readonly device: string }
  /**
   * One thing stands on the reader. `sign` is there where the card can sign; `pinPad`: the reader
   * has a pad of its own, so that `sign` can succeed.
   */
  | {
      readonly is: 'presented'
      readonly presented: Presented
      readonly sign?: Sign
      readonly pinPad?: boolean
    }
  /** A card fault. All but CARD_GONE last until `gone` or the next `presented`. */
  | { readonly is: 'card-fault'; readonly code: CardFault; readonly message: string }
  /** Ends a `presented` or a card fault: it left, or a second card made it ambiguous. */
  | { readonly is: 'gone'; readonly reason: 'removed' | 'two-cards' }
  /** A reader fault. The driver goes on trying; `ready` ends it. */
  | { readonly is: 'reader-fault'; readonly code: ReaderFault; readonly message: string }

export interface Reader {
  /**
   * What happens, in order. Call once. Ends after `close`. Device faults are events, and reading
   * goes on by itself when they are cured; throws `READER_HUNG` only when a native call does not
   * return, which nothing but a new process cures. Any other error is a bug.
   */
  events(): AsyncIterable<ReaderEvent>
  /** Idempotent; releases the device, whatever state it is in. */
  close(): Promise<void>
}

/**
 * The driver seam: turns one family of devices into presentations, and nothing else. It does not
 * log, store, or know what an eligibility query is.
 */
export interface Driver<Options extends TSchema = TSchema> {
  /** Value of `readers[].driver` in the config. Permanent once released. */
  readonly name: string
  /** The family of devices, for people. */
  readonly title: string
  readonly options: Options
  /** Begins to drive the device. A device that is absent is an event, not an error. */
  open(options: Static<Options>, io: Io): Promise<Reader>
}

/** Types `open` by `options` without spelling the generic twice. */
export const defineDriver = <Options extends TSchema>(driver: Driver<Options>): Driver<Options> =>
  driver
