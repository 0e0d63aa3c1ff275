import { setTimeout as wait } from 'node:timers/promises'
import { restartAfterMs } from '../../../agent/intake/supervisor.ts'
import { eventually, type Presentation } from '../../bed/client.ts'
import type { Ending } from '../../bed/net/bed.ts'
import { type ReaderName, type ReadersBed, startReadersBed } from '../../bed/readers.ts'
import { RECOGNISED_MS } from '../../drivers/mishaps.ts'
import { type Chance, chanceOf } from '../random.ts'
import { type Diary, type Endured, openDiary } from './endured.ts'

const TORMENTED = 'desk-pn532'
const OTHERS = ['desk-1', 'desk-sim'] as const
const OUTAGE_MS = 1_500
const PAUSE_MS = 500
/** Between processes that end one soon after the other, on purpose. */
const PAUSE_AT_MOST_MS = restartAfterMs(Number.POSITIVE_INFINITY)

type Torment = (bed: ReadersBed, chance: Chance) => Promise<void>

/** Each resolves at the cure. The card stays where it lies. */
const torments: Readonly<Record<string, Torment>> = {
  unplugged: async ({ cable }, chance) => {
    await cable.unplug()
    await wait(chance.below(OUTAGE_MS))
    await cable.plug()
  },
  crashed: (bed) => endProcess(bed, 'SIGSEGV'),
  stopped: (bed) => endProcess(bed, 'SIGSTOP'),
}

/** Resolves when the process is no more. */
async function endProcess(bed: ReadersBed, signal: NodeJS.Signals): Promise<void> {
  const pid = await eventually('a process', async () => bed.childOf(TORMENTED))
  process.kill(pid, signal)
  await eventually('its end', async () => (bed.childOf(TORMENTED) === pid ? undefined : true))
}

/**
 * A real agent with three readers, one of which is tormented. Its card must be read after each
 * torment, and cards on the others all the while; nothing may be said of these.
 */
export async function tormentOneReader(options: {
  readonly turns: number
  readonly seed: number
  readonly onTurn: () => void
}): Promise<Endured> {
  const undo: (() => Promise<void>)[] = []
  const t: Ending = { after: (step) => undo.push(step) }
  const diary = openDiary('one of three readers of an agent')
  const chance = chanceOf(options.seed)
  try {
    const bed = await startReadersBed(t)
    const taps = openTaps(bed)
    await bed.readers[TORMENTED].tap({ kind: 'my-number', patient: '01' })
    await taps.next(TORMENTED)
    for (let turn = 0; turn < options.turns; turn += 1) {
      const what = chance.of(Object.keys(torments))
      const torment = async () => {
        await torments[what]?.(bed, chance)
        const limitMs = RECOGNISED_MS + (what === 'unplugged' ? 0 : PAUSE_AT_MOST_MS)
        diary.took(`read after it was ${what}`, await taps.next(TORMENTED), limitMs)
      }
      await Promise.all([torment(), ...OTHERS.map((name) => tapOnce(bed, taps, name, diary))])
      diary.counted(what)
      options.onTurn()
      await wait(chance.below(PAUSE_MS))
    }
    for (const trouble of OTHERS.flatMap(bed.troubles)) diary.violated(`of another: ${trouble}`)
    const end = await Promise.race([bed.agent.ended, wait(0, undefined)])
    if (end !== undefined) diary.violated('the agent ended')
  } catch (error) {
    diary.violated(`seed ${options.seed}: ${String(error)}`)
  } finally {
    for (const step of undo.reverse()) await step()
  }
  return diary.endured()
}

async function tapOnce(
  { readers }: ReadersBed,
  taps: ReturnType<typeof openTaps>,
  name: ReaderName,
  diary: Diary,
): Promise<void> {
  await readers[name].tap({ kind: 'my-number', patient: '02' })
  diary.took(`read on ${name} meanwhile`, await taps.next(name))
  diary.counted(`taps on ${name}`)
  await readers[name].remove()
  await taps.empty(name)
}

/** The taps of an agent, each waited for once. */
function openTaps({ client }: ReadersBed) {
  const known = new Set<string>()
  return {
    /** How long the reader's next tap took to show, ms. */
    next: async (reader: string) => {
      const from = performance.now()
      const isNew = (one: Presentation) =>
        one.reader === reader && one.kind === 'my-number-card' && !known.has(one.id)
      const { id } = await client.presentation(isNew)
      known.add(id)
      return performance.now() - from
    },
    empty: (reader: string) =>
      eventually(`${reader} is empty`, async () => {
        const { items } = JSON.parse((await client.get('/v1/readers')).text)
        const one = items.find(({ name }: { name: string }) => name === reader)
        return one?.state === 'ready' ? true : undefined
      }),
  }
}
