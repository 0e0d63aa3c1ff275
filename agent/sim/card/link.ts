import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { frame, makeFramer } from './framing.ts'
import type { Entry, Pad } from './pad.ts'
import type { Presented } from './presented.ts'

/** First byte of each message. */
const REMOVED = 0x00
const PRESENT = 0x01
const COMMAND = 0x10
const RESPONSE = 0x11
const PRESENT_WITH_PAD = 0x02
const ENTRY = 0x20
const ENTERED = 0x21
/** Digits, seconds as u16 big-endian, then the command. */
const ENTRY_HEAD_BYTES = 3

/** A reader without hardware: cards over TCP, for any number of clients. */
export interface LinkServer {
  readonly port: number
  /** Puts a card on the reader, in place of the one that stands there. */
  insert(card: Presented): void
  /** Takes the card away; nothing where there is none. */
  remove(): void
  close(): Promise<void>
}

/**
 * Serves cards to the product's `sim` driver. Messages are framed by a u16 big-endian length; down:
 * `01` ATR when a card is there (also right after connecting), `00` when it is gone, `11` R-APDU;
 * up: `10` C-APDU. A reader with a PIN pad tells a card by `02` ATR, takes `20` digits seconds(u16)
 * command, and answers `21` R-APDU when the PIN was entered. Anything else from a client ends its
 * connection.
 *
 * Rejects with the socket's error where the address cannot be used.
 */
export async function startLink(address: {
  readonly host: string
  readonly port: number
  /** The reader's own pad. */
  readonly pad?: Pad
}): Promise<LinkServer> {
  const { pad } = address
  const present = pad === undefined ? PRESENT : PRESENT_WITH_PAD
  const clients = new Set<Socket>()
  let card: Presented | undefined

  const tell = (client: Socket, kind: number, body: Uint8Array = new Uint8Array()) => {
    if (!client.destroyed) client.write(frame(Uint8Array.from([kind, ...body])))
  }
  const command = (client: Socket, apdu: Uint8Array) => {
    const reply = card?.transmit(apdu)
    if (reply !== undefined && reply.length > 0) tell(client, RESPONSE, reply)
  }

  const enter = async (client: Socket, body: Uint8Array) => {
    const here = card
    const entry = entryIn(body)
    if (pad === undefined || here === undefined || entry === undefined) return void client.destroy()
    const reply = await pad.enter(entry, here)
    // A card that has left answers nothing; its going was told.
    if (card === here && reply !== undefined) tell(client, ENTERED, reply)
  }
  const server = createServer({ noDelay: true }, (client) => {
    // A reader that comes up powers the card anew.
    if (clients.size === 0) card?.reset()
    clients.add(client)
    const take = makeFramer((payload) => {
      if (payload[0] === COMMAND) command(client, payload.subarray(1))
      else if (payload[0] === ENTRY) void enter(client, payload.subarray(1))
      else client.destroy()
    })
    client.on('data', take)
    // A client that breaks off is a client that left; `close` follows.
    client.on('error', () => {})
    client.on('close', () => clients.delete(client))
    if (card !== undefined) tell(client, present, card.atr)
  })
  server.listen(address.port, address.host)
  await once(server, 'listening')
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('a TCP server has a port')

  const remove = () => {
    if (card === undefined) return
    card.reset()
    card = undefined
    pad?.cancel()
    for (const client of clients) tell(client, REMOVED)
  }
  return {
    port: bound.port,
    insert: (next) => {
      remove()
      card = next
      for (const client of clients) tell(client, present, next.atr)
    },
    remove,
    close: async () => {
      for (const client of clients) client.destroy()
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      await closed
    },
  }
}

function entryIn(body: Uint8Array): Entry | undefined {
  if (body.length <= ENTRY_HEAD_BYTES) return undefined
  const [digits = 0, high = 0, low = 0] = body
  const command = body.subarray(ENTRY_HEAD_BYTES)
  return { command, digits, timeoutMs: ((high << 8) | low) * 1_000 }
}
