import { killAllOf, type Life } from '../daemon.ts'
import { chanceOf } from '../random.ts'
import { violationsIn } from './checker.ts'
import { openCrowd } from './crowd.ts'
import { type Deaths, openDeaths } from './deaths.ts'
import type { Ending } from './ending.ts'
import { readBy, receivedBy } from './received.ts'
import type { HistoriesReport } from './report.ts'
import { type Extent, type Scene, setScene } from './scene.ts'
import { ehrStateOf, orcaStateOf } from './states.ts'
import type { Violation } from './told.ts'

export interface HistoriesOptions {
  readonly events: number
  readonly seed: number
  readonly onKill?: (kill: number) => void
}

const EVENTS_PER_KILL = 1_000
const EVENTS_PER_PERSON = 40
const EVENTS_PER_HANG = 20_000
const PEOPLE_LEAST = 50
const PEOPLE_MOST = 2_000

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
  const from = performance.now()
  const extent = extentOf(events)
  const scene = await setScene(chance.fork(), extent)
  const deaths = openDeaths(scene, chance.fork())
  const crowd = openCrowd(scene, { ...extent, events, chance })
  const { source, readers, troubles } = crowd
  let isRight = false
  try {
    const askedFrom = performance.now()
    const life = await deaths.run({
      kills: Math.round(events / EVENTS_PER_KILL),
      events,
      reached: source.reached,
      isBroken: crowd.isBroken,
      onKill,
    })
    const askedMs = performance.now() - askedFrom
    const isAnswered = source.sent.length === events
    const ending = isAnswered ? await crowd.settle() : UNSETTLED
    const deliveredMs = performance.now() - askedFrom - askedMs
    const seen = isAnswered ? await crowd.look() : undefined
    const violations = [
      ...crowd.faults().map(agentDid),
      ...(await endViolations(life, deaths, scene)),
      ...ending.left.map((what): Violation => ({ is: 'refused', where: 'deliveries', what })),
      ...(seen?.late ?? []).map((where): Violation => ({ is: 'lost', where, what: 'the end' })),
      ...(seen === undefined
        ? [agentDid(`${source.sent.length} of ${events} were answered`)]
        : violationsIn({
            sent: source.sent,
            source: seen.source,
            histories: seen.histories,
            files: scene.computer.files,
            ehr: ehrStateOf(scene.ehr),
            orca: orcaStateOf(scene.orca, deaths.killedAt),
          })),
    ]
    isRight = violations.length === 0
    return {
      seed,
      events: source.sent.length,
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

const extentOf = (events: number): Extent => ({
  people: Math.min(PEOPLE_MOST, Math.max(PEOPLE_LEAST, Math.ceil(events / EVENTS_PER_PERSON))),
  hangs: Math.ceil(events / EVENTS_PER_HANG),
})

const UNSETTLED: Ending = { decided: new Map(), replayed: 0, delivered: {}, left: [] }

const agentDid = (what: string): Violation => ({ is: 'agent', where: 'agent', what })

/** Stops the last agent in good order, and has the last files taken. */
async function endViolations(life: Life, { faults }: Deaths, scene: Scene): Promise<Violation[]> {
  life.kill('SIGTERM')
  const how = await life.ended
  await scene.computer.close()
  return [
    ...faults.map(agentDid),
    ...(how === '0' ? [] : [agentDid(`SIGTERM ended the agent with ${how}`)]),
    ...scene.hook.complaints.map(agentDid),
  ]
}
