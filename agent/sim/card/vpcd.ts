import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { frame, makeFramer } from './framing.ts'
import type { Presented } from './presented.ts'

/** How soon a card that pcscd has lost comes back, ms. */
const RETRY_MS = 250

/** Control bytes of vpcd. Off, on and reset all end a session. [source: vsmartcard, vpcd.c] */
const SEND_ATR = 0x04

/** vpcd's thread hangs for good on an empty ATR; with a byte that is none, no client can connect. */
const NO_ATR = Uint8Array.of(0x00)

/** A card on vpcd's virtual reader. */
export interface VpcdAttachment {
  /** Takes the card out: resolves when the connection is closed. Idempotent. */
  remove(): Promise<void>
  /** The same. */
  close(): Promise<void>
}

/**
 * Puts a card on vpcd's virtual reader: insertion is connecting, removal is disconnecting. When
 * pcscd goes, the card stays where it is and is found again when pcscd is back.
 *
 * Rejects with the socket's error where nobody listens at first.
 */
export async function attachToVpcd(options: {
  readonly host: string
  readonly port: number
  readonly card: Presented
}): Promise<VpcdAttachment> {
  const { host, port, card } = options
  let removed = false
  let retry: NodeJS.Timeout | undefined

  const dial = (): Socket => {
    const socket = connect({ host, port, noDelay: true })
    serve(socket, card)
    return socket
  }
  const hold = (socket: Socket): Socket => {
    // Whatever the error is, `close` follows it, and the card is there again after it.
    socket.on('error', () => {})
    socket.on('close', () => {
      card.reset()
      if (removed) return
      retry = setTimeout(() => {
        current = hold(dial())
      }, RETRY_MS)
    })
    return socket
  }

  const first = dial()
  await once(first, 'connect')
  let current = hold(first)

  const remove = async () => {
    removed = true
    clearTimeout(retry)
    if (current.closed) return
    const closed = once(current, 'close')
    current.destroy()
    await closed
  }
  return { remove, close: remove }
}

function serve(socket: Socket, card: Presented): void {
  const answer = (payload: Uint8Array): Uint8Array | undefined => {
    if (payload.length > 1) return card.transmit(payload)
    if (payload[0] === SEND_ATR) return card.atr.length === 0 ? NO_ATR : card.atr
    card.reset()
    return undefined
  }
  const take = makeFramer((payload) => {
    const reply = answer(payload)
    if (reply !== undefined && reply.length > 0 && !socket.destroyed) socket.write(frame(reply))
  })
  socket.on('data', take)
}
