import { AgentError } from '../agent/kernel/errors.ts'
import type { HeldCard } from './io/io.ts'
import type { Standing } from './presence.ts'

/** First byte of each message; a u16 big-endian length stands before it. */
const REMOVED = 0x00
const PRESENT = 0x01
const COMMAND = 0x10
const ANSWER = 0x11
const LENGTH_BYTES = 2

interface Waiting {
  resolve(reply: Uint8Array): void
  reject(error: AgentError): void
}

/** What carries the bytes; a socket, in production. */
interface Wire {
  write(bytes: Uint8Array): unknown
  destroy(): unknown
}

/** The client's end of the simulator's protocol. `show` gets what stands on the reader. */
export function openSimLink(wire: Wire, show: (standing: readonly Standing[]) => void) {
  let rest: Buffer = Buffer.alloc(0)
  let taps = 0
  let waiting: Waiting[] = []
  let free: Promise<void> = Promise.resolve()

  const send = (apdu: Uint8Array) =>
    new Promise<Uint8Array>((resolve, reject) => {
      waiting.push({ resolve, reject })
      wire.write(framed([COMMAND, ...apdu]))
    })
  const drop = () => {
    const dropped = waiting
    waiting = []
    for (const { reject } of dropped) reject(new AgentError('CARD_GONE', 'the card has left'))
  }
  /** One dialogue at a time: a second one would change the file that the first one reads. */
  const hold = async (atr: Uint8Array): Promise<HeldCard> => {
    const before = free
    let release = () => {}
    free = new Promise((resolve) => {
      release = resolve
    })
    await before
    return {
      atr,
      transmit: send,
      release: () => {
        release()
        return Promise.resolve()
      },
    }
  }
  const present = (atr: Uint8Array) => {
    taps += 1
    show([{ key: String(taps), mute: atr.length === 0, hold: () => hold(atr) }])
  }
  const handle = (kind: number | undefined, body: Uint8Array) => {
    if (kind === ANSWER) return void waiting.shift()?.resolve(body)
    if (kind !== PRESENT && kind !== REMOVED) return void wire.destroy()
    drop()
    if (kind === PRESENT) present(body)
    else show([])
  }

  return {
    take(chunk: Uint8Array): void {
      rest = Buffer.concat([rest, chunk])
      while (rest.length >= LENGTH_BYTES) {
        const end = LENGTH_BYTES + rest.readUInt16BE()
        if (rest.length < end) return
        const message = Uint8Array.from(rest.subarray(LENGTH_BYTES, end))
        rest = rest.subarray(end)
        handle(message[0], message.subarray(1))
      }
    },
    /** Nothing will come any more. */
    end: drop,
  }
}

function framed(message: readonly number[]): Uint8Array {
  return Uint8Array.of(message.length >> 8, message.length & 0xff, ...message)
}
