import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checksFor } from '../../../agent/conformance/checks.ts'
import { lineOf } from '../../../agent/conformance/report.ts'
import { runConformance } from '../../../agent/conformance/run.ts'
import { startBed } from '../../bed/agent.ts'
import { faults, openDoor } from './faults.ts'
import { faultyAgent } from './proxy.ts'

/** Those that wait; played only against a fault that is theirs, and against a real agent. */
const patient = ['wait-is-kept', 'slow-stream']

/** One fault is often seen in several places; these see none but their own. */
const innocent = [
  ...[
    'ready-without-token',
    'token-needed',
    'token-wrong',
    'token-as-password',
    'not-cached',
    'limit-bounds',
  ],
  ...['unchanged-page', 'key-same-body', 'recheck', 'message-charsets', 'latest-of-patient'],
]

test('each planted fault is found by the checks that are for it', async (t) => {
  const { agent, token } = await startBed(t)
  const ids = checksFor({ token }).map(({ id }) => id)
  for (const fault of [...faults, openDoor(token)]) {
    await t.test(fault.name, async (t) => {
      const url = await faultyAgent(t, agent.url, fault)
      const only = ids.filter((id) => !patient.includes(id) || fault.finds.includes(id))
      const { checks } = await runConformance({ url, token, ask: true, only })
      const found = checks.filter(({ result }) => result === 'ng')
      const report = found.map(lineOf).join('')
      const names = found.map(({ id }) => id)
      assert.deepEqual(
        fault.finds.filter((id) => !names.includes(id)),
        [],
        `not found; the report: ${report}`,
      )
      const blamed = innocent.filter((id) => names.includes(id) && !fault.finds.includes(id))
      assert.deepEqual(blamed, [], report)
      if (fault.says !== undefined) assert.match(report, fault.says)
      assert.doesNotMatch(report, /5678|19800502|１２・３４/, 'no one’s data is in it')
    })
  }
})
