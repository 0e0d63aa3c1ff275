import { setTimeout as wait } from 'node:timers/promises'
import { AgentError, asFault } from '../../agent/kernel/errors.ts'
import type { HeldCard } from '../io/io.ts'
import type { Standing } from '../presence.ts'
import type { PassThrough, Thing } from './pass-through.ts'

/** How long the reader looks for a card at a time: what closing may have to wait for. */
const POLL_MS = 200
/** A FeliCa card is looked for after as many looks that found nothing: it takes a second each time. */
const FELICA_AFTER = 8
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
  /** A dialogue has come to its end: an answer that fails to come now is no bounce. */
  known: boolean
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
  const take = openTurns()
  const place = openPlace(reader, take, show)
  while (!signal.aborted) {
    const release = await take()
    const startedAt = performance.now()
    try {
      await place.look()
    } finally {
      release()
    }
    // A poll that found nothing has waited itself, unless the reader was quick to say so.
    const pauseMs = place.isEmpty() ? startedAt + POLL_MS / 2 - performance.now() : LOOK_MS
    if (pauseMs > 0) await wait(pauseMs, undefined, { signal }).catch(() => undefined)
  }
}

type Take = () => Promise<() => void>

/** Dialogues and looks take turns: an APDU between two others would change what they read. */
function openTurns(): Take {
  let free: Promise<void> = Promise.resolve()
  return async () => {
    const before = free
    const mine = Promise.withResolvers<void>()
    free = mine.promise
    await before
    return mine.resolve
  }
}

/** What stands there, in so far as it is known. `look` is for whoever has the turn. */
function openPlace(
  reader: PassThrough,
  take: Take,
  show: (standing: readonly Standing[]) => void,
): { look(): Promise<void>; isEmpty(): boolean } {
  let found: Found | undefined
  let taps = 0
  let empty = 0

  const settle = (thing: Thing | undefined, mayBeSame: boolean) => {
    if (thing === undefined) found = undefined
    else if (found !== undefined && mayBeSame && isLike(found.thing, thing))
      found = { ...found, answers: false }
    else {
      taps += 1
      found = { key: String(taps), thing, answers: thing.talks, known: false }
    }
    show(found === undefined ? [] : [standingOf(found)])
  }
  const poll = async (): Promise<Thing | undefined> => {
    const thing = await reader.poll(POLL_MS)
    if (thing !== undefined) return thing
    empty += 1
    const isDue = found === undefined ? empty % FELICA_AFTER === 0 : found.thing.by === 'felica'
    return isDue ? await reader.pollFelica() : undefined
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
    settle(await poll(), !talked)
  }
  const transmit = async (key: string, apdu: Uint8Array): Promise<Uint8Array> => {
    if (found?.key !== key) throw left()
    if (!found.thing.talks) return NOT_SUPPORTED
    const { known } = found
    const answer = await exchange(apdu)
    if (answer !== undefined) return answer
    settle(await reader.poll(POLL_MS), !known)
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
      release: () => {
        if (found?.key === key) found.known = found.answers
        release()
        return Promise.resolve()
      },
    }
  }
  const standingOf = ({ key }: Found): Standing => ({ key, mute: false, hold: () => hold(key) })

  return { look, isEmpty: () => found === undefined }
}

/** Serial numbers are not kept, so two of a kind are told apart by their leaving only. */
const isLike = (one: Thing, other: Thing) =>
  one.talks === other.talks && Buffer.compare(one.atr, other.atr) === 0

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
