import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import type { Presented } from '../card/presented.ts'
import { makeChip, type Pn532Dialect } from './pn532-chip.ts'
import { makeField } from './pn532-field.ts'
import { makeHostReader } from './pn532-framing.ts'
import { Line, type LineTrouble } from './pn532-line.ts'

/** A PN532 or a RC-S620/S with its serial line on a TCP port. */
export interface Pn532Reader {
  readonly port: number
  /** Puts a card into the field, beside what is there. */
  insert(card: Presented): void
  /** Takes a card away; without one, everything. */
  remove(card?: Presented): void
  trouble(trouble: LineTrouble): void
  /** Ends the connection of the client. */
  cut(): void
  /** What the host did that it should not have done, in its order. */
  violations(): readonly string[]
  close(): Promise<void>
}

/** A My Number card has about 0.3 s for an answer; shorter here, so that tests are. */
const CARD_LIMIT_MS = 200
const PIECE_BYTES = 262
/** [nfcpy, clf/rcs956.py] */
const RCS956_CHAIN_BYTES = 260

/**
 * Plays the reader for the one client that is connected; the next one takes its place, as one who
 * plugs the line into another machine. Rejects with the socket's error where the address cannot be
 * used.
 */
export async function startPn532Reader(options: {
  readonly host: string
  readonly port: number
  readonly dialect: Pn532Dialect
  /** How long a card's silence lasts before the chip gives it up, ms. */
  readonly cardLimitMs?: number
  /** Longer answers of a card go out in pieces of so many bytes. */
  readonly pieceBytes?: number
}): Promise<Pn532Reader> {
  const { dialect, cardLimitMs = CARD_LIMIT_MS, pieceBytes = PIECE_BYTES } = options
  const field = makeField()
  const answerLimitBytes = dialect === 'rcs620s' ? RCS956_CHAIN_BYTES : Number.POSITIVE_INFINITY
  const chip = makeChip(field, { dialect, cardLimitMs, pieceBytes, answerLimitBytes })
  const line = new Line(chip)
  let client: Socket | undefined
  const server = createServer({ noDelay: true }, (socket) => {
    client?.destroy()
    client = socket
    line.connect((bytes) => {
      if (!socket.destroyed) socket.write(bytes)
    })
    socket.on(
      'data',
      makeHostReader((sent) => line.take(sent)),
    )
    // A client that breaks off is a line that was pulled; `close` follows.
    socket.on('error', () => {})
  })
  server.listen(options.port, options.host)
  await once(server, 'listening')
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('a TCP server has a port')
  return {
    port: bound.port,
    insert: (card) => field.insert(card),
    remove: (card) => field.remove(card),
    trouble: (trouble) => line.trouble(trouble),
    cut: () => client?.destroy(),
    violations: () => [...chip.violations],
    close: async () => {
      client?.destroy()
      line.stop()
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      await closed
    },
  }
}
