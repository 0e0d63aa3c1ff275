import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import { runKillTest } from './kill.ts'
import { textOf } from './report.ts'

const KILLS = 30

test('an agent that is killed at random moments loses, repeats and invents nothing', async (t) => {
  const report = await runKillTest({ kills: KILLS, seed: randomInt(2 ** 32) })
  t.diagnostic(textOf(report))
  assert.deepEqual(report.violations, [], textOf(report))
  assert.equal(report.kills, KILLS)
  assert.ok(report.lookups > KILLS / 2, 'lookups were answered')
  assert.ok(report.taps.confirmed > 0, 'taps were confirmed')
  assert.ok(report.startToAnswerMs.count > KILLS / 6, 'lives were long enough to answer')
})
