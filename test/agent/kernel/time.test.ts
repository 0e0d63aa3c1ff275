import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toOfficialDate, toRfc3339 } from '../../../agent/kernel/time.ts'

test('times are written in Japan’s, whatever the machine’s zone', () => {
  const lastSecond = Date.parse('2026-04-01T14:59:59.999Z')
  assert.equal(toRfc3339(lastSecond), '2026-04-01T23:59:59+09:00')
  assert.equal(toOfficialDate(lastSecond), '20260401')
  assert.equal(toRfc3339(lastSecond + 1), '2026-04-02T00:00:00+09:00')
  assert.equal(toOfficialDate(lastSecond + 1), '20260402')
})
