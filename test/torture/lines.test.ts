import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import { whyNoNet } from '../bed/net/namespaces.ts'
import { runOutages, textOfOutages } from './lines/run.ts'

/** A tenth of what `npm run torture` does. */
const OUTAGES = 5

test('whatever happens to the lines, no question is lost, and every line comes back', {
  skip: whyNoNet() ?? false,
}, async (t) => {
  const report = await runOutages({ outages: OUTAGES, seed: randomInt(2 ** 31) })
  t.diagnostic(textOfOutages(report))
  assert.deepEqual(report.violations, [], textOfOutages(report))
  assert.ok(report.answered > report.questions / 4, 'questions were answered')
})
