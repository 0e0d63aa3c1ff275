import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import type { Card } from '../../agent/sim/card/card.ts'
import type { ReaderEvent } from '../../drivers/driver.ts'
import type { Chance } from '../torture/random.ts'
import type { Bench, follow } from './bench.ts'
import { myNumberCard, otherCard, readingApdus } from './cards.ts'
import { wordOf, wrongIn } from './story.ts'

type Events = ReturnType<typeof follow>

/**
 * What is promised: so soon after the cure of whatever was wrong a card is recognised again. A
 * machine that is emulated says by how much it is slower.
 */
export const RECOGNISED_MS = 3_000 * Number(process.env['SLOWER_BY'] ?? 1)

/** Waits until an event fits, and fails where that is later than that. How long it took, ms. */
export async function recognised(
  events: Events,
  fits: (event: ReaderEvent) => boolean = ({ is }) => is === 'presented',
  limitMs = RECOGNISED_MS,
): Promise<number> {
  const from = performance.now()
  const seen: ReaderEvent[] = []
  const found = events.until((event) => {
    seen.push(event)
    return fits(event)
  })
  const timer = new AbortController()
  const late = wait(limitMs, 'late', timer).catch(() => 'in time')
  const end = await Promise.race([found, late])
  timer.abort()
  const words = seen.map(wordOf).join(', ') || 'nothing'
  assert.notEqual(end, 'late', `not recognised within ${limitMs} ms: ${words} instead`)
  return performance.now() - from
}

/** Status words and answers that no card of this kind gives. */
const nonsense = ['1234', '6f00', 'ff', 'deadbeef0001', `${'5a'.repeat(256)}ffff`]

/** A card that talks nonsense once, in the place of its n-th answer, counted from 1. */
export function spoilt(card: Card, n: number, chance: Chance): Card {
  const answer = Uint8Array.from(Buffer.from(chance.of(nonsense), 'hex'))
  let apdus = 0
  return {
    ...card,
    transmit: (apdu) => {
      apdus += 1
      const right = card.transmit(apdu)
      return apdus === n ? answer : right
    },
  }
}

type Mishap = (bench: Bench, chance: Chance) => Promise<void>

/** Shorter and longer than a reading, and than a look of any reader. */
const someTime = (chance: Chance) => wait(chance.below(700))
const someApdu = (chance: Chance) => 1 + chance.below(readingApdus())

const laid =
  (make: (chance: Chance) => readonly [Card, Parameters<Bench['put']>[1]?]): Mishap =>
  async (bench, chance) => {
    await bench.put(...make(chance))
    await someTime(chance)
    await bench.take()
  }

const cutAway: Mishap = async (bench, chance) => {
  await bench.outage()
  await someTime(chance)
  await bench.cure()
}

/** All cards here are past their end, so that they are told from the one that is read at the end. */
const mishaps: Readonly<Record<string, Mishap>> = {
  'a tap too short': async (bench) => {
    await bench.put(myNumberCard(true))
    await bench.take()
  },
  'a tap': laid(() => [myNumberCard(true)]),
  'a card pulled': laid((chance) => [myNumberCard(true), { pullAfterApdus: someApdu(chance) }]),
  'a card that hangs': laid((chance) => [myNumberCard(true), { hangAfterApdus: someApdu(chance) }]),
  'a card that talks nonsense once': laid((chance) => [
    spoilt(myNumberCard(true), someApdu(chance), chance),
  ]),
  'a card of garbage': laid(() => [otherCard('garbage')]),
  'a mute card': laid(() => [otherCard('mute')]),
  'a telephone': laid(() => [otherCard('phone')]),
  'an outage': cutAway,
  'an outage under a card': async (bench, chance) => {
    await bench.put(myNumberCard(true))
    await someTime(chance)
    await cutAway(bench, chance)
    await bench.take()
  },
  'a card that comes in an outage': async (bench, chance) => {
    await bench.outage()
    await someTime(chance)
    await bench.cure()
    await bench.put(myNumberCard(true))
    await bench.take()
  },
}

export interface Suffered {
  readonly acts: readonly string[]
  /** Of the card at the end, from being put down to being read. */
  readonly recognisedMs: number
}

const isValidCard = (event: ReaderEvent) =>
  event.is === 'presented' &&
  event.presented.kind === 'my-number-card' &&
  event.presented.notAfter > Date.now()

/**
 * So many mishaps in a row, of which nobody waits for the other, then a good card, which must be
 * read, and leaves. Fails with what happened. The reader must be ready and empty.
 */
export async function sufferMishaps(
  bench: Bench,
  events: Events,
  count: number,
  chance: Chance,
  limitMs = RECOGNISED_MS,
): Promise<Suffered> {
  const acts = Array.from({ length: count }, () => chance.of(Object.keys(mishaps)))
  const seen: ReaderEvent[] = [{ is: 'ready', device: '' }]
  const fits = (what: (event: ReaderEvent) => boolean) => (event: ReaderEvent) => {
    seen.push(event)
    return what(event)
  }
  try {
    for (const act of acts) {
      await mishaps[act]?.(bench, chance)
      await wait(bench.handMs ?? 0)
    }
    await bench.put(myNumberCard())
    const recognisedMs = await recognised(events, fits(isValidCard), limitMs)
    await bench.take()
    await events.until(fits(({ is }) => is === 'gone'))
    assert.equal(wrongIn(seen), undefined)
    return { acts, recognisedMs }
  } catch (error) {
    throw new Error(`after ${acts.join(', ')} (${seen.map(wordOf).join(', ')})`, { cause: error })
  }
}
