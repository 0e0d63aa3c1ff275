import { killAllOf } from '../daemon.ts'
import { chanceOf } from '../random.ts'
import { wireOf } from '../wire.ts'
import { type History, violationsIn } from './checker.ts'
import { openDeaths } from './deaths.ts'
import { type Ending, endDeliveries } from './ending.ts'
import { feedOf, type Reader, sourceOf, startPoller } from './readers.ts'
import type { HistoriesReport, Received } from './report.ts'
import { type Scene, setScene } from './scene.ts'
import { type Source, startSource } from './source.ts'
import { ehrStateOf, orcaStateOf } from './states.ts'
import { startStream } from './stream.ts'
import { makeTroubles, type Troubles } from './systems.ts'
import type { Seen, Told, Violation } from './told.ts'

export interface HistoriesOptions {
  readonly events: number
  readonly seed: number
  readonly onKill?: (kill: number) => void
}

const EVENTS_PER_KILL = 1_000
const EVENTS_PER_PERSON = 40
const PEOPLE_LEAST = 50
const PEOPLE_MOST = 2_000
const READERS_LIMIT_MS = 60_000

/**
 * Clients ask and add notes while the agent is killed (SIGKILL), its readers crash and its receivers
 * do everything that goes wrong; then what each of them has is compared with the whole feed. The
 * folder is left where there is a violation.
 */
export async function runHistories({
  events,
  seed,
  onKill = () => {},
}: HistoriesOptions): Promise<HistoriesReport> {
  const chance = chanceOf(seed)
  const people = Math.min(
    PEOPLE_MOST,
    Math.max(PEOPLE_LEAST, Math.ceil(events / EVENTS_PER_PERSON)),
  )
  const from = performance.now()
  const scene = await setScene(chance.fork(), people)
  const deaths = openDeaths(scene, chance.fork())
  const crowd = openCrowd(scene, { events, people, chance })
  const { source, readers, troubles } = crowd
  let isRight = false
  try {
    const askedFrom = performance.now()
    const life = await deaths.run({
      kills: Math.round(events / EVENTS_PER_KILL),
      events,
      reached: source.reached,
      isBroken: () => source.refusals.length > 0,
      onKill,
    })
    await source.done
    const askedMs = performance.now() - askedFrom
    const ending = await crowd.settle()
    const deliveredMs = performance.now() - askedFrom - askedMs
    const seen = await crowd.look()
    life.kill('SIGTERM')
    const how = await life.ended
    await scene.computer.close()
    const violations: Violation[] = [
      ...deaths.faults.map(agentDid),
      ...(how === '0' ? [] : [agentDid(`SIGTERM ended the agent with ${how}`)]),
      ...[...source.refusals, ...readers.flatMap(({ refusals }) => refusals)].map(agentDid),
      ...scene.hook.complaints.map(agentDid),
      ...ending.left.map((what): Violation => ({ is: 'refused', where: 'deliveries', what })),
      ...seen.late.map((what): Violation => ({ is: 'lost', where: what, what: 'the end' })),
      ...violationsIn({
        sent: source.sent,
        source: seen.source,
        histories: seen.histories,
        files: scene.computer.files,
        ehr: ehrStateOf(scene.ehr),
        orca: orcaStateOf(scene.orca, deaths.killedAt),
      }),
    ]
    isRight = violations.length === 0
    return {
      seed,
      events: seen.source.length,
      kills: deaths.killedAt.length,
      askedMs,
      deliveredMs,
      tookMs: performance.now() - from,
      putOff: source.putOff(),
      received: [...readers.map(readBy), ...receivedBy(scene, troubles)],
      ending,
      violations,
      folder: isRight ? null : scene.folder,
    }
  } finally {
    await crowd.close()
    killAllOf(scene.folder)
    await scene.close(!isRight)
  }
}

const agentDid = (what: string): Violation => ({ is: 'agent', where: 'agent', what })

interface CrowdOptions {
  readonly events: number
  readonly people: number
  readonly chance: ReturnType<typeof chanceOf>
}

/** Everyone who uses the agent. */
function openCrowd(scene: Scene, { events, people, chance }: CrowdOptions) {
  const leaving = new AbortController()
  const { signal } = leaving
  const { url, tokens, orca, ehr, hook, computer } = scene
  const reading = (name: 'poller' | 'stream', view: 'liaison' | 'full') =>
    ({ name, url, token: tokens[name], view, chance: chance.fork(), signal }) as const
  const readers: readonly Reader[] = [
    startPoller(reading('poller', 'liaison')),
    startStream(reading('stream', 'full')),
  ]
  const troubles = makeTroubles({ orca, ehr, people, chance: chance.fork() })
  const source: Source = startSource({
    wire: wireOf(url, tokens.asker, signal),
    events,
    people,
    chance: chance.fork(),
    signal,
  })
  const office = wireOf(url, tokens.office, signal)

  return {
    source,
    readers,
    troubles,
    /** Nothing goes wrong any more, and everything comes to its end. */
    async settle(): Promise<Ending> {
      await troubles.calm()
      for (const part of [hook, computer, ...readers]) part.calm()
      return endDeliveries(office)
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
      await Promise.all([source.done, ...readers.map(({ done }) => done)])
    },
  }
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

const different = (got: readonly { readonly id: string }[]) => new Set(got.map(({ id }) => id)).size

function readBy({ name, got, counts }: Reader): Received {
  const { crashes, requests } = counts()
  const kinds = different(got)
  return { name, got: kinds, repeated: got.length - kinds, requests, faults: `${crashes} crashes` }
}

function receivedBy({ hook, computer, orca, ehr }: Scene, { made }: Troubles): Received[] {
  const kinds = different(hook.got)
  const troublesOf = (system: string) => {
    const counts = [...made].filter(([name]) => name.startsWith(`${system} `))
    return `${counts.reduce((sum, [, count]) => sum + count, 0)} troubles`
  }
  const stats = orca.stats()
  const held = Math.round(stats.longestHeldMs)
  const locks = `${stats.locks.length} locks, the longest for ${held} ms`
  const { faults, requests } = hook.counts()
  const { looks, absences } = computer.counts()
  const resources = ehr.resources('Coverage').length
  return [
    {
      name: 'webhook',
      got: kinds,
      repeated: hook.got.length - kinds,
      requests,
      faults: `${faults} faults, ${hook.refused.size} refused`,
    },
    {
      name: 'face-folder',
      got: computer.files.length,
      repeated: 0,
      requests: looks,
      faults: `${absences} times away`,
    },
    {
      name: 'orca',
      got: orca.patients().length,
      repeated: 0,
      requests: stats.requests,
      faults: `${troublesOf('orca')}, ${locks}`,
    },
    {
      name: 'fhir',
      got: resources,
      repeated: 0,
      requests: ehr.stats().requests,
      faults: troublesOf('fhir'),
    },
  ]
}
