import { AgentError } from '../../agent/kernel/errors.ts'
import type { HeldCard } from '../io/io.ts'
import type { Standing } from '../presence.ts'
import type { Chip, Said } from './chip.ts'
import type { Target } from './target.ts'
import { makeTurns } from './turns.ts'

/** Pollings without an answer, one after the other, before the chip is begun with anew. */
const LOST_LIMIT = 2
/**
 * A card that was awakened while its answer got lost on the line answers no other polling: an empty
 * field is turned off and on that often.
 */
const EMPTY_FIELD_MS = 1_000
/** A card that says nothing is tried once more: it may have been moving. */
const SILENCE_LIMIT = 2
/** Nobody has talked to the card for so long: its last dialogue was not one that is tried again. */
const REST_MS = 800
/** A card that comes to life and fails again, over and over, is left alone. */
const REVIVAL_LIMIT = 2
/** How a memory card refuses an APDU: function not supported. [ISO/IEC 7816-4, 5.6] */
const REFUSAL = Uint8Array.of(0x6a, 0x81)

/** What stands there alone. */
interface Thing {
  readonly key: string
  readonly target: Target
  /** Times that it has said nothing since it last said something. */
  readonly silences: number
  /** Talking to it failed, and it has shown no sign of life since. */
  readonly isShaky: boolean
  /** It was shaky when the field was turned off and on, so that it may be another card by now. */
  readonly isDoubtful: boolean
  /** Times that it was read again because it had come to life. */
  readonly revivals: number
}

const healthy = { silences: 0, isShaky: false, isDoubtful: false } as const

type Seen = { readonly is: 'nothing' | 'crowd' } | { readonly is: 'thing'; readonly thing: Thing }

/** The place above the antenna: what stands there, and dialogues with it, one act at a time. */
export class Place {
  readonly #chip: Chip
  readonly #show: (standing: readonly Standing[]) => void
  readonly #turns = makeTurns()
  #seen: Seen = { is: 'nothing' }
  #taps = 0
  #lost = 0
  #restartedAt = performance.now()
  #releasedAt = 0

  /** `show` gets what stands there whenever that was found out anew. */
  constructor(chip: Chip, show: (standing: readonly Standing[]) => void) {
    this.#chip = chip
    this.#show = show
  }

  get isEmpty(): boolean {
    return this.#seen.is === 'nothing'
  }

  /** Looks what stands there. Throws READER_GONE where no answers come. */
  look(): Promise<void> {
    return this.#turns.during(async () => {
      const seen = this.#seen
      if (seen.is === 'thing' && this.#lost === 0 && (await this.#stands(seen.thing))) return
      const isDue = performance.now() - this.#restartedAt > EMPTY_FIELD_MS
      if (this.#seen.is !== 'nothing' || this.#lost > 0 || isDue) await this.#restart()
      await this.#poll()
    })
  }

