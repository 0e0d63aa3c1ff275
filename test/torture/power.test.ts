import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { rmSync } from 'node:fs'
import { test } from 'node:test'
import { whyNoDisk } from '../bed/power/disk.ts'
import { runPowerCuts, textOfCuts } from './power/run.ts'

const skip = whyNoDisk() ?? false
/** `npm run torture` makes 200 of them. */
const CUTS = 14
const CONTROL_CUTS = 8

test('an agent whose power is cut at random moments loses nothing that it acknowledged', {
  skip,
}, async (t) => {
  const report = await runPowerCuts({ cuts: CUTS, seed: randomInt(2 ** 32) })
  t.diagnostic(textOfCuts(report))
  assert.deepEqual(report.violations, [], textOfCuts(report))
  assert.equal(report.kills, CUTS)
  assert.ok(report.lookups > 0, 'lookups were answered')
  assert.ok(report.unsynced.lost > 0, 'the cuts took what was not synced')
})

test('an agent that does not wait for its disk is found to lose what it acknowledged', {
  skip,
}, async () => {
  const report = await runPowerCuts({
    cuts: CONTROL_CUTS,
    seed: randomInt(2 ** 32),
    isCareless: true,
  })
  if (report.folder !== null) rmSync(report.folder, { recursive: true })
  assert.ok(
    report.violations.some(({ is }) => ['lost', 'missed', 'file'].includes(is)),
    textOfCuts(report),
  )
})
