import { fileURLToPath } from 'node:url'
import { openDisk, type Unsynced } from '../../bed/power/disk.ts'
import { runKillTest } from '../kill.ts'
import { chanceOf } from '../random.ts'
import { type Report, textOf } from '../report.ts'

export interface PowerOptions {
  readonly cuts: number
  readonly seed: number
  /** The control: an agent with `synchronous = OFF`. Its run ends with what it lost. */
  readonly isCareless?: true
  readonly onCut?: (cut: number) => void
}

export interface PowerReport extends Report {
  /** Of all cuts together. */
  readonly unsynced: Unsynced
}

/** Nothing, a little, half or nearly all of what was not synced is on the disk all the same. */
const KEPT_PERCENTS = [0, 10, 50, 95] as const

/** As the kills, and each time the power of the disk goes in the same moment. */
export async function runPowerCuts(options: PowerOptions): Promise<PowerReport> {
  const { cuts, seed, isCareless = false, onCut } = options
  const chance = chanceOf(seed)
  const disk = await openDisk(seed)
  const sum = { lost: 0, kept: 0, torn: 0 }
  const cut = async () => {
    const { lost, kept, torn } = await disk.cut(chance.of(KEPT_PERCENTS))
    sum.lost += lost
    sum.kept += kept
    sum.torn += torn
  }
  const careless = fileURLToPath(new URL('careless.ts', import.meta.url))
  try {
    const report = await runKillTest({
      kills: cuts,
      seed,
      ...(onCut === undefined ? {} : { onKill: onCut }),
      power: { disk, cut, preload: isCareless ? careless : null },
    })
    return { ...report, unsynced: sum }
  } finally {
    await disk.close()
  }
}

/** For people. */
export const textOfCuts = (report: PowerReport): string => {
  const { lost, kept, torn } = report.unsynced
  const pages = `pages not synced when the power went: ${lost} lost, ${kept} on the disk, ${torn} torn`
  return `power cuts\n${textOf(report)}\n${pages}`
}
