import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Conditions } from '../../../../agent/kernel/conditions.ts'
import { watchUnused } from '../../../../agent/ops/staff/unused.ts'
import { HOUR, staffBed } from './bed.ts'

test('somebody who did not sign in for 90 days is told of, until they do or are disabled', async (t) => {
  const bed = await staffBed(t)
  const { clock, log } = bed
  await bed.settled()
  await bed.add('来ない人')
  const conditions = new Conditions(clock)
  const { list } = bed.store.staff
  const onBug = (error: unknown) => assert.fail(String(error))
  const watch = watchUnused({ list, conditions, clock, log, onBug })
  t.after(() => watch.close())
  const shows = () => conditions.showing().map(({ code, facts }) => [code, facts['count']])
  await clock.advance(90 * 24 * HOUR)
  assert.deepEqual(shows(), [])
  await clock.advance(HOUR)
  assert.deepEqual(shows(), [['STAFF_UNUSED', 2]])
  await bed.signIn('受付 花子', 'mizuumi no hotori')
  await clock.advance(HOUR)
  assert.deepEqual(shows(), [['STAFF_UNUSED', 1]])
  await bed.staff.disable('来ない人', 'console')
  watch.look()
  assert.deepEqual(shows(), [])
})
