import { whyNoReaders } from '../../bed/readers.ts'
import type { BenchMaker } from '../../drivers/bench.ts'
import { benches } from '../../drivers/benches/all.ts'
import { tormentOneReader } from './agent.ts'
import { type Endured, textOfEndured } from './endured.ts'
import { hangAndReplace } from './hang.ts'
import { unplugAndReplug } from './unplug.ts'

export interface ReadersReport {
  readonly seed: number
  readonly readers: readonly Endured[]
  readonly violations: readonly string[]
}

export interface ReadersOptions {
  /** How often each reader is unplugged; what takes longer happens less often. */
  readonly turns: number
  readonly seed: number
  readonly onTurn?: (done: number) => void
}

/** A service is ended, not a device: it takes seconds, and in between cards come and go. */
const SERVICE_SHARE = 0.5
const SERVICE_EVERY = 10
const AGENT_SHARE = 0.05
const HANG_SHARE = 0.03

/** Readers that go, come, crash and hang: the drivers side by side, then a whole agent. */
export async function runReaders(options: ReadersOptions): Promise<ReadersReport> {
  const { turns, seed, onTurn = () => undefined } = options
  let done = 0
  const counted = () => {
    done += 1
    onTurn(done)
  }
  const few = (share: number) => ({ turns: Math.ceil(turns * share), seed, onTurn: counted })
  const reason = whyNoReaders()
  if (reason !== undefined) throw new Error(reason)
  const unplug = (maker: BenchMaker) =>
    maker.outageIs === 'READER_SERVICE_DOWN'
      ? unplugAndReplug({ ...few(SERVICE_SHARE), maker, deviceEvery: SERVICE_EVERY })
      : unplugAndReplug({ ...few(1), maker, deviceEvery: 1 })
  const here = benches.filter(({ missing }) => missing === undefined)
  const readers = [
    ...(await Promise.all(here.map(unplug))),
    await tormentOneReader(few(AGENT_SHARE)),
    await hangAndReplace(few(HANG_SHARE)),
  ]
  return { seed, readers, violations: readers.flatMap(({ violations }) => violations) }
}

/** For people. */
export const textOfReaders = ({ seed, readers, violations }: ReadersReport): string =>
  [
    `seed ${seed}`,
    ...readers.map(textOfEndured),
    `violations ${violations.length}`,
    ...violations.slice(0, 20).map((what) => `  ${what}`),
  ].join('\n')
