/**
 * Everything a driver needs from native modules. An argument of `Driver.open`, so that a driver
 * runs in a test without them, and so that they load in the reader's own process only.
 */
export interface Io {
  /** Throws DRIVER_UNAVAILABLE where the module or its library is missing. May be tried again. */
  pcsc(): Promise<Pcsc>
  /** As `pcsc`, for serial ports. */
  serial(): Promise<Serial>
  /** As `pcsc`, for USB HID devices. */
  hid(): Promise<Hid>
}

/** An open device as bytes: a serial port, or a HID device (one report a piece). */
export interface Port {
  /**
   * What comes in, in the pieces in which it comes. Call once. Ends after `close`; throws
   * READER_GONE when the device leaves.
   */
  incoming(): AsyncIterable<Uint8Array>
  /** Resolves when the bytes are handed to the system. Throws READER_GONE. */
  write(bytes: Uint8Array): Promise<void>
  /** Idempotent; never throws. */
  close(): Promise<void>
}

export interface Serial {
  /** 8N1, held alone. Throws READER_GONE, READER_FORBIDDEN or READER_BUSY. */
  open(path: string, baudRate: number): Promise<Port>
}

/** A HID device that is plugged in. */
export interface HidDevice {
  readonly path: string
  readonly vendorId: number
  readonly productId: number
  readonly product: string
  readonly serialNumber: string
}

export interface Hid {
  /** What is plugged in and this user may see. */
  devices(): Promise<readonly HidDevice[]>
  /**
   * Reports come in without their report id where the device uses none, and are written with it
   * first (0 where it uses none). Throws READER_GONE, READER_FORBIDDEN or READER_BUSY.
   */
  open(path: string): Promise<Port>
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
  /**
   * SCARD_ATTR_CHANNEL_ID of a slot's reader, e.g. 0x0020BBAA: USB bus and address. Undefined where
   * its driver has none to tell. Throws as `hold` does, and CARD_GONE while others hold it.
   */
  channel(slot: string): Promise<number | undefined>
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
  /** There where the reader has a PIN pad of its own. */
  readonly pinPad?: PinPad
  /** Never throws: nobody could do anything about it. */
  release(): Promise<void>
}

/** Secure PIN entry: the PIN goes from the pad to the card and never to this machine. */
export interface PinPad {
  /**
   * Lets the holder enter a PIN of `digits` ASCII digits, which the reader puts behind the header of
   * `command` (`00 20 00 80`) and sends. Resolves with the R-APDU. Throws PIN_ENTRY_CANCELLED,
   * PIN_ENTRY_TIMEOUT, CARD_GONE, CARD_UNRESPONSIVE or READER_SERVICE_DOWN.
   */
  verify(command: Uint8Array, digits: number, timeoutMs: number): Promise<Uint8Array>
}
