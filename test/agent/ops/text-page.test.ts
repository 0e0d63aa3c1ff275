import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  duration,
  fit,
  percent,
  row,
  WIDTH,
  widthOf,
  wrapped,
} from '../../../agent/ops/text-page.ts'

test('Japanese takes two columns, and a text is cut at a whole character', () => {
  assert.equal(widthOf('回線a（ＩＰ）ｶﾅ'), 15)
  assert.equal(fit('回線', 6), '回線  ')
  assert.equal(fit('回線', 3), '回 ')
  assert.equal(fit('𠮷野', 4), '𠮷野')
  assert.equal(row([5, 4], ['回線名', 'abcdef']), '  回線 abc')
})

test('a long text is broken at blanks and between Japanese letters, and a path stays whole', () => {
  const text = `「${'回線'.repeat(30)}」が届いたら続けます。 then restart ${'/a'.repeat(50)} by hand`
  const lines = wrapped(text, '  → ', '    ')
  assert.equal(
    lines
      .map((line) => line.slice(4))
      .join('')
      .replaceAll(' ', ''),
    text.replaceAll(' ', ''),
  )
  assert.ok(lines.every((line) => widthOf(line) <= WIDTH || line.includes('/a/a')))
  assert.ok(lines.some((line) => line.trim() === '/a'.repeat(50)))
  assert.ok(!lines.some((line) => /^ +[、。」]/.test(line)), 'no line begins with what ends one')
})

test('no outage is rounded away', () => {
  assert.equal(percent(1 - 1 / 1_000_000), '99.99%')
  assert.equal(percent(1 / 1_000_000, 'up'), '0.01%')
  assert.equal(percent(0, 'up'), '0.00%')
  assert.equal(percent(0.0012, 'up'), '0.12%')
  assert.equal(percent(1), '100.00%')
})

test('a duration is told in its two largest units', () => {
  const cases = [
    [0, '0秒'],
    [400, '0秒'],
    [59_500, '1分'],
    [432_000, '7分12秒'],
    [3_605_000, '1時間'],
    [90_000_000, '1日1時間'],
  ] as const
  for (const [ms, text] of cases) assert.equal(duration(ms), text)
})
