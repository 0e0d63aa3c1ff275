import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Facts } from '../../../agent/kernel/errors.ts'
import { type FaultCode, faults } from '../../../agent/kernel/faults.ts'
import { type PathReport, STEPS, type Step } from '../../../agent/kernel/line.ts'
import { type DiagnosisContext, diagnose } from '../../../agent/uplink/diagnose.ts'

function reportOf(red: Step | null, fault: FaultCode | null, facts: Facts): PathReport {
  const at = red === null ? STEPS.length : STEPS.indexOf(red)
  return {
    line: 'a',
    at: 0,
    steps: STEPS.map((step, i) => ({
      step,
      result: i < at ? 'pass' : i === at ? 'fail' : 'skipped',
      tookMs: null,
      fault: i === at ? fault : null,
      facts: i === at ? facts : {},
    })),
    fault,
    facts,
  }
}

const OTHERS = ['reach-gateway', 'do-not', 'unknown'] as const
type Others = (typeof OTHERS)[number]
const TIMEOUT = { sign: 'ETIMEDOUT' }
const REFUSED = { sign: 'ECONNREFUSED' }
const yes = (facts: Facts) => ({ ...facts, lineAuthReachable: true })
const no = (facts: Facts) => ({ ...facts, lineAuthReachable: false })

type Row = [
  step: Step,
  fault: FaultCode,
  facts: Facts,
  isPrefixOther: boolean,
  others: Others,
  is: FaultCode,
]

const T = 'LINE_UNREACHABLE'
const A = 'LINE_AUTH_LOST'
const G = 'GATEWAY_UNREACHABLE'
// biome-ignore format: a table
const TABLE: readonly Row[] = [
  ['tcp', T, TIMEOUT,      false, 'reach-gateway', T],
  ['tcp', T, TIMEOUT,      false, 'unknown',       T],
  ['tcp', T, TIMEOUT,      false, 'do-not',        G],
  ['tcp', T, TIMEOUT,      true,  'reach-gateway', A],
  ['tcp', T, TIMEOUT,      true,  'do-not',        A],
  ['tcp', T, yes(TIMEOUT), false, 'reach-gateway', A],
  ['tcp', T, yes(TIMEOUT), false, 'unknown',       A],
  ['tcp', T, yes(TIMEOUT), false, 'do-not',        G],
  ['tcp', T, no(TIMEOUT),  false, 'unknown',       T],
  ['tcp', T, REFUSED,      false, 'unknown',       G],
  ['tcp', T, REFUSED,      false, 'do-not',        G],
  ['tcp', T, yes(REFUSED), true,  'unknown',       G],
  ['tcp', T, REFUSED,      false, 'reach-gateway', T],
  ['tls', 'LINE_TIMEOUT', {}, false, 'reach-gateway', 'LINE_TIMEOUT'],
  ['tls', 'LINE_TIMEOUT', {}, false, 'do-not',        G],
  ['tls', 'LINE_BROKEN',  {}, false, 'do-not',        G],
  ['tls', 'LINE_TIMEOUT', {}, true,  'reach-gateway', A],
  ['tls', 'TLS_FAILED',   {}, true,  'unknown',       A],
  ['tls', 'TLS_FAILED',   {}, false, 'do-not',        'TLS_FAILED'],
  ['tls', 'SERVER_CERTIFICATE_UNTRUSTED', {}, true,  'reach-gateway', 'SERVER_CERTIFICATE_UNTRUSTED'],
  ['tls', 'SERVER_NAME_MISMATCH',         {}, false, 'do-not',        'SERVER_NAME_MISMATCH'],
  ['tls', 'CLIENT_CERTIFICATE_REFUSED',   {}, true,  'do-not',        'CLIENT_CERTIFICATE_REFUSED'],
]

test('what is broken beyond the link is judged together with what else is known', () => {
  for (const [step, fault, facts, prefixChanged, others, is] of TABLE) {
    const found = diagnose(reportOf(step, fault, facts), { prefixChanged, others })
    const row = [step, fault, JSON.stringify(facts), prefixChanged, others].join(' ')
    assert.equal(found.fault, is, row)
  }
})

test('nearer steps and the application say themselves what is broken', () => {
  const plain: readonly (readonly [Step, FaultCode])[] = [
    ['link', 'LINE_LINK_DOWN'],
    ['address', 'LINE_ADDRESS_MISSING'],
    ['router', 'LINE_ROUTER_GONE'],
    ['router', 'LINE_MISROUTED'],
    ['dns', 'LINE_NAME_UNRESOLVED'],
    ['line-authentication', 'LINE_AUTH_LOST'],
    ['application', 'GATEWAY_BUSY'],
  ]
  for (const [step, fault] of plain)
    for (const others of OTHERS)
      for (const prefixChanged of [true, false])
        assert.equal(diagnose(reportOf(step, fault, {}), { prefixChanged, others }).fault, fault)
})

test('a path without a red step has no fault, whatever the others do', () => {
  const context: DiagnosisContext = { prefixChanged: true, others: 'do-not' }
  assert.deepEqual(diagnose(reportOf(null, null, {}), context), { fault: null, facts: {} })
})

test('a gateway is not blamed where this line’s router was not seen to answer', () => {
  const report = reportOf('tcp', T, TIMEOUT)
  const steps = report.steps.map((one) =>
    one.step === 'router' ? { ...one, result: 'skipped' as const } : one,
  )
  const context: DiagnosisContext = { prefixChanged: false, others: 'do-not' }
  assert.equal(diagnose({ ...report, steps }, context).fault, T)
})

test('the verdict carries the step, the facts and the changed prefix', () => {
  const context: DiagnosisContext = { prefixChanged: true, others: 'unknown' }
  const { facts } = diagnose(reportOf('tcp', T, TIMEOUT), context)
  assert.deepEqual(facts, { sign: 'ETIMEDOUT', step: 'tcp', prefixChanged: true })
  assert.ok(faults[A].title.includes('回線認証'))
})
