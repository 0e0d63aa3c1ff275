import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import { mutations } from './audit/mutations.ts'
import { runAudit } from './audit/run.ts'

/** A fortieth of what `npm run torture` does. */
const CHANGES = 2_500

test('whatever is changed in the audit trail is found, and would not be without the chain', (t) => {
  const report = runAudit({ changes: CHANGES, seed: randomInt(2 ** 32), onChange: () => {} })
  t.diagnostic(report.text)
  assert.deepEqual(report.missed, [], report.text)
  assert.equal(report.byWay.size, mutations.length, 'every way was gone')
  assert.ok(report.missedWithoutChain > CHANGES / 10, report.text)
})
