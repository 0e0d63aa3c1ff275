import assert from 'node:assert/strict'
import { test } from 'node:test'
import { meaningOf, meaningOfFault } from '../../../agent/eligibility/outcome.ts'
import { type FaultCode, faults, isFaultCode } from '../../../agent/kernel/faults.ts'
import type { EligibilityAnswer } from '../../../agent/kernel/official.ts'

const answer = (
  segment: string | undefined,
  status?: string,
  validity?: string,
  results = 0,
): EligibilityAnswer => ({
  messageHeader: segment === undefined ? {} : { segmentOfResult: segment },
  messageBody: {
    ...(status === undefined ? {} : { processingResultStatus: status }),
    ...(validity === undefined ? {} : { qualificationValidity: validity }),
    resultList: Array.from({ length: results }, () => ({ name: '検証' })),
  },
})

test('every answer has the outcome of the contract’s table, first match counts', () => {
  const cases: [Parameters<typeof answer>, string, FaultCode | null][] = [
    [['1', '1', '1', 1], 'valid', null],
    [['1', '1', '1', 2], 'valid', null],
    [['1', '1', '1', 0], 'failed', 'OFFICIAL_ANSWER_INCOMPLETE'],
    [['1', '1', '2', 1], 'invalid', null],
    [['1', '1', '2', 0], 'invalid', null],
    [['1', '1', '3', 1], 'invalid-new-exists', null],
    [['1', '1', '4'], 'not-found', null],
    [['1', '1', '5'], 'multiple', null],
    [['1', '1', '6', 1], 'valid-unregistered', null],
    [['2'], 'pending', null],
    [['2', '1'], 'pending', null],
    [['9'], 'failed', 'OFFICIAL_ERROR'],
    [['9', '1', '1', 1], 'failed', 'OFFICIAL_ERROR'],
    [['1', '2'], 'failed', 'OFFICIAL_PERSON_ERROR'],
    [['2', '2'], 'failed', 'OFFICIAL_PERSON_ERROR'],
    [['1', '2', '1', 1], 'failed', 'OFFICIAL_PERSON_ERROR'],
    [['3', '1', '1', 1], 'failed', 'OFFICIAL_CODE_UNKNOWN'],
    [[undefined, '1', '1', 1], 'failed', 'OFFICIAL_CODE_UNKNOWN'],
    [['', '1', '1', 1], 'failed', 'OFFICIAL_CODE_UNKNOWN'],
    [['1', '3', '1', 1], 'failed', 'OFFICIAL_CODE_UNKNOWN'],
    [['1', '1', '7', 1], 'failed', 'OFFICIAL_CODE_UNKNOWN'],
    [['2', '1', '7'], 'failed', 'OFFICIAL_CODE_UNKNOWN'],
    [['1', '1'], 'failed', 'OFFICIAL_ANSWER_INCOMPLETE'],
    [['1', '1', ''], 'failed', 'OFFICIAL_ANSWER_INCOMPLETE'],
    [['1', undefined, '1', 1], 'failed', 'OFFICIAL_ANSWER_INCOMPLETE'],
  ]
  for (const [shape, outcome, fault] of cases)
    assert.deepEqual(meaningOf(answer(...shape)), { outcome, fault }, JSON.stringify(shape))
  assert.deepEqual(meaningOf({}), { outcome: 'failed', fault: 'OFFICIAL_CODE_UNKNOWN' })
})

test('no line to the gateway and a full queue are offline; every other fault is failed', () => {
  const others = [
    ...['NO_LINE', 'GATEWAY_UNREACHABLE', 'QUEUE_FULL', 'LOGIN_PAGE', 'TLS_FAILED'],
    ...['TERMINAL_UNREACHABLE', 'TERMINAL_REFUSED', 'TERMINAL_SILENT'],
  ]
  for (const code of Object.keys(faults).filter(isFaultCode)) {
    const isOffline = /^(LINE|SERVER)_/.test(code) || others.includes(code)
    const outcome = isOffline ? 'offline' : 'failed'
    assert.deepEqual(meaningOfFault(code), { outcome, fault: code })
  }
  assert.equal(meaningOfFault('GATEWAY_TIMEOUT').outcome, 'failed')
  assert.equal(meaningOfFault('LINE_BROKEN').outcome, 'offline')
})
