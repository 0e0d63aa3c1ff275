import { AgentError } from '../agent/kernel/errors.ts'
import type { HeldCard, PinPad } from './io/io.ts'
import type { Standing } from './presence.ts'

/** First byte of each message; a u16 big-endian length stands before it. */
const REMOVED = 0x00
const PRESENT = 0x01
const COMMAND = 0x10
const ANSWER = 0x11
/** Of a reader with a PIN pad: a card is there, a PIN is to be entered, what came of it. */
const PRESENT_WITH_PAD = 0x02
const ENTRY = 0x20
const ENTERED = 0x21
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

  const exchange = (message: readonly number[]) =>
    new Promise<Uint8Array>((resolve, reject) => {
      waiting.push({ resolve, reject })
      wire.write(framed(message))
    })
  const send = (apdu: Uint8Array) => exchange([COMMAND, ...apdu])
  const pinPad: PinPad = {
    async verify(command, digits, timeoutMs) {
      const seconds = Math.ceil(timeoutMs / 1_000)
      return entered(await exchange([ENTRY, digits, seconds >> 8, seconds & 0xff, ...command]))
    },
  }
  const drop = () => {
    const dropped = waiting
    waiting = []
    for (const { reject } of dropped) reject(new AgentError('CARD_GONE', 'the card has left'))
  }
  /** One dialogue at a time: a second one would change the file that the first one reads. */
  const hold = async (atr: Uint8Array, hasPad: boolean): Promise<HeldCard> => {
    const before = free
    let release = () => {}
    free = new Promise((resolve) => {
      release = resolve
    })
    await before
    return {
      atr,
      transmit: send,
      ...(hasPad && { pinPad }),
      release: () => {
        release()
        return Promise.resolve()
      },
    }
  }
  const present = (atr: Uint8Array, hasPad: boolean) => {
    taps += 1
    show([{ key: String(taps), mute: atr.length === 0, hold: () => hold(atr, hasPad) }])
  }
  const handle = (kind: number | undefined, body: Uint8Array) => {
    if (kind === ANSWER || kind === ENTERED) return void waiting.shift()?.resolve(body)
    if (kind !== PRESENT && kind !== PRESENT_WITH_PAD && kind !== REMOVED)
      return void wire.destroy()
    drop()
    if (kind === REMOVED) show([])
    else present(body, kind === PRESENT_WITH_PAD)
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

/** The reader's own results come in place of the card's. [PC/SC part 10, 2.5.2] */
function entered(reply: Uint8Array): Uint8Array {
  const [high, low] = reply
  if (reply.length === 2 && high === 0x64 && low === 0x00)
    throw new AgentError('PIN_ENTRY_TIMEOUT', 'nothing was entered on the pad in time')
  if (reply.length === 2 && high === 0x64 && low === 0x01)
    throw new AgentError('PIN_ENTRY_CANCELLED', 'the entry was cancelled on the pad')
  return reply
}

function framed(message: readonly number[]): Uint8Array {
  return Uint8Array.of(message.length >> 8, message.length & 0xff, ...message)
}
