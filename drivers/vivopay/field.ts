import { setTimeout as wait } from 'node:timers/promises'
import { AgentError, asFault } from '../../agent/kernel/errors.ts'
import type { HeldCard } from '../io/io.ts'
import type { Standing } from '../presence.ts'
import type { PassThrough, Thing } from './pass-through.ts'

/** How long the reader looks for a card at a time: what closing may have to wait for. */
const POLL_MS = 200
/** Between looks at a card that stands there. */
const LOOK_MS = 250
/** As often as that in a row. */
const LOOKS = 3

/**
 * READ BINARY of one byte: asks a card whether it is still there. It changes nothing, neither the
 * selected file nor a verified PIN, and any answer will do, a refusal too. A poll would do as well,
 * but activates the card anew, which ends its session.
 */
const LOOK = Uint8Array.of(0x00, 0xb0, 0x00, 0x00, 0x01)
/** What a PC/SC reader answers in the place of a card that knows no APDUs. */
const NOT_SUPPORTED = Uint8Array.of(0x6a, 0x81)

interface Found {
  readonly key: string
  readonly thing: Thing
  /** It answered the last APDU; one that never did is looked at by polls. */
  answers: boolean
}

/**
 * Follows what stands in the reader's field until `signal` aborts, and tells `show` of each change.
 * Rejects with the READER_GONE of the reader's commands.
 */
export async function watchField(
  reader: PassThrough,
  show: (standing: readonly Standing[]) => void,
  signal: AbortSignal,
): Promise<void> {
  let found: Found | undefined
  let taps = 0
  let free: Promise<void> = Promise.resolve()

  /** Dialogues and looks take turns: an APDU between two others would change what they read. */
  const take = async (): Promise<() => void> => {
    const before = free
    const mine = Promise.withResolvers<void>()
    free = mine.promise
    await before
    return mine.resolve
  }
  const settle = (thing: Thing | undefined, isSame: boolean) => {
    if (thing === undefined) found = undefined
    else if (found === undefined || !isSame) {
      taps += 1
      found = { key: String(taps), thing, answers: thing.talks }
    } else found = { ...found, thing, answers: false }
    show(found === undefined ? [] : [standingOf(found)])
  }
  const exchange = async (apdu: Uint8Array): Promise<Uint8Array | undefined> => {
    if (found !== undefined) found.answers = false
    const answer = await reader.exchange(apdu)
    if (found !== undefined) found.answers = answer !== undefined
    return answer
  }
  const look = async () => {
    const talked = found?.answers === true
    if (talked && (await isThere(exchange))) return
    // One that talked and does not left, or lost its field for a moment: what is there came anew.
    settle(await reader.poll(POLL_MS), !talked)
  }
  const transmit = async (key: string, apdu: Uint8Array): Promise<Uint8Array> => {
    if (found?.key !== key) throw left()
    if (!found.thing.talks) return NOT_SUPPORTED
    const answer = await exchange(apdu)
    if (answer !== undefined) return answer
    settle(await reader.poll(POLL_MS), true)
    throw left()
  }
  const hold = async (key: string): Promise<HeldCard> => {
    const release = await take()
    const atr = found?.key === key ? found.thing.atr : undefined
    if (atr === undefined) {
      release()
      throw left()
    }
    return {
      atr,
      transmit: (apdu) => transmit(key, apdu),
      release: () => Promise.resolve(release()),
    }
  }
  const standingOf = ({ key }: Found): Standing => ({ key, mute: false, hold: () => hold(key) })

  while (!signal.aborted) {
    const release = await take()
    const startedAt = performance.now()
    try {
      await look()
    } finally {
      release()
    }
    const pauseMs = found === undefined ? startedAt + POLL_MS / 2 - performance.now() : LOOK_MS
    if (pauseMs > 0) await wait(pauseMs, undefined, { signal }).catch(() => undefined)
  }
}

const left = () => new AgentError('CARD_GONE', 'the card gave no answer')

/**
 * Whether a card that talked still does. A look whose answer was spoilt on the way is made again; one
 * that comes to nothing leaves the card where it was, and the next look is a poll.
 */
async function isThere(
  exchange: (apdu: Uint8Array) => Promise<Uint8Array | undefined>,
): Promise<boolean> {
  for (let turn = 1; ; turn++) {
    try {
      return (await exchange(LOOK)) !== undefined
    } catch (error) {
      const { code } = asFault(error)
      if (code !== 'CARD_UNRESPONSIVE' && code !== 'CARD_UNREADABLE') throw error
      if (code === 'CARD_UNRESPONSIVE' || turn === LOOKS) return true
    }
  }
}
