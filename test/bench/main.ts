import { availableParallelism, loadavg } from 'node:os'
import { auditBench } from './audit-chain.ts'
import { bulkBench } from './bulk.ts'
import { commitBench } from './commit.ts'
import { crowdBench } from './crowd.ts'
import { decodeBench } from './decode.ts'
import { deliveryBench } from './delivery.ts'
import { deskBench } from './desk.ts'
import { foldersBench } from './folders.ts'
import { judgeBench } from './judge.ts'
import { linesBench } from './lines.ts'
import { lookupBench } from './lookup.ts'
import { memoryBench } from './memory.ts'
import { outboxBench } from './outbox.ts'
import { pageBench } from './page.ts'
import { readersBench } from './readers.ts'
import type { Row } from './row.ts'
import { sizeBench } from './size.ts'
import { slowDiskBench } from './slow-disk.ts'
import { startBench } from './start.ts'
import { terminalBench } from './terminal.ts'

const benches: readonly (readonly [name: string, run: () => Promise<Row[]>])[] = [
  ['decode', decodeBench],
  ['page', pageBench],
  ['lookup', lookupBench],
  ['commit', commitBench],
  ['audit', auditBench],
  ['delivery', deliveryBench],
  ['desk', deskBench],
  ['slow-disk', slowDiskBench],
  ['lines', linesBench],
  ['folders', foldersBench],
  ['readers', readersBench],
  ['terminal', terminalBench],
  ['start', startBench],
  ['memory', memoryBench],
  ['crowd', crowdBench],
  ['outbox', outboxBench],
  ['judge', judgeBench],
  ['bulk', bulkBench],
  ['size', () => sizeBench(100_000)],
]

/** Minutes and gigabytes: only for who names it. */
const onlyAsked: typeof benches = [['million', () => sizeBench(1_000_000)]]

const WIDTHS = [48, 9, 9, 6, 8]
const INDENT = '    '

const print = (text: string) => process.stdout.write(`${text}\n`)
const cells = (texts: readonly string[]) =>
  texts
    .map((text, at) => (at === 0 ? text.padEnd(WIDTHS[at] ?? 0) : text.padStart(WIDTHS[at] ?? 0)))
    .join(' ')

function show({ name, ours, baseline, ratio, aim, isMet, note }: Row): void {
  const verdict = isMet === null ? '' : isMet ? 'met' : 'not met'
  print(`${cells([name, ours, baseline, ratio, aim])}  ${verdict}`.trimEnd())
  if (note !== '') print(INDENT + note)
}

/**
 * `npm run bench [WORD]`: every figure as a ratio against a baseline of the same run. Aims, not
 * gates: the exit code is 0 whatever the figures are, and 1 when a bench breaks.
 */
const [, , word = ''] = process.argv
const all = [...benches, ...onlyAsked]
const chosen = (word === '' ? benches : all).filter(([name]) => name.includes(word))
if (chosen.length === 0) {
  print(`no bench ${word}; there are ${all.map(([name]) => name).join(', ')}`)
  process.exit(64)
}
const load = loadavg().map((average) => average.toFixed(1))
print(`Node ${process.version}, ${availableParallelism()} processors, load ${load.join(' ')}\n`)
print(cells(['figure', 'ours', 'baseline', 'ratio', 'aim']))
for (const [name, run] of chosen) {
  try {
    for (const row of await run()) show(row)
  } catch (error) {
    print(`${name} broke: ${error instanceof Error ? (error.stack ?? error.message) : 'unknown'}`)
    process.exitCode = 1
  }
}
