import { once } from 'node:events'
import { connect } from 'node:net'
import type { Presented } from '../../../agent/sim/card/presented.ts'

/**
 * The far end of qemu's `ccid-card-passthru`: which card is in its USB reader. Messages are type, reader and length (u32 each, big-endian), then the payload.
 *
 * [libcacard, vscard_common.h; qemu, hw/usb/ccid-card-passthru.c]
 */
export interface Vscard {
  put(card: Presented): void
  take(): void
  close(): Promise<void>
}

const TYPE = { init: 1, error: 2, atr: 5, taken: 6, apdu: 7 } as const
const HEADER_BYTES = 12
/** `VSCD`, version 0.0.2, no capabilities. */
const HELLO = Buffer.from('56534344' + '00000002' + '00000000', 'hex')
/** Of an answer that says that the card is silent. */
const GENERAL_ERROR = Buffer.from('00000001', 'hex')
/** The least that qemu lets through: its reader has no card that is silent when it is powered. */
const LEAST_ATR = Uint8Array.of(0x3b, 0x00)

export async function connectVscard(host: string, port: number): Promise<Vscard> {
  const socket = connect({ host, port, noDelay: true })
  await once(socket, 'connect')
  let card: Presented | undefined
  const send = (type: number, payload: Uint8Array = new Uint8Array()) => {
    const header = Buffer.alloc(HEADER_BYTES)
    header.writeUInt32BE(type, 0)
    header.writeUInt32BE(payload.length, 8)
    socket.write(Buffer.concat([header, payload]))
  }
  const answer = (apdu: Uint8Array) => {
    const reply = card?.transmit(apdu)
    if (reply !== undefined) send(TYPE.apdu, reply)
    // qemu's reader would wait for ever; others say after a while that a card is mute.
    else if (card !== undefined) send(TYPE.error, GENERAL_ERROR)
  }
  let rest = Buffer.alloc(0)
  socket.on('data', (piece) => {
    rest = Buffer.concat([rest, piece])
    while (rest.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + rest.readUInt32BE(8)
      if (rest.length < end) break
      if (rest.readUInt32BE(0) === TYPE.apdu) answer(rest.subarray(HEADER_BYTES, end))
      rest = rest.subarray(end)
    }
  })
  send(TYPE.init, HELLO)
  const insert = ({ atr }: Presented) => send(TYPE.atr, atr.length === 0 ? LEAST_ATR : atr)
  const take = () => {
    if (card === undefined) return
    card.reset()
    card = undefined
    send(TYPE.taken)
  }
  return {
    put: (next) => {
      take()
      card = next
      insert(next)
    },
    take,
    close: async () => {
      const closed = once(socket, 'close')
      socket.destroy()
      await closed
    },
  }
}
