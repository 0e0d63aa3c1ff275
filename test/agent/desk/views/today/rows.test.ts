import { deepStrictEqual, strictEqual } from 'node:assert/strict'
import { test } from 'node:test'
import { openDay } from '../../../../../agent/desk/day.ts'
import { isFound, rowsOf } from '../../../../../agent/desk/views/today/rows.ts'
import type { FeedEvent, Verification } from '../../../../../agent/kernel/verification.ts'
import { sampleEvent, sampleNote, sampleVerification } from '../../../../bed/desk-samples.ts'

const rowsAfter = (...events: readonly FeedEvent[]) => {
  const day = openDay()
  for (const event of events) day.take(event)
  return rowsOf(day.entries)
}
const rowAfter = (...events: readonly FeedEvent[]) => rowsAfter(...events)[0]
const { id } = sampleVerification()

test('what is not plainly valid wants a look, until it was asked again or closed', () => {
  strictEqual(rowAfter(sampleEvent())?.needsLook, false)
  const notFound = sampleEvent({ outcome: 'not-found' })
  strictEqual(rowAfter(notFound)?.needsLook, true)
  strictEqual(rowAfter(notFound, sampleNote(id, 'closing'))?.needsLook, false)
  const again = sampleEvent({ id: 'again', supersedes: id })
  const rows = rowsAfter(notFound, again)
  deepStrictEqual(
    rows.map(({ newer, needsLook }) => ({ newer, needsLook })),
    [
      { newer: undefined, needsLook: false },
      { newer: 'again', needsLook: false },
    ],
  )
})

test('a held one waits until somebody says whose it is; one of somebody else is done with', () => {
  const held = sampleEvent({ held: true })
  strictEqual(rowAfter(held)?.standing, 'held')
  strictEqual(rowAfter(held)?.short, '本人確認待ち')
  const rejected = rowAfter(held, sampleNote(id, 'rejection'))
  deepStrictEqual(
    [rejected?.standing, rejected?.short, rejected?.needsLook],
    ['rejected', 'この人ではない', false],
  )
  const released = { verification: sampleVerification() }
  strictEqual(rowAfter(held, sampleNote(id, 'release', released))?.standing, 'clear')
  strictEqual(
    rowAfter(held, sampleNote(id, 'release', released), sampleNote(id, 'hold'))?.standing,
    'held',
  )
})

test('somebody is found by kana in any spelling, by name, and by number', () => {
  const row = rowAfter(sampleEvent())
  for (const query of ['みほん', 'ﾐﾎﾝ ｲﾁ', 'イチロウ', '見本一', '107', '００１０７', ' '])
    strictEqual(row !== undefined && isFound(row, query), true, query)
  for (const query of ['みほい', '鈴木', '999'])
    strictEqual(row !== undefined && isFound(row, query), false, query)
})

test('who is found by a name of their own (通称) is found by it', () => {
  const [result] = sampleVerification().results
  const results = [{ ...result, nameOfOther: '仮名　花', nameOfOtherKana: 'ｶﾒｲ ﾊﾅ' }]
  const row = rowAfter(sampleEvent({ results }))
  strictEqual(row !== undefined && isFound(row, 'かめい'), true)
})

test('of several people none is picked: the line says that there are more', () => {
  const [result] = sampleVerification().results
  const results = [{ ...result }, { ...result, name: '見本　二郎' }]
  const given: Partial<Verification> = { outcome: 'multiple', results, patient: null }
  strictEqual(rowAfter(sampleEvent(given))?.person.name, '見本　一郎 ほか')
})
