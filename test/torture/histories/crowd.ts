import { runCli } from '../../../agent/sim/demo/daemon.ts'
import type { Chance } from '../random.ts'
import { wireOf } from '../wire.ts'
import type { History } from './checker.ts'
import { type Ending, endDeliveries } from './ending.ts'
import { feedOf, type Reader, sourceOf, startPoller } from './readers.ts'
import type { Extent, Scene } from './scene.ts'
import { startSource } from './source.ts'
import { startStream } from './stream.ts'
import { makeTroubles } from './systems.ts'
import type { Seen, Told } from './told.ts'

const READERS_LIMIT_MS = 60_000

interface CrowdOptions extends Extent {
  readonly events: number
  readonly chance: Chance
}

/** Everyone who uses the agent. */
export function openCrowd(scene: Scene, { events, people, hangs, chance }: CrowdOptions) {
  const leaving = new AbortController()
  const { signal } = leaving
  const { url, tokens, hook, computer } = scene
  const reading = (name: 'poller' | 'stream', view: 'liaison' | 'full') =>
    ({ name, url, token: tokens[name], view, chance: chance.fork(), signal }) as const
  const readers: readonly Reader[] = [
    startPoller(reading('poller', 'liaison')),
    startStream(reading('stream', 'full')),
  ]
  const troubles = makeTroubles({ ...scene, people, hangs, chance: chance.fork() })
  const source = startSource({
    wire: wireOf(url, tokens.asker, signal),
    events,
    people,
    chance: chance.fork(),
    signal,
  })
  const office = wireOf(url, tokens.office, signal)

  let replayFrom = Date.now()
  source.reached(Math.floor(events * (1 - REPLAYED))).then(
    () => {
      replayFrom = Date.now()
    },
    () => undefined,
  )
  let broken: string[] = []
  Promise.all([source.done, ...readers.map(({ done }) => done)]).catch((error: unknown) => {
    broken = [String(error)]
  })
  const refusals = () => [...source.refusals, ...readers.flatMap((reader) => reader.refusals)]
  return {
    source,
    readers,
    troubles,
    /** One of them met what it does not understand. */
    isBroken: () => broken.length + refusals().length > 0,
    faults: () => [...broken, ...refusals()],
    /** Nothing goes wrong any more, and everything comes to its end. */
    async settle(): Promise<Ending> {
      await troubles.calm()
      for (const part of [hook, computer, ...readers]) part.calm()
      return endDeliveries(office, () => replaySince(scene, replayFrom))
    },
    /** The whole feed as each of them may see it, once the readers have got there. */
    async look() {
      const full = await sourceOf(office)
      const feeds = {
        poller: await feedOf(wireOf(url, tokens.poller, signal), 'liaison'),
        stream: full,
        hook: await feedOf(wireOf(url, tokens.hook, signal), 'ward'),
      }
      const late: string[] = []
      for (const [reader, feed] of [
        [readers[0], feeds.poller],
        [readers[1], feeds.stream],
      ] as const)
        if (!(await reader?.reaches(feed.at(-1)?.id, READERS_LIMIT_MS)))
          late.push(`${reader?.name}`)
      return { source: full, histories: historiesOf(scene, readers, feeds), late }
    },
    async close() {
      leaving.abort()
      await troubles.calm()
      await Promise.allSettled([source.done, ...readers.map(({ done }) => done)])
    },
  }
}

/** Of the events: the last of them are sent again. */
const REPLAYED = 0.02
/** The folder is left out: who has it replayed wants the files again. */
const REPLAYING = ['hook', 'orca', 'fhir']

/** Through the CLI, on the running agent. */
async function replaySince({ configFile }: Scene, from: number): Promise<number> {
  let replayed = 0
  for (const name of REPLAYING) {
    const since = new Date(from).toISOString()
    const printed = await runCli([
      'delivery',
      'replay',
      name,
      '--from',
      since,
      '--config',
      configFile,
    ])
    replayed += Number(/"replayed": (\d+)/.exec(printed)?.[1])
  }
  return replayed
}

const everything = () => true
const none: ReadonlySet<string> = new Set()

function historiesOf(
  { hook }: Scene,
  [poller, stream]: readonly Reader[],
  feeds: Readonly<Record<'poller' | 'stream' | 'hook', readonly Seen[]>>,
): History[] {
  const sees = ({ isForLiaison }: Told) => isForLiaison
  const got = (reader: Reader | undefined) => reader?.got ?? []
  return [
    { name: 'poller', expected: feeds.poller, got: got(poller), refused: none, sees },
    { name: 'stream', expected: feeds.stream, got: got(stream), refused: none, sees: everything },
    { name: 'hook', expected: feeds.hook, got: hook.got, refused: hook.refused, sees: everything },
  ]
}
