import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FaultCode } from '../../../agent/kernel/faults.ts'
import { type PathReport, STEPS, type Standing, type Step } from '../../../agent/kernel/line.ts'
import { signOf } from '../../../agent/uplink/judge.ts'
import { begin, type LineMemory } from '../../../agent/uplink/standing.ts'

const FAR: readonly Step[] = ['line-authentication', 'application']

/** A test that came well through the steps before `red`, and then found the fault. */
function report(red: Step | null, fault: FaultCode | null, isApplicationAsked = true): PathReport {
  const at = red === null ? STEPS.length : STEPS.indexOf(red)
  const steps = STEPS.map((step, i) => {
    const isSkipped = i > at || (!isApplicationAsked && FAR.includes(step))
    const result = isSkipped ? 'skipped' : i === at ? 'fail' : 'pass'
    return { step, result, tookMs: null, fault: i === at ? fault : null, facts: {} } as const
  })
  return { line: 'a', at: 0, steps, fault, facts: {} }
}

function line(standing: Standing, fault: FaultCode | null): LineMemory {
  const [first] = begin(['a'], null, 0).lines
  assert.ok(first)
  return { ...first, standing, fault }
}

test('a line is proven when the test came as far as its fault asks for', () => {
  assert.equal(signOf(report(null, null, false), line('down', 'LINE_SILENT'), true).is, 'passed')
  assert.equal(signOf(report(null, null), line('down', 'LOGIN_PAGE'), true).is, 'passed')
  assert.deepEqual(signOf(report(null, null, false), line('down', 'LOGIN_PAGE'), true), {
    is: 'failed',
    fault: 'LOGIN_PAGE',
  })
})

test('a page on the way, or no TLS, keeps a line out, whatever took it out', () => {
  for (const [step, fault] of [
    ['line-authentication', 'LINE_AUTH_LOST'],
    ['tls', 'TLS_FAILED'],
    ['tls', 'CLIENT_CERTIFICATE_REFUSED'],
    ['tcp', 'GATEWAY_UNREACHABLE'],
  ] as const)
    assert.deepEqual(signOf(report(step, fault), line('down', 'LINE_SILENT'), true), {
      is: 'failed',
      fault,
    })
})

test('a gateway that is busy, or late, keeps no line out that fell silent and lives again', () => {
  for (const fault of ['GATEWAY_BUSY', 'GATEWAY_ERROR', 'GATEWAY_TIMEOUT'] as const)
    assert.equal(
      signOf(report('application', fault), line('down', 'LINE_SILENT'), true).is,
      'passed',
      fault,
    )
})

test('a busy gateway counts against a line that is asked, and against one that it took out', () => {
  for (const memory of [
    line('up', null),
    line('trial', 'LINE_SILENT'),
    line('down', 'GATEWAY_BUSY'),
  ])
    assert.deepEqual(signOf(report('application', 'GATEWAY_BUSY'), memory, true), {
      is: 'failed',
      fault: 'GATEWAY_BUSY',
    })
})
