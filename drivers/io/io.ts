/**
 * Everything a driver needs from native modules. An argument of `Driver.open`, so that a driver
 * runs in a test without them, and so that they load in the reader's own process only.
 */
export interface Io {
  /** Throws DRIVER_UNAVAILABLE where the module or its library is missing. May be tried again. */
  pcsc(): Promise<Pcsc>
}

export interface Pcsc {
  /** A new connection to the PC/SC service. Throws READER_SERVICE_DOWN where there is none. */
  connect(): PcscClient
}

export interface PcscClient {
  /**
   * Every slot's state at first, then each change. Call once. Ends after `close`; throws
   * READER_SERVICE_DOWN when the service goes, READER_HUNG when a native call does not return.
   */
  changes(): AsyncIterable<SlotChange>
  /**
   * Powers the card in a slot and holds it, alone, until `release`. Throws CARD_GONE,
   * CARD_UNRESPONSIVE or READER_SERVICE_DOWN.
   */
  hold(slot: string): Promise<HeldCard>
  /** Idempotent. */
  close(): Promise<void>
}

export interface SlotChange {
  /** The PC/SC reader name; a device with two slots has two. */
  readonly slot: string
  readonly is: 'empty' | 'card' | 'mute' | 'unplugged'
  /** Changes whenever a card came or went, also between two states that look alike. */
  readonly count: number
}

/** Sends one C-APDU and resolves with the R-APDU, status word included (≤ 258 bytes). */
export type Transmit = (apdu: Uint8Array) => Promise<Uint8Array>

export interface HeldCard {
  readonly atr: Uint8Array
  /** Throws CARD_GONE, CARD_UNRESPONSIVE or READER_SERVICE_DOWN. */
  readonly transmit: Transmit
  /** Never throws: nobody could do anything about it. */
  release(): Promise<void>
}
