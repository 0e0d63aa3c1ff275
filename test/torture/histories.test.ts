import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import { textOfHistories } from './histories/report.ts'
import { runHistories } from './histories/run.ts'

/** A twentieth of what `npm run torture` does, with as many kills for each event. */
const EVENTS = 10_000

test('every consumer gets every event, whatever happens to the agent and to its receivers', async (t) => {
  const report = await runHistories({ events: EVENTS, seed: randomInt(2 ** 32) })
  const text = textOfHistories(report)
  t.diagnostic(text)
  assert.deepEqual(report.violations, [], text)
  assert.equal(report.events, EVENTS)
  assert.equal(report.kills, EVENTS / 1_000)
  for (const { name, got } of report.received) assert.ok(got > 0, `${name} got something`)
})
