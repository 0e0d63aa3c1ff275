/** One dialogue with a card; answers follow their commands. Every length stays. */
export interface Dialogue {
  command(apdu: Uint8Array): Uint8Array
  answer(apdu: Uint8Array): Uint8Array
}

/** What is to become of a recording's bytes. Every length stays. */
export interface Edit {
  dialogue(): Dialogue
  atr(atr: Uint8Array): Uint8Array
  /** PUPI, UID or IDm of a card. */
  id(id: Uint8Array): Uint8Array
  /** Card data of which nothing is known but that it is some. */
  data(bytes: Uint8Array): Uint8Array
  /** What is none of the protocol's frames. */
  noise(bytes: Uint8Array): Uint8Array
}

/** A piece of bytes that went through a port, to be replaced by another of the same length. */
export interface Piece {
  readonly to: 'device' | 'host'
  bytes: Uint8Array
}

/** Rewrites in place the pieces that went through one port, in order. */
export type EditPieces = (pieces: readonly Piece[], edit: Edit) => void
