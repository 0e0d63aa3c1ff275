import { AgentError } from '../../agent/kernel/errors.ts'
import type { Port } from '../io/io.ts'
import { ackFrame, encodeFrame, type Frame, nackFrame, TO_CHIP } from './frame.ts'
import { openInbox, type Take } from './inbox.ts'

/** The chip acknowledges at once; the rest is a USB adapter's latency. Assumed. */
const ACK_LIMIT_MS = 250
/** How long an answer may still come after what may have been its broken head. */
const SUSPECT_MS = 200
/** Times that a frame is sent again, either way, before it counts as lost. */
const RESEND_LIMIT = 2
const SYNC_LIMIT = 3

/** Diagnose, communication line test: the chip sends back what it got. [UM0701-02, 7.2.1] */
const DIAGNOSE = 0x00
const LINE_TEST = 0x00

/** What became of one command. */
export type Outcome =
  /** `data` stands behind the response code. */
  | { readonly is: 'answer'; readonly data: Uint8Array }
  /** The chip did not understand the command. */
  | { readonly is: 'refused' }
  /** No whole answer came in time, or it was given up. Whether the chip did it is not known. */
  | { readonly is: 'lost' }

/** Request and response over a port, one at a time. */
export interface Link {
  /**
   * Sends a command and waits for its answer, `limitMs` at most from the acknowledgement on; `stop`
   * ends the wait. After `lost` the line is in order again: no late answer is taken for another's.
   * Throws READER_GONE when the port is gone or the chip is silent, which ends the link.
   */
  command(
    code: number,
    parameters: readonly number[] | Uint8Array,
    limitMs: number,
    stop?: AbortSignal,
  ): Promise<Outcome>
  /** Aborts whatever the chip does, and proves that it hears. Throws READER_GONE. */
  sync(): Promise<void>
  /** Writes bytes. Never rejects: what goes wrong ends the link. */
  send(bytes: Uint8Array): Promise<void>
  /** Rejects with READER_GONE once nothing can be exchanged any more. Never resolves. */
  readonly ended: Promise<never>
}

/** Follows the port until it ends. `name` is what people call it. */
export function openLink(port: Port, name: string): Link {
  const inbox = openInbox(port, name)
  const send = (bytes: Uint8Array) => port.write(bytes).catch(inbox.fail)
  let syncs = 0

  const sync = async () => {
    for (let turn = 0; turn < SYNC_LIMIT; turn++) {
      syncs += 1
      const nonce = [syncs >> 8, syncs].map((byte) => byte & 0xff)
      void send(ackFrame)
      void send(encodeFrame(TO_CHIP, Uint8Array.of(DIAGNOSE, LINE_TEST, ...nonce)))
      if ((await inbox.receive(ACK_LIMIT_MS, echoOf(nonce))) === true) return
    }
    const gone = new AgentError('READER_GONE', `the reader at ${name} does not answer`)
    inbox.fail(gone)
    throw gone
  }
  return {
    sync,
    send,
    ended: inbox.ended,
    command: async (code, parameters, limitMs, stop) => {
      const frame = encodeFrame(TO_CHIP, Uint8Array.of(code, ...parameters))
      const exchange = new Exchange(
        code,
        limitMs,
        (what) => void send(what === 'nack' ? nackFrame : frame),
      )
      void send(frame)
      const outcome = await inbox.receive(
        ACK_LIMIT_MS,
        (frames, within) => exchange.take(frames, within),
        stop,
      )
      // What was sent twice may be answered twice.
      if (outcome === undefined || outcome.is === 'lost' || exchange.hasResent) await sync()
      return outcome ?? { is: 'lost' }
    },
  }
}

/** The chip repeats the test's number or, as a RC-S956, does not. [nfcpy, clf/rcs956.py] */
const echoOf =
  (nonce: readonly number[]): Take<true> =>
  (frames) =>
    frames.some(
      (frame) =>
        frame.is === 'data' &&
        frame.payload[0] === DIAGNOSE + 1 &&
        Buffer.from(frame.payload.subarray(-nonce.length)).equals(Buffer.from(nonce)),
    ) || undefined

/**
 * The rules of one exchange. What comes before the acknowledgement is late and of an earlier
 * command: the chip works in order. Only what cannot be noise is asked for once more, as a chip that
 * is still at work would repeat its answer to the command before.
 */
class Exchange {
  readonly #code: number
  readonly #limitMs: number
  readonly #send: (what: 'command' | 'nack') => void
  #acknowledged = false
  #resends = 0

  constructor(code: number, limitMs: number, send: (what: 'command' | 'nack') => void) {
    this.#code = code
    this.#limitMs = limitMs
    this.#send = send
  }

  get hasResent(): boolean {
    return this.#resends > 0
  }

  take(frames: readonly Frame[], within: (ms: number) => void): Outcome | undefined {
    const damaged = new Set<'head' | 'body'>()
    for (const frame of frames) {
      if (this.#acknowledged && frame.is === 'damaged') damaged.add(frame.part)
      const outcome = this.#acknowledged
        ? outcomeOf(frame, this.#code)
        : this.#unacknowledged(frame, within)
      if (outcome !== undefined) return outcome
    }
    if (damaged.has('body')) return this.#again('nack', within)
    if (damaged.has('head')) within(SUSPECT_MS)
    return undefined
  }

  #unacknowledged(frame: Frame, within: (ms: number) => void): Outcome | undefined {
    if (frame.is === 'nack') return this.#again('command', within)
    if (frame.is !== 'ack') return undefined
    this.#acknowledged = true
    within(this.#limitMs)
    return undefined
  }

  #again(what: 'command' | 'nack', within: (ms: number) => void): Outcome | undefined {
    this.#resends += 1
    if (this.#resends > RESEND_LIMIT) return { is: 'lost' }
    within(ACK_LIMIT_MS)
    this.#send(what)
    return undefined
  }
}

function outcomeOf(frame: Frame, code: number): Outcome | undefined {
  if (frame.is === 'error') return { is: 'refused' }
  if (frame.is !== 'data' || frame.payload[0] !== code + 1) return undefined
  return { is: 'answer', data: frame.payload.slice(1) }
}