  async #restart(): Promise<void> {
    await this.#chip.restartField()
    this.#restartedAt = performance.now()
  }

  async #refresh(): Promise<void> {
    await this.#restart()
    await this.#poll()
  }

  #alone(key: string): Thing | undefined {
    return this.#seen.is === 'thing' && this.#seen.thing.key === key ? this.#seen.thing : undefined
  }

  #change(key: string, to: Partial<Thing>): void {
    const thing = this.#alone(key)
    if (thing !== undefined) this.#seen = { is: 'thing', thing: { ...thing, ...to } }
  }

  /** Whether it is there still; what came to life is shown as another thing. */
  async #stands({ key, target, isDoubtful, revivals }: Thing): Promise<boolean> {
    if (target.is !== 'type-b') return false
    const isLeftAlone = performance.now() - this.#releasedAt < REST_MS || revivals >= REVIVAL_LIMIT
    if (!isDoubtful || isLeftAlone) {
      const answers = await this.#chip.isThere(target)
      if (answers) this.#change(key, { isShaky: false })
      return answers
    }
    const answers = await this.#chip.answers(target)
    if (answers) this.#showNew(target, revivals + 1)
    return answers
  }

  async #poll(): Promise<void> {
    const targets = await this.#chip.poll()
    this.#lost = targets === undefined ? this.#lost + 1 : 0
    if (this.#lost >= LOST_LIMIT) throw new AgentError('READER_GONE', 'the reader gives no answers')
    if (targets !== undefined) this.#see(targets)
  }

  #see(targets: readonly Target[]): void {
    const [target, second] = targets
    const before = this.#seen
    if (target !== undefined && second === undefined) {
      if (before.is !== 'thing' || !isSame(before.thing, target)) this.#showNew(target, 0)
      else this.#refind(before.thing, target)
      return
    }
    this.#seen = { is: target === undefined ? 'nothing' : 'crowd' }
    this.#show(targets.map(({ id }) => this.#standing(id)))
  }

  #showNew(target: Target, revivals: number): void {
    this.#taps += 1
    const key = String(this.#taps)
    this.#seen = { is: 'thing', thing: { key, target, revivals, ...healthy } }
    this.#show([this.#standing(key)])
  }

  #refind({ key, target: before, isDoubtful }: Thing, target: Target): void {
    const isOther = target.is === 'type-b' && target.id !== before.id
    this.#change(key, { target, isDoubtful: isDoubtful || isOther })
    this.#show([this.#standing(key)])
  }

  #standing(key: string): Standing {
    return { key, mute: false, hold: () => this.#hold(key) }
  }

  async #hold(key: string): Promise<HeldCard> {
    const end = await this.#turns.take()
    const thing = this.#alone(key)
    if (thing === undefined) {
      end()
      throw new AgentError('CARD_GONE', 'the card has left')
    }
    const stop = new AbortController()
    let owed: Promise<unknown> = Promise.resolve()
    return {
      atr: thing.target.atr,
      transmit: (apdu) => {
        const answer = this.#transmit(key, apdu, stop.signal)
        owed = answer.then(settled, settled)
        return answer
      },
      // An answer that nobody waits for any more is given up.
      release: async () => {
        stop.abort()
        await owed
        this.#releasedAt = performance.now()
        end()
      },
    }
  }

  async #transmit(key: string, apdu: Uint8Array, stop: AbortSignal): Promise<Uint8Array> {
    // After a polling that got lost the chip knows no target.
    if (this.#lost > 0) await this.#refresh()
    const thing = this.#alone(key)
    if (thing === undefined || this.#lost > 0)
      throw new AgentError('CARD_GONE', 'the card has left')
    if (thing.target.is === 'memory') return REFUSAL
    const said = await this.#chip.exchange(thing.target, apdu, stop)
    if (said.is === 'answer') {
      this.#change(key, healthy)
      return said.apdu
    }
    const silences = thing.silences + (said.is === 'silent' ? 1 : 0)
    this.#change(key, { silences, isShaky: true })
    await this.#refresh()
    throw faultOf(said, this.#alone(key) !== undefined, silences)
  }
}

const settled = () => undefined

/**
 * Whether what was found is what stood there. A type-B card that was looked at without a break keeps
 * its PUPI; once its field was off, because it did not answer, only its kind is left to go by, and
 * what is read begins from the start then. Others have their field taken off at each look.
 */
function isSame({ target: before, isShaky }: Thing, now: Target): boolean {
  if (before.is !== now.is || !Buffer.from(before.atr).equals(now.atr)) return false
  return before.id === now.id || (now.fickle && (isShaky || now.is !== 'type-b'))
}

function faultOf(said: Exclude<Said, { is: 'answer' }>, isThere: boolean, silences: number) {
  if (!isThere) return new AgentError('CARD_GONE', 'the card left')
  if (silences >= SILENCE_LIMIT) return new AgentError('CARD_UNRESPONSIVE', 'the card is silent')
  const facts = said.is === 'broken' ? { chipStatus: said.status } : {}
  return new AgentError('CARD_GONE', 'the contact to the card broke', { facts })
}
