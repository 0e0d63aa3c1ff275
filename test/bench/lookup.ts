import { officialQuery, openBareHttps } from './bare-https.ts'
import { type Bed, faces, fillFeed, makeBed, requestFor } from './bed.ts'
import { countFsyncs } from './fsyncs.ts'
import { hasStrace, NEEDS_STRACE, openDiskFloor } from './machine.ts'
import { figure, median, missingRow, type Row, rounds, spread } from './row.ts'
import { openWire } from './wire.ts'

/** Past the first checkpoint, so that the log file is written over and not grown. */
const WARM_UP = 80
const LOOKUPS = 300
const BUDGET_MS = 15_000
const DISK_SAMPLES = 3
const AIM_MS = 1

/**
 * A lookup against a bare keep-alive HTTPS request of the same bytes to the same gateway: what is
 * added may be 1 ms and the fsyncs, which strace counts.
 */
export async function lookupBench(): Promise<Row[]> {
  const name = 'lookup, added to a bare HTTPS request'
  await using bed = await makeBed()
  const perLookup = hasStrace() ? await countFsyncs(bed) : undefined
  const { ours, bare, disk } = await measure(bed)
  const added = median(ours) - median(bare)
  const note = `lookup ${spread(ours)}; bare ${spread(bare)}`
  if (perLookup === undefined)
    return [
      { ...missingRow(name, '', `fsyncs ${NEEDS_STRACE}; ${note}`), ours: figure(added, 'ms') },
    ]
  const allowed = AIM_MS + perLookup * median(disk)
  return [
    {
      name,
      ours: figure(added, 'ms'),
      baseline: figure(allowed, 'ms'),
      ratio: (added / allowed).toFixed(2),
      aim: '<= 1',
      isMet: added <= allowed,
      note: `baseline: 1 ms + ${perLookup.toFixed(2)} fsyncs of ${figure(median(disk), 'ms')}; ${note}`,
    },
  ]
}

async function measure(bed: Bed) {
  await using daemon = await bed.start()
  await using wire = await openWire(daemon.url)
  using floor = openDiskFloor(bed.folder)
  using https = openBareHttps(bed.configFile)
  const query = await officialQuery(bed.configFile, https)
  const lookup = requestFor(bed, daemon, '/v1/verifications', { prefer: 'wait=10' }, faces[0])
  await fillFeed(bed, daemon, WARM_UP)
  const ours: number[] = []
  const bare: number[] = []
  const disk: number[] = []
  for (const _ of rounds(LOOKUPS, BUDGET_MS)) {
    ours.push(await timed(() => wire.ask(lookup)))
    bare.push(await timed(() => https.send(query)))
    disk.push(...floor.measure(DISK_SAMPLES))
  }
  return { ours, bare, disk }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now()
  await work()
  return performance.now() - from
}
