import { EventEmitter, once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import type { Presented } from '../../../agent/sim/card/presented.ts'

/**
 * The far end of qemu's `ccid-card-passthru`: which card is in its USB reader. Messages are type, reader and length (u32 each, big-endian), then the payload.
 *
 * [libcacard, vscard_common.h; qemu, hw/usb/ccid-card-passthru.c]
 */
export interface Vscard {
  /** Resolve once the reader has heard of it. */
  put(card: Presented): Promise<void>
  take(): Promise<void>
  close(): Promise<void>
}

const TYPE = { init: 1, error: 2, atr: 5, taken: 6, apdu: 7 } as const
const HEADER_BYTES = 12
/** `VSCD`, version 0.0.2, no capabilities. */
const HELLO = Buffer.from('56534344' + '00000002' + '00000000', 'hex')
/**
 * When a card leaves, qemu 7.2 answers the command that waits for it, and at once forgets the answer
 * where the machine has not asked for it yet: so a card leaves this long after a command, or when
 * none has come for as long.
 */
const LEAVING_MS = 150

/** Of an answer that says that the card is silent. */
const GENERAL_ERROR = Buffer.from('00000001', 'hex')
/** The least that qemu lets through: its reader has no card that is silent when it is powered. */
const LEAST_ATR = Uint8Array.of(0x3b, 0x00)

export async function connectVscard(host: string, port: number): Promise<Vscard> {
  const socket = connect({ host, port, noDelay: true })
  await once(socket, 'connect')
  const replies = new EventEmitter()
  let card: Presented | undefined
  const send = (type: number, payload: Uint8Array = new Uint8Array()) => {
    const header = Buffer.alloc(HEADER_BYTES)
    header.writeUInt32BE(type, 0)
    header.writeUInt32BE(payload.length, 8)
    socket.write(Buffer.concat([header, payload]))
  }
  /** qemu confirms each card that goes in or out. */
  const move = async (type: number, atr?: Uint8Array) => {
    const heard = once(replies, 'heard')
    send(type, atr)
    await heard
  }
  const answer = (apdu: Uint8Array) => {
    replies.emit('apdu')
    const asked = card
    const reply = asked?.transmit(apdu)
    // To a card that was pulled meanwhile, or is being taken, its leaving is the answer.
    if (card === undefined || card !== asked) return
    if (reply !== undefined) send(TYPE.apdu, reply)
    // qemu's reader would wait for ever; others say after a while that a card is mute.
    else send(TYPE.error, GENERAL_ERROR)
  }
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = (act: () => Promise<void>): Promise<void> => {
    const mine = turn.then(act)
    turn = mine
    return mine
  }
  const leave = async () => {
    let quietAt = performance.now() + LEAVING_MS
    const later = () => {
      quietAt = performance.now() + LEAVING_MS
    }
    replies.on('apdu', later)
    while (performance.now() < quietAt) await wait(quietAt - performance.now())
    replies.off('apdu', later)
    await move(TYPE.taken)
  }
  let rest = Buffer.alloc(0)
  socket.on('data', (piece) => {
    rest = Buffer.concat([rest, piece])
    while (rest.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + rest.readUInt32BE(8)
      if (rest.length < end) break
      const type = rest.readUInt32BE(0)
      if (type === TYPE.apdu) answer(rest.subarray(HEADER_BYTES, end))
      else if (type === TYPE.error) replies.emit('heard')
      rest = rest.subarray(end)
    }
  })
  send(TYPE.init, HELLO)
  const take = async () => {
    if (card === undefined) return await turn.then(() => undefined)
    card.reset()
    card = undefined
    await inTurn(leave)
  }
  return {
    put: async (next) => {
      const left = take()
      await inTurn(async () => {
        card = next
        await move(TYPE.atr, next.atr.length === 0 ? LEAST_ATR : next.atr)
      })
      await left
    },
    take,
    close: async () => {
      if (socket.closed) return
      const closed = once(socket, 'close')
      socket.destroy()
      await closed
    },
  }
}
