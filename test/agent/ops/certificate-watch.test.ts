import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Value } from 'typebox/value'
import { Conditions } from '../../../agent/kernel/conditions.ts'
import { expiryOf, watchCertificate } from '../../../agent/ops/certificate-watch.ts'
import { certificateEndOf, Terminal } from '../../../config/terminal.ts'
import { FakeClock } from '../../fakes/clock.ts'
import { recordingLog } from '../../fakes/log.ts'

const terminal = Value.Create(Terminal)
const DAY_MS = 24 * 3_600_000

function watched(notAfter: () => number, clock = new FakeClock()) {
  const conditions = new Conditions(clock)
  const log = recordingLog()
  const watch = watchCertificate(notAfter, conditions, log, clock)
  const codes = () => conditions.showing().map(({ code }) => code)
  return { clock, conditions, log, watch, codes }
}

test('the certificate’s end is told 120 days ahead, as urgent in the last week, then as over', async (t) => {
  const clock = new FakeClock()
  const end = clock.now() + 121.5 * DAY_MS
  const { conditions, watch, codes } = watched(() => end, clock)
  t.after(() => watch.close())
  assert.deepEqual(codes(), [])
  await clock.advance(DAY_MS)
  assert.deepEqual(codes(), ['CERTIFICATE_EXPIRING'])
  assert.deepEqual(conditions.showing()[0]?.facts, { days: 120, notice: 120 })
  await clock.advance(113 * DAY_MS)
  assert.deepEqual(codes(), ['CERTIFICATE_EXPIRES_SOON'])
  assert.deepEqual(conditions.showing()[0]?.facts, { days: 7, notice: 7 })
  await clock.advance(8 * DAY_MS)
  assert.deepEqual(codes(), ['CERTIFICATE_EXPIRED'])
})

test('the terminal’s certificate, whose end a person typed, is told beside our own', async (t) => {
  const clock = new FakeClock()
  const conditions = new Conditions(clock)
  const end = certificateEndOf({ ...terminal, certificate_expires: '2027-05-31' })
  assert.equal(end, Date.parse('2027-05-31T23:59:59+09:00'))
  assert.equal(certificateEndOf(terminal), null)
  const at = { now: () => Date.parse('2027-05-02T09:00:00+09:00'), sleep: clock.sleep.bind(clock) }
  const watch = watchCertificate(() => end ?? 0, conditions, recordingLog(), at, 'terminal')
  t.after(() => watch.close())
  const [told] = conditions.showing()
  assert.deepEqual([told?.code, told?.subject], ['CERTIFICATE_EXPIRING', 'terminal'])
  assert.deepEqual(told?.facts, { days: 29, notice: 30 })
})

test('each notice is one entry of the log: 120, 90, 60, 30, 15, 7, then every day', async (t) => {
  const clock = new FakeClock()
  const end = clock.now() + 130 * DAY_MS
  const { log, watch } = watched(() => end, clock)
  t.after(() => watch.close())
  await clock.advance(140 * DAY_MS)
  const notices = log.lines.map(({ event, facts }) => [event, ...Object.values(facts)])
  assert.deepEqual(notices, [
    ...[120, 90, 60, 30, 15, 7, 6, 5, 4, 3, 2, 1, 0].map((step) => [
      'certificate-expiring',
      'client',
      step,
      step,
    ]),
    ['certificate-expired', 'client'],
  ])
})

test('a certificate that is activated is looked at at once, and its notices begin anew', async (t) => {
  const clock = new FakeClock()
  const ends = { old: clock.now() + 5.5 * DAY_MS, next: clock.now() + 1_000 * DAY_MS }
  let end = ends.old
  const { log, watch, codes } = watched(() => end, clock)
  t.after(() => watch.close())
  assert.deepEqual(codes(), ['CERTIFICATE_EXPIRES_SOON'])
  end = ends.next
  watch.look()
  assert.deepEqual(codes(), [])
  end = ends.old
  watch.look()
  watch.look()
  assert.deepEqual(codes(), ['CERTIFICATE_EXPIRES_SOON'])
  assert.equal(log.lines.length, 2, 'once for each time that it became active')
})

test('a clock that was wrong and is put right clears what it raised', async (t) => {
  const clock = new FakeClock()
  let aheadMs = 1_000 * DAY_MS
  const wrong = {
    now: () => clock.now() + aheadMs,
    sleep: (ms: number, signal: AbortSignal) => clock.sleep(ms, signal),
  }
  const conditions = new Conditions(clock)
  const end = clock.now() + 500 * DAY_MS
  const watch = watchCertificate(() => end, conditions, recordingLog(), wrong)
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

test('at any time one thing at most is told, and notices only come nearer', () => {
  const day = fc.double({ min: -10, max: 400, noNaN: true })
  fc.assert(
    fc.property(day, fc.double({ min: 0, max: 30, noNaN: true }), (left, later) => {
      const [first, second] = [expiryOf(left * DAY_MS, 0), expiryOf((left - later) * DAY_MS, 0)]
      const rank = { far: 0, near: 1, soon: 2, expired: 3 }
      assert.ok(rank[second.is] >= rank[first.is])
      if ('notice' in first) {
        assert.ok(first.notice >= first.days)
        assert.equal(first.is === 'soon', first.days <= 7)
      }
      if ('notice' in first && 'notice' in second) assert.ok(second.notice <= first.notice)
      assert.equal(first.is === 'expired', left < 0)
      assert.equal(first.is === 'far', left >= 121)
    }),
  )
})
