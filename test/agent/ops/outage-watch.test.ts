import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AgentError } from '../../../agent/kernel/errors.ts'
import type { FaultCode } from '../../../agent/kernel/faults.ts'
import type { UplinkEvent } from '../../../agent/kernel/line.ts'
import { watchOutages } from '../../../agent/ops/outage-watch.ts'
import { recordingLog } from '../../fakes/log.ts'

type Line = Parameters<typeof watchOutages>[1][number]
const up: Line = { name: 'a', isCurrent: true, fault: null }
const dead: Line = { name: 'a', isCurrent: false, fault: 'LINE_LINK_DOWN' }
const moved = (from: string | null, to: string | null): UplinkEvent => ({
  is: 'moved',
  at: 0,
  from,
  to,
})
const asked = (fault: FaultCode | null): UplinkEvent => ({
  is: 'asked',
  at: 0,
  line: 'a',
  tookMs: 1,
  fault,
})
const down = (fault: FaultCode): UplinkEvent => ({
  is: 'standing',
  at: 0,
  line: 'a',
  standing: 'down',
  fault,
  relapses: 0,
})

/** What was stamped and rung, in order. */
function watched(lines: readonly Line[], isLasting = false, fault?: Error) {
  const did: string[] = []
  const log = recordingLog()
  const bugs: unknown[] = []
  const stamp = async (what: string) => {
    did.push(what)
    if (fault !== undefined) throw fault
  }
  const observe = watchOutages(
    {
      outages: {
        began: (cause) => stamp(`began ${cause}`),
        ended: () => stamp('ended'),
        current: () =>
          isLasting ? { id: 'o1', startedAt: 0, endedAt: null, cause: 'NO_LINE' } : undefined,
      },
      reasking: {
        lineIsBack: () => void did.push('ask again'),
        linesAreDown: () => void did.push('ask nobody'),
      },
      log,
      onBug: (error) => bugs.push(error),
    },
    lines,
  )
  return { did, observe, log, bugs }
}

test('an outage begins with its cause when the last line goes, and ends when one is back', () => {
  const { did, observe } = watched([up])
  observe(moved('a', 'b'))
  observe(down('LINE_SILENT'))
  observe(moved('b', null))
  observe(moved(null, 'a'))
  assert.deepEqual(did.slice(2), ['ask nobody', 'began LINE_SILENT', 'ended', 'ask again'])
})

test('another line is a reason to ask again too: two may have died under one question', () => {
  const { did, observe } = watched([up])
  observe(moved('a', 'b'))
  assert.deepEqual(did, ['ask again', 'ask again'])
})

test('a sign of life of the application ends an outage from before the start', () => {
  const { did, observe } = watched([up], true)
  observe({ is: 'heard', at: 0, line: 'a' })
  assert.deepEqual(did, ['ask again', 'ended'])
})

test('what a test of the preferred line finds is the cause of an outage that lasts', () => {
  const { did, observe } = watched([dead], true)
  const report = { line: 'a', at: 0, steps: [], fault: 'GATEWAY_UNREACHABLE', facts: {} } as const
  observe({ is: 'tested', at: 0, line: 'a', report })
  observe({ is: 'tested', at: 0, line: 'a', report })
  observe({ is: 'tested', at: 0, line: 'b', report: { ...report, fault: 'LINE_SILENT' } })
  assert.deepEqual(did, ['ask nobody', 'began LINE_LINK_DOWN', 'began GATEWAY_UNREACHABLE'])
})

test('a start without any line is an outage', () => {
  assert.deepEqual(watched([dead, dead]).did, ['ask nobody', 'began LINE_LINK_DOWN'])
  assert.deepEqual(watched([dead, up]).did, ['ask again'])
})

test('an outage from before the start ends with the first answer, not with the start', () => {
  const { did, observe } = watched([up], true)
  observe(asked('LINE_SILENT'))
  assert.deepEqual(did, ['ask again'])
  observe(asked(null))
  observe(asked(null))
  assert.deepEqual(did, ['ask again', 'ended'])
})

test('a stamp that cannot be written is told, and a bug is not kept quiet', async () => {
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  const failing = watched([dead], false, new AgentError('STORE_FULL', 'no disk'))
  await settled()
  assert.deepEqual(failing.log.lines, [
    { level: 'error', event: 'outage-not-stamped', facts: { code: 'STORE_FULL' } },
  ])
  const bug = new TypeError('a bug')
  const broken = watched([dead], false, bug)
  await settled()
  assert.deepEqual(broken.bugs, [bug])
})

test('a question that ended though a line is left is asked again once that shows life', () => {
  const { did, observe } = watched([up])
  observe(asked('LINE_BROKEN'))
  observe({ is: 'probed', at: 999, line: 'a', rttMs: 20 })
  observe({ is: 'probed', at: 1_500, line: 'a', rttMs: null })
  assert.deepEqual(did, ['ask again'])
  observe({ is: 'probed', at: 2_000, line: 'a', rttMs: 20 })
  observe({ is: 'probed', at: 9_000, line: 'a', rttMs: 20 })
  assert.deepEqual(did, ['ask again', 'ask again'])
})
