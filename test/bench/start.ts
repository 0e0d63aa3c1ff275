import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { type Bed, makeBed } from './bed.ts'
import { figure, median, type Row, ratioRow, rounds } from './row.ts'

const STARTS = 9
const BUDGET_MS = 30_000

/** From the start of the process to the first good answer of /readyz, against `node -e 0`. */
export async function startBench(): Promise<Row[]> {
  await using bed = await makeBed()
  const cache = { NODE_COMPILE_CACHE: join(bed.folder, 'compile-cache') }
  await readyMs(bed, cache)
  const bare: number[] = []
  const cold: number[] = []
  const cached: number[] = []
  for (const _ of rounds(STARTS, BUDGET_MS)) {
    bare.push(await emptyNodeMs())
    cold.push(await readyMs(bed, {}))
    cached.push(await readyMs(bed, cache))
  }
  const baseline = median(bare)
  const least = (times: readonly number[]) =>
    `least ${figure(Math.min(...times), 'ms')} / ${figure(Math.min(...bare), 'ms')}`
  const shared = { baseline, unit: 'ms', limit: 3 } as const
  return [
    ratioRow({
      ...shared,
      name: 'cold start to readyz / node -e 0',
      ours: median(cold),
      note: `no compile cache; ${least(cold)}`,
    }),
    ratioRow({
      ...shared,
      name: 'same with a warm NODE_COMPILE_CACHE',
      ours: median(cached),
      note: least(cached),
    }),
  ]
}

async function readyMs(bed: Bed, env: Readonly<Record<string, string>>): Promise<number> {
  await using daemon = await bed.start({ env })
  return daemon.readyMs
}

async function emptyNodeMs(): Promise<number> {
  const from = performance.now()
  await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'exit')
  return performance.now() - from
}
