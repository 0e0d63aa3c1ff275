import { type Bench, type BenchMaker, follow } from '../../drivers/bench.ts'
import { myNumberCard } from '../../drivers/cards.ts'
import { recognised, sufferMishaps } from '../../drivers/mishaps.ts'
import { type Chance, chanceOf } from '../random.ts'
import { type Diary, type Endured, LOST_MS, openDiary } from './endured.ts'

export interface Unplugging {
  readonly maker: BenchMaker
  readonly turns: number
  /** Every so many turns the device goes, in the others the card; 1: always the device. */
  readonly deviceEvery: number
  readonly seed: number
  readonly onTurn: () => void
}

/** Every so many turns, so many mishaps in a row. */
const MISHAPS_EVERY = 20
const MISHAPS = 4

/** Unplugs and replugs one driver's device, or its card, in this process. Each time a card is read. */
export async function unplugAndReplug(unplugging: Unplugging): Promise<Endured> {
  const { maker, turns, deviceEvery, seed, onTurn } = unplugging
  const diary = openDiary(maker.name)
  const chance = chanceOf(seed)
  const bench = await maker.open()
  try {
    const events = follow(bench.reader)
    await recognised(events, ({ is }) => is === 'ready', LOST_MS)
    for (let turn = 1; turn <= turns; turn += 1) {
      const one = turn % deviceEvery === 0 ? unplugOnce : swapOnce
      await one(bench, events, diary)
      if (turn % MISHAPS_EVERY === 0) await suffer(bench, events, diary, chance)
      onTurn()
    }
  } catch (error) {
    // The events may have ended: nothing more can be tried on this one.
    diary.violated(`seed ${seed}: ${textOf(error)}`)
  } finally {
    await bench.close()
  }
  return diary.endured()
}

type Events = ReturnType<typeof follow>

const read = (events: Events) => recognised(events, ({ is }) => is === 'presented', LOST_MS)

async function unplugOnce(bench: Bench, events: Events, diary: Diary): Promise<void> {
  await bench.put(myNumberCard())
  await read(events)
  await bench.outage()
  await events.until(({ is }) => is === 'reader-fault')
  await bench.cure()
  diary.took('read after the device is back', await read(events))
  diary.counted('unplugged')
  await bench.take()
  await events.until(({ is }) => is === 'gone')
}

async function swapOnce(bench: Bench, events: Events, diary: Diary): Promise<void> {
  await bench.put(myNumberCard())
  diary.took('read after the card is put down', await read(events))
  diary.counted('cards')
  await bench.take()
  await events.until(({ is }) => is === 'gone')
}

async function suffer(bench: Bench, events: Events, diary: Diary, chance: Chance): Promise<void> {
  const { recognisedMs } = await sufferMishaps(bench, events, MISHAPS, chance, LOST_MS)
  diary.took('read after mishaps', recognisedMs)
  diary.counted('series of mishaps')
}

/** With what it was caused by. */
const textOf = (error: unknown): string =>
  error instanceof Error
    ? `${error.message}${error.cause === undefined ? '' : `: ${textOf(error.cause)}`}`
    : String(error)
