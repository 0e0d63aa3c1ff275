import { AgentError } from '../../agent/kernel/errors.ts'
import type { Port } from '../io/io.ts'
import { type CrcOrder, decodeFrame, encodeFrame, type Frame } from './frame.ts'
import { openAssembler, toReports } from './report.ts'

/** What a command has come to. */
export type Answer =
  | { readonly is: 'answer'; readonly status: number; readonly data: Uint8Array }
  /** An answer came, and not whole: the command may have had its effect. */
  | { readonly is: 'damaged' }
  /** None came in time: as `damaged`, or it is still being worked on. */
  | { readonly is: 'silent' }

export interface Command {
  readonly command: number
  readonly sub: number
  readonly data: Uint8Array
}

/** A reader as questions and answers. */
export interface Link {
  /**
   * Sends one command and waits `limitMs` for its answer; one command after the other, and nothing
   * is sent twice but what the reader refused unread. Throws READER_GONE once the reader has left,
   * or does not answer a ping any more.
   */
  ask(command: Command, limitMs: number): Promise<Answer>
  /** Sends one command out of turn, whatever is being waited for, and wants no answer. */
  tell(command: Command): Promise<void>
  /** Rejects with READER_GONE when the reader leaves. */
  readonly lost: Promise<never>
}

const PING: Command = { command: 0x18, sub: 0x01, data: new Uint8Array() }
/** A ping is answered by the reader itself: well above the slowest seen, which was emulated. */
const PING_LIMIT_MS = 1_000
const PINGS = 3

/** "CRC error in frame": the command was not looked at. [the guide, 2.1.5] */
const CRC_REFUSED = 0x04
/** Both orders, and one more for a frame that was really damaged. */
const CRC_TRIES = 3

/** Takes over the port's incoming reports; closing the port is left to its owner. */
export function openLink(port: Port): Link {
  const { lost, owe } = openMail(port)
  const orders = new Map<number, CrcOrder>()
  let turn: Promise<unknown> = Promise.resolve()
  let met = false

  const write = async ({ command, sub, data }: Command) => {
    const order = orders.get(sub) ?? 'low-first'
    for (const report of toReports(encodeFrame({ command, code: sub, data }, order)))
      await Promise.race([port.write(report), lost])
  }
  /** `whole` is for pings, any of which will do: it outlives the wait for one of them. */
  const send = async (
    command: Command,
    limitMs: number,
    whole = Promise.withResolvers<Answer>(),
  ): Promise<Answer> => {
    const poor = Promise.withResolvers<Answer>()
    const settle = (answer: Answer) => (answer.is === 'answer' ? whole : poor).resolve(answer)
    owe({ command: command.command, settle })
    await write(command)
    const timer = setTimeout(() => settle({ is: 'silent' }), limitMs)
    try {
      return await Promise.race([whole.promise, poor.promise, lost])
    } finally {
      clearTimeout(timer)
    }
  }

  /**
   * Brings the two ends together again: whatever comes before the answer to a ping is of earlier
   * commands, perhaps those of an earlier session.
   */
  const meet = async () => {
    const whole = Promise.withResolvers<Answer>()
    for (let tries = 0; tries < PINGS; tries++)
      if ((await send(PING, PING_LIMIT_MS, whole)).is === 'answer') return
    throw new AgentError('READER_GONE', 'the reader does not answer')
  }

  const exchange = async (command: Command, limitMs: number): Promise<Answer> => {
    for (let tries = 1; ; tries++) {
      if (!met) await meet()
      met = false
      const answer = await send(command, limitMs)
      met = answer.is === 'answer'
      if (!isCrcRefusal(answer) || tries === CRC_TRIES) return answer
      const order = orders.get(command.sub) ?? 'low-first'
      orders.set(command.sub, order === 'low-first' ? 'high-first' : 'low-first')
    }
  }

  return {
    lost,
    ask: (command, limitMs) => {
      const mine = turn.then(() => exchange(command, limitMs))
      turn = mine.catch(() => undefined)
      return mine
    },
    tell: write,
  }
}

/** A command that was sent and is not answered yet. */
interface Owed {
  readonly command: number
  settle(answer: Answer): void
}

/**
 * Hands each answer to the command that it is to. Answers come in the order of the commands, and
 * say only which family of commands they are to.
 */
function openMail(port: Port) {
  const { promise: lost, reject: lose } = Promise.withResolvers<never>()
  lost.catch(() => undefined)
  let owed: Owed[] = []

  const arrive = ({ command, code, data }: Frame) => {
    const at = owed.findIndex((one) => one.command === command)
    const answered = owed[at]
    owed = owed.slice(at + 1)
    answered?.settle({ is: 'answer', status: code, data })
  }
  const receive = async () => {
    const assemble = openAssembler()
    for await (const report of port.incoming()) {
      const assembled = assemble(report)
      if (assembled.is === 'nothing') continue
      const frame =
        assembled.is === 'frame' ? decodeFrame(assembled.bytes, 'high-first') : undefined
      if (frame !== undefined) arrive(frame)
      // Whose answer it was is not known: the command that waits is not certain of its own any more.
      else owed.at(-1)?.settle({ is: 'damaged' })
    }
    throw new AgentError('READER_GONE', 'the reader was closed')
  }
  receive().catch(lose)
  return { lost, owe: (one: Owed) => void owed.push(one) }
}

const isCrcRefusal = (answer: Answer) => answer.is === 'answer' && answer.status === CRC_REFUSED
