import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import { runSoak, textOfSoak } from './soak/run.ts'

test('an agent that is asked without a pause over lines that fail answers everything, once', async (t) => {
  const report = await runSoak({ minutes: 0.4, perSecond: 20, seed: randomInt(2 ** 32) })
  t.diagnostic(textOfSoak(report))
  assert.deepEqual(report.violations, [], textOfSoak(report))
  assert.ok(report.counts.sent > 0 && report.samples.length > 0, textOfSoak(report))
})
