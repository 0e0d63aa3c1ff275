import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Share } from '../../agent/folders/folder.ts'
import { openShare } from '../../agent/folders/share.ts'
import { systemClock } from '../../agent/platform.ts'
import { memoryLedger } from '../fakes/ledger.ts'
import { recordingLog } from '../fakes/log.ts'
import { diskFolder, processorMs } from './machine.ts'
import { median, missingRow, type Row, ratioRow, rounds, spread } from './row.ts'

const LEFTOVERS = 200_000
const DROPS = 25
const BUDGET_MS = 12_000
const SETTLE_MS = 11_000
const LOOKS_MS = 10_000
/** Between two drops: for the listing that the last removal began. */
const REST_MS = 3_000
/** Where a listing takes longer. */
const REST_LIMIT_MS = 50
/** Equal within noise: both are some ms. */
const LIMIT = 1.5
const DAY_S = 86_400

/**
 * A new file, from its rename into the folder to its offer, and the processor time of looks at a
 * folder at rest: among 200,000 leftovers against an empty folder, where file events come and where
 * none do.
 */
export async function foldersBench(): Promise<Row[]> {
  const root = mkdtempSync(join(diskFolder(), 'onshi-bench-folders-'))
  try {
    for (const name of ['empty', 'full', 'mount']) mkdirSync(join(root, name))
    fill(join(root, 'full'))
    const rows = compare(
      'with events',
      await measure(root, root, 'empty'),
      await measure(root, root, 'full'),
    )
    const mounted = await mount(root)
    if (mounted === null)
      return [...rows, missingRow('without events', `<= ${LIMIT}`, 'needs bindfs and /dev/fuse')]
    await using _ = mounted
    const empty = await measure(mounted.point, root, 'empty')
    return [
      ...rows,
      ...compare('without events', empty, await measure(mounted.point, root, 'full')),
    ]
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

interface Measured {
  readonly dropsMs: readonly number[]
  readonly looksMs: number
  readonly listingMs: number
}

function compare(name: string, empty: Measured, full: Measured): Row[] {
  return [
    ratioRow({
      name: `drop to offer ${name}, ${LEFTOVERS} leftovers / none`,
      ours: median(full.dropsMs),
      baseline: median(empty.dropsMs),
      unit: 'ms',
      limit: LIMIT,
      note: `${spread(full.dropsMs)} / ${spread(empty.dropsMs)}; a listing takes ${full.listingMs.toFixed(0)} ms`,
    }),
    ratioRow({
      name: `10 s of looks ${name}, ${LEFTOVERS} leftovers / none`,
      ours: full.looksMs,
      baseline: empty.looksMs,
      unit: 'ms',
      limit: LIMIT,
      note: 'processor time in steps of 10 ms, the bench’s own included',
    }),
  ]
}

function fill(folder: string): void {
  const old = Date.now() / 1_000 - 3 * DAY_S
  for (let at = 0; at < LEFTOVERS; at += 1) {
    const path = join(folder, `OQSsiquc01res_${20_260_101_000_000 + at}.xml`)
    writeFileSync(path, '')
    utimesSync(path, old, old)
  }
}

/** `seen`: where the agent looks; `real`: where another program writes. */
async function measure(seen: string, real: string, name: string): Promise<Measured> {
  const arrived = new Map<string, () => void>()
  const ledger = memoryLedger()
  const share = openShare(
    [
      {
        role: 'res',
        path: join(seen, name),
        accepts: /^OQS.*\.xml$/,
        limitBytes: 1e6,
        spool: null,
      },
    ],
    {
      ledger,
      async take(file) {
        ledger.record(file)
        arrived.get(file.name)?.()
        return 'taken'
      },
      clock: systemClock,
      log: recordingLog(),
      observe: () => {},
      isOpen: () => true,
      onBug(bug) {
        throw bug
      },
    },
  )
  try {
    while (ledger.firstAt('res') === undefined) await wait(50)
    // The listing that settles a folder that has just changed is over.
    await wait(SETTLE_MS)
    const before = processorMs(process.pid)
    await wait(LOOKS_MS)
    const looksMs = processorMs(process.pid) - before
    const dropsMs: number[] = []
    for (const at of rounds(DROPS, BUDGET_MS)) {
      dropsMs.push(await drop(real, name, at, arrived))
      // The removal of the last file may have begun a listing; files of a clinic come minutes apart.
      if (listingMs(share) > REST_LIMIT_MS) await wait(REST_MS)
    }
    return { dropsMs, looksMs, listingMs: listingMs(share) }
  } finally {
    await share.close()
  }
}

const listingMs = (share: Share) => share.folder('res').report().listingMs ?? Number.NaN

async function drop(
  real: string,
  folder: string,
  at: number,
  arrived: Map<string, () => void>,
): Promise<number> {
  const name = `OQSsiquc01res_new_${at}.xml`
  writeFileSync(join(real, 'making'), `<answer>${folder} ${at}</answer>`)
  const offered = Promise.withResolvers<void>()
  arrived.set(name, offered.resolve)
  // Looks are 250 ms apart: drops at no fixed distance from them.
  await wait(50 + ((at * 67) % 250))
  const from = performance.now()
  renameSync(join(real, 'making'), join(real, folder, name))
  await offered.promise
  const tookMs = performance.now() - from
  rmSync(join(real, folder, name))
  return tookMs
}

/** A FUSE mount: changes behind it bring no events, and show in a folder’s times a second later. */
async function mount(root: string) {
  if (spawnSync('bindfs', ['--version']).status !== 0) return null
  const point = join(root, 'mount')
  const before = statSync(point).dev
  const child = spawn('bindfs', ['-f', root, point], { stdio: 'ignore' })
  while (statSync(point).dev === before && child.exitCode === null) await wait(10)
  if (child.exitCode !== null) return null
  return {
    point,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit')
      spawnSync('fusermount3', ['-u', '-z', point])
      await ended
    },
  }
}
