import { asFault } from '../agent/kernel/errors.ts'
import { readCard } from './card.ts'
import { dialogue, hasLeft } from './dialogue.ts'
import { type CardFault, cardFaults, type ReaderEvent, type Sign } from './driver.ts'
import type { HeldCard } from './io/io.ts'
import { signDigest } from './pin.ts'

/** Something that stands in one slot of the device. */
export interface Standing {
  /** Differs whenever the thing was taken away and put back, or another took its place. */
  readonly key: string
  /** The device says that it cannot be talked to. */
  readonly mute: boolean
  hold(): Promise<HeldCard>
}

/** A card that is being put down bounces: that many dialogues may break before it is a fault. */
const DIALOGUE_LIMIT = 3
/** What a card that is just being put down or pulled away can look like. */
const bounces = new Set<CardFault>(['CARD_GONE', 'CARD_UNREADABLE'])
/** How long after a broken dialogue the device may take to say that the card has left, ms. */
const SETTLE_MS = 500

type State =
  | { readonly is: 'empty' }
  | { readonly is: 'reading' | 'announced'; readonly key: string; readonly left: AbortController }
  | { readonly is: 'two' }

/**
 * Turns "what stands on the device now" into reader events: reads a thing that stands there alone,
 * says when it leaves, and withdraws it when a second one makes it ambiguous.
 */
export class Presence {
  readonly #emit: (event: ReaderEvent) => void
  readonly #broke: (bug: unknown) => void
  readonly #settleMs: number
  #state: State = { is: 'empty' }

  /** `broke` gets what is no card fault: a reader fault that ends the session, or a bug. */
  constructor(
    emit: (event: ReaderEvent) => void,
    broke: (error: unknown) => void,
    settleMs = SETTLE_MS,
  ) {
    this.#emit = emit
    this.#broke = broke
    this.#settleMs = settleMs
  }

  /** States what stands on the device; to be called on every change, and free to repeat. */
  show(standing: readonly Standing[]): void {
    const [first, second] = standing
    const before = this.#state
    if (first === undefined) this.#leave('removed')
    else if (second !== undefined) this.#both()
    else if (!('key' in before) || before.key !== first.key) this.#alone(first)
  }

  /** The device itself is gone: what stood on it is no longer known. */
  lose(): void {
    if (this.#state.is === 'reading') this.#forget()
    else this.#leave('removed')
  }

  #alone(standing: Standing): void {
    this.#leave('removed')
    const left = new AbortController()
    this.#state = { is: 'reading', key: standing.key, left }
    this.#read(standing, left.signal).catch(this.#broke)
  }

  #both(): void {
    if (this.#state.is === 'two') return
    if (this.#state.is === 'reading') this.#forget()
    else this.#leave('two-cards')
    this.#state = { is: 'two' }
    this.#emit({ is: 'card-fault', code: 'TWO_CARDS', message: 'two cards are on the reader' })
  }

  #leave(reason: 'removed' | 'two-cards'): void {
    const before = this.#state
    this.#forget()
    if (before.is === 'reading')
      this.#emit({ is: 'card-fault', code: 'CARD_GONE', message: 'the card left while being read' })
    else if (before.is !== 'empty') this.#emit({ is: 'gone', reason })
  }

  #forget(): void {
    if ('left' in this.#state) this.#state.left.abort()
    this.#state = { is: 'empty' }
  }

  async #read(standing: Standing, left: AbortSignal): Promise<void> {
    const event = await this.#outcome(standing, left)
    if (left.aborted || this.#state.is !== 'reading') return
    this.#state = { ...this.#state, is: 'announced' }
    this.#emit(event)
  }

  async #outcome(standing: Standing, left: AbortSignal): Promise<ReaderEvent> {
    if (standing.mute) return cardFault('CARD_UNRESPONSIVE', 'the card does not answer')
    for (let turn = 1; ; turn++) {
      const event = await attempt(standing, left)
      const broken = event.is === 'card-fault' && bounces.has(event.code)
      // A card that left in the meantime has its fault from its leaving.
      if (!broken || (await aborts(left, this.#settleMs))) return event
      if (turn < DIALOGUE_LIMIT) continue
      if (event.code !== 'CARD_GONE') return event
      return cardFault('CARD_UNRESPONSIVE', 'the card is there but the contact keeps breaking')
    }
  }
}

/** One dialogue, and what it comes to. Throws what is no card fault. */
async function attempt(standing: Standing, left: AbortSignal): Promise<ReaderEvent> {
  try {
    return await dialogue(standing, left, async ({ atr, transmit, pinPad }) => {
      const presented = await readCard(transmit, atr)
      if (presented.kind !== 'my-number-card') return { is: 'presented', presented }
      const sign = signerOf(standing, left)
      return { is: 'presented', presented, sign, pinPad: pinPad !== undefined }
    })
  } catch (error) {
    const { code, message } = asFault(error)
    const known = cardFaults.find((candidate) => candidate === code)
    if (known === undefined) throw error
    return cardFault(known, message)
  }
}

const cardFault = (code: CardFault, message: string): ReaderEvent => ({
  is: 'card-fault',
  code,
  message,
})

/** Signs one digest after the other: the holder has one pad. */
function signerOf(standing: Standing, left: AbortSignal): Sign {
  let turn: Promise<unknown> = Promise.resolve()
  return (digest) => {
    const signed = turn.then(() => signOnce(standing, left, digest))
    turn = signed.catch(() => undefined)
    return signed
  }
}

async function signOnce(
  standing: Standing,
  left: AbortSignal,
  digest: Uint8Array,
): Promise<Uint8Array> {
  try {
    return await dialogue(standing, left, ({ transmit, pinPad }) =>
      signDigest(transmit, pinPad, digest),
    )
  } catch (error) {
    // A card that is pulled can look like anything before it is known to have left.
    const { code } = asFault(error)
    const isOfCard = cardFaults.some((fault) => fault === code && fault !== 'CARD_GONE')
    if (isOfCard && (await aborts(left, SETTLE_MS))) throw hasLeft()
    throw error
  }
}

/** Whether `signal` aborts within `ms`. */
function aborts(signal: AbortSignal, ms: number): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(true)
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort)
      resolve(false)
    }, ms)
    const onAbort = () => {
      clearTimeout(timer)
      resolve(true)
    }
    signal.addEventListener('abort', onAbort, { once: true })
  })
}
