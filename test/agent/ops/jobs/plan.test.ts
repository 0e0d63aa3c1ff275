import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { cronTicking, planOf } from '../../../../agent/ops/jobs/plan.ts'

const at = (time: string) => Date.parse(`${time}+09:00`)
const shown = (ms: number | null) =>
  ms === null ? null : new Date(ms + 9 * 3_600_000).toISOString().slice(0, 16)

test('the newest and the next time of a plan are in Japanese time, whatever the machine’s zone is', () => {
  const cases = [
    ['0 20 * * *', '2026-04-01T19:59:59', '2026-03-31T20:00', '2026-04-01T20:00'],
    ['0 20 * * *', '2026-04-01T20:00:00', '2026-04-01T20:00', '2026-04-02T20:00'],
    ['30 7 * * mon-fri', '2026-04-05T12:00:00', '2026-04-03T07:30', '2026-04-06T07:30'],
    ['0 8 1 * *', '2026-04-01T07:59:00', '2026-03-01T08:00', '2026-04-01T08:00'],
    ['15,45 8-9 * * *', '2026-04-01T09:00:00', '2026-04-01T08:45', '2026-04-01T09:15'],
    ['0 18 L * *', '2026-04-15T00:00:00', '2026-03-31T18:00', '2026-04-30T18:00'],
    ['0 0 * * *', '2026-01-01T00:00:00', '2026-01-01T00:00', '2026-01-02T00:00'],
    ['0 9 29 2 *', '2026-04-01T00:00:00', null, '2028-02-29T09:00'],
  ] as const
  for (const [text, now, last, next] of cases) {
    const plan = planOf(text)
    assert.equal(shown(plan.lastDue(at(now))), last, `${text} before ${now}`)
    assert.equal(shown(plan.nextDue(at(now))), next, `${text} after ${now}`)
  }
})

test('the times of a plan follow one another without a gap', () => {
  const plan = planOf('20 6,12 * * *')
  let time = at('2026-02-27T00:00:00')
  const seen: string[] = []
  for (let n = 0; n < 6; n += 1) {
    const next = plan.nextDue(time)
    assert.ok(next !== null && next > time)
    assert.equal(plan.lastDue(next), next)
    assert.equal(plan.lastDue(next + 59_999), next)
    seen.push(String(shown(next)))
    time = next
  }
  assert.deepEqual(
    seen.map((one) => one.slice(5)),
    ['02-27T06:20', '02-27T12:20', '02-28T06:20', '02-28T12:20', '03-01T06:20', '03-01T12:20'],
  )
})

test('node-cron itself calls at the time, and no more once it is closed', async () => {
  const bell = new EventTarget()
  // With a field of seconds, so that a test need not wait for a minute.
  const ticking = cronTicking('* * * * * *', () => void bell.dispatchEvent(new Event('tick')))
  await once(bell, 'tick')
  await once(bell, 'tick')
  ticking.close()
  let calls = 0
  bell.addEventListener('tick', () => {
    calls += 1
  })
  const other = cronTicking('* * * * * *', () => void bell.dispatchEvent(new Event('other')))
  await once(bell, 'other')
  await once(bell, 'other')
  other.close()
  assert.equal(calls, 0)
})
