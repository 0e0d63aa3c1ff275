import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Conditions } from '../../../agent/kernel/conditions.ts'
import { lastDayOf, nodeEndsAt, showNodeEnd } from '../../../agent/ops/node-schedule.ts'

test('the Node.js that this release runs on is in the table, on the day that its makers name', () => {
  const endsAt = nodeEndsAt('24.21.0')
  assert.equal(endsAt === null ? null : lastDayOf(endsAt), '2028-04-30')
  assert.notEqual(nodeEndsAt(process.versions.node), null)
  assert.equal(nodeEndsAt('23.1.0'), null)
})

test('its end is told 90 days before, and is a failure when a security release has gone by', () => {
  const clock = { at: 0, now: () => clock.at }
  const conditions = new Conditions(clock)
  const shows = (day: string, version = '24.0.0') => {
    clock.at = Date.parse(day)
    showNodeEnd(version, clock.at, conditions)
    return conditions.showing().map(({ code, facts }) => `${code} ${facts['endsAt']}`)
  }
  assert.deepEqual(shows('2028-01-31T23:59:59Z'), [])
  assert.deepEqual(shows('2028-02-01T00:00:00Z'), ['NODE_ENDING 2028-04-30'])
  assert.deepEqual(shows('2028-05-30T23:59:59Z'), ['NODE_ENDING 2028-04-30'])
  assert.deepEqual(shows('2028-05-31T00:00:00Z'), ['NODE_ENDED 2028-04-30'])
  assert.deepEqual(shows('2028-05-31T00:00:00Z', '31.0.0'), [])
})
