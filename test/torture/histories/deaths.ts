import { setTimeout as wait } from 'node:timers/promises'
import { type Life, startLife } from '../daemon.ts'
import { isBefore } from '../lives.ts'
import type { Chance } from '../random.ts'
import type { Stage } from '../stage.ts'

/** The lives of the agent while its clients work. */
export interface Deaths {
  /** Epoch ms of each. */
  readonly killedAt: readonly number[]
  /** What it did that it may not: ended by itself, did not get on. */
  readonly faults: readonly string[]
  /** Kills it so often, spread over the events, and leaves it alive, with all answered if it could. */
  run(options: Schedule): Promise<Life>
}

interface Schedule {
  readonly kills: number
  readonly events: number
  /** Resolves when so many events were answered, or can be answered no more. */
  readonly reached: (count: number) => Promise<void>
  /** The run is to end at once. */
  readonly isBroken: () => boolean
  readonly onKill: (kill: number) => void
}

/** Of the kills: at once after another one, in the start. */
const EARLY = 0.15
const START_MS = 1_500
/** A thousand events, and a start, take a twentieth of it on a slow machine. */
const PROGRESS_LIMIT_MS = 180_000
/** After the event: among its deliveries. */
const BEHIND_MS = 60

export function openDeaths(stage: Pick<Stage, 'folder' | 'configFile'>, chance: Chance): Deaths {
  const killedAt: number[] = []
  const faults: string[] = []
  const kill = async (life: Life) => {
    killedAt.push(Date.now())
    life.kill('SIGKILL')
    const how = await life.ended
    if (how !== 'SIGKILL') faults.push(`life ${killedAt.length} ended by itself: ${how}`)
  }
  return {
    killedAt,
    faults,
    async run({ kills, events, reached, isBroken, onKill }) {
      let life = startLife(stage)
      for (let count = 1; count <= kills; count += 1) {
        if (chance.happens(EARLY)) await wait(chance.below(START_MS))
        else {
          const at = Math.floor(((count - 1 + chance.next()) * events) / (kills + 1))
          if (!(await isBefore(PROGRESS_LIMIT_MS, [reached(at), life.ended])))
            faults.push(`life ${count} does not get on`)
          await wait(chance.below(BEHIND_MS))
        }
        await kill(life)
        life = startLife(stage)
        if (faults.length > 0 || isBroken()) return life
        onKill(count)
      }
      if (!(await isBefore(PROGRESS_LIMIT_MS, [reached(events), life.ended])))
        faults.push('the last life does not get on')
      return life
    },
  }
}
