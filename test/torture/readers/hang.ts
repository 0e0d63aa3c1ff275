import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { restartAfterMs, superviseReader } from '../../../agent/intake/supervisor.ts'
import { Conditions } from '../../../agent/kernel/conditions.ts'
import { systemClock } from '../../../agent/platform.ts'
import { startLink } from '../../../agent/sim/card/link.ts'
import { present } from '../../../agent/sim/card/presented.ts'
import { myNumberCard } from '../../drivers/cards.ts'
import { recordingLog } from '../../fakes/log.ts'
import { chanceOf } from '../random.ts'
import { type Endured, LOST_MS, openDiary } from './endured.ts'

const HOST = fileURLToPath(new URL('../../agent/intake/hosts/spinning.ts', import.meta.url))
/** How soon a reader that hangs is given up. */
const KILLED_MS = 2_000
/** Of a process between two heartbeats. */
const PHASE_MS = 600

const ways = [
  ['stopped', 'SIGSTOP'],
  ['spinning', 'SIGUSR2'],
] as const

/** Stops a reader's process, or has it spin, again and again, with the card on the reader. */
export async function hangAndReplace(options: {
  readonly turns: number
  readonly seed: number
  readonly onTurn: () => void
}): Promise<Endured> {
  const diary = openDiary('a reader’s process that hangs')
  const chance = chanceOf(options.seed)
  const link = await startLink({ host: '127.0.0.1', port: 0 })
  let told = Promise.withResolvers<string>()
  const supervisor = superviseReader(
    { name: 'desk-1', driver: 'sim', options: { port: link.port } },
    {
      clock: systemClock,
      log: recordingLog(),
      conditions: new Conditions(systemClock),
      host: HOST,
      news: ({ is }) => {
        told.resolve(is)
        told = Promise.withResolvers()
      },
    },
  )
  const until = async (wanted: string) => {
    const from = performance.now()
    const late = wait(LOST_MS, 'late', { ref: false })
    for (let is = ''; is !== wanted; is = await Promise.race([told.promise, late]))
      if (is === 'late') throw new Error(`${wanted} never came`)
    return performance.now() - from
  }
  try {
    link.insert(present(myNumberCard(), {}, () => undefined))
    await until('presented')
    for (let turn = 0; turn < options.turns; turn += 1) {
      await wait(chance.below(PHASE_MS))
      const [way, signal] = chance.of(ways)
      const pid = supervisor.pid()
      if (pid === undefined) throw new Error('no process')
      process.kill(pid, signal)
      const killedMs = await until('gone')
      const readMs = await until('presented')
      diary.counted(way)
      diary.took('killed', killedMs, KILLED_MS)
      // One hang after the other: the pause before the next start grows, on purpose.
      const pauseMs = restartAfterMs(turn + 1)
      diary.took('the card is read again, the pause aside', readMs - pauseMs)
      options.onTurn()
    }
  } finally {
    await supervisor.close()
    await link.close()
  }
  return diary.endured()
}
