import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Check } from 'typebox/value'
import {
  type Area,
  CheckShown,
  leavingCheck,
  shownCheck,
} from '../../../../agent/ops/doctor/check.ts'
import { checksOf, type Findings } from '../../../../agent/ops/doctor/checks.ts'
import { AT, healthy } from './healthy.ts'

const DAY_MS = 24 * 60 * 60 * 1_000

test('for programs each check keeps one form; what may be mailed has no path and no name of a person', () => {
  const over: Partial<Findings> = {
    certificate: { is: 'known', certificate: { notAfter: AT + 3 * DAY_MS, isOwn: true } },
    permissions: {
      ...healthy.permissions,
      files: [{ what: 'secret', path: '/home/taro/k', mode: 0o644, uid: 0 }],
    },
  }
  const checks = checksOf({ ...healthy, ...over })
  for (const one of checks) {
    assert.ok(Check(CheckShown, shownCheck(one)), one.id)
    assert.ok(Check(CheckShown, leavingCheck(one)), one.id)
  }
  const screen = JSON.stringify(checks.map(shownCheck))
  const mailed = JSON.stringify(checks.map(leavingCheck))
  for (const own of ['/home/taro/k', 'eth1', '6.1.0-56'])
    assert.deepEqual([screen.includes(own), mailed.includes(own)], [true, false], own)
  assert.match(mailed, /残り 3 日です/)
})

test('a reader is named in what may be mailed; a consumer, whose name may be a clinic’s, is not', () => {
  const [check] = checksOf(healthy)
  assert.ok(check !== undefined)
  const subjectOf = (area: Area, subject: string) =>
    leavingCheck({ ...check, area, subject }).subject
  assert.equal(subjectOf('reader', 'desk-1'), 'desk-1')
  for (const area of ['consumer', 'terminal', 'agent'] as const)
    assert.equal(subjectOf(area, 'tanaka-naika'), '…')
})
