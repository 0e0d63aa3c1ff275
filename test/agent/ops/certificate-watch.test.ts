import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Conditions } from '../../../agent/kernel/conditions.ts'
import { watchCertificate } from '../../../agent/ops/certificate-watch.ts'
import { FakeClock } from '../../fakes/clock.ts'

const DAY_MS = 24 * 3_600_000

test('the certificate’s end is told 120 days ahead, then as expired', async (t) => {
  const clock = new FakeClock()
  const conditions = new Conditions(clock)
  const watch = watchCertificate(clock.now() + 121.5 * DAY_MS, conditions, clock)
  t.after(() => watch.close())
  const codes = () => conditions.showing().map(({ code }) => code)
  assert.deepEqual(codes(), [])
  await clock.advance(DAY_MS)
  assert.deepEqual(codes(), ['CERTIFICATE_EXPIRING'])
  assert.deepEqual(conditions.showing()[0]?.facts, { days: 120 })
  await clock.advance(121 * DAY_MS)
  assert.deepEqual(codes(), ['CERTIFICATE_EXPIRED'])
})

test('a clock that was wrong and is put right clears what it raised', async (t) => {
  const clock = new FakeClock()
  let aheadMs = 1_000 * DAY_MS
  const wrong = {
    now: () => clock.now() + aheadMs,
    sleep: (ms: number, signal: AbortSignal) => clock.sleep(ms, signal),
  }
  const conditions = new Conditions(clock)
  const watch = watchCertificate(clock.now() + 500 * DAY_MS, conditions, wrong)
  t.after(() => watch.close())
  const codes = () => conditions.showing().map(({ code }) => code)
  assert.deepEqual(codes(), ['CERTIFICATE_EXPIRED'])
  aheadMs = 450 * DAY_MS
  await clock.advance(3_600_000)
  assert.deepEqual(codes(), ['CERTIFICATE_EXPIRING'])
  aheadMs = 0
  await clock.advance(3_600_000)
  assert.deepEqual(codes(), [])
})
