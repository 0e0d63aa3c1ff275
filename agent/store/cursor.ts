import { AgentError } from '../kernel/errors.ts'

/** Place in the feed: (epoch, position), exclusive. Opaque outside this file. */
export interface Place {
  readonly epoch: string
  readonly position: number
}

const EPOCH_BYTES = 6
const POSITION_BYTES = 6

export function encodeCursor({ epoch, position }: Place): string {
  const bytes = Buffer.alloc(EPOCH_BYTES + POSITION_BYTES)
  bytes.write(epoch, 'hex')
  bytes.writeUIntBE(position, EPOCH_BYTES, POSITION_BYTES)
  return bytes.toString('base64url')
}

/** Throws `CURSOR_INVALID` for what no agent gave out. */
export function decodeCursor(cursor: string): Place {
  const bytes = Buffer.from(cursor, 'base64url')
  if (bytes.length !== EPOCH_BYTES + POSITION_BYTES || bytes.toString('base64url') !== cursor)
    throw new AgentError('CURSOR_INVALID', 'the cursor was not given out by this agent')
  return {
    epoch: bytes.toString('hex', 0, EPOCH_BYTES),
    position: bytes.readUIntBE(EPOCH_BYTES, POSITION_BYTES),
  }
}
