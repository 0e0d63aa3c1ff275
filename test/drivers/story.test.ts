import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ReaderEvent } from '../../drivers/driver.ts'
import { wrongIn } from './story.ts'

const ready: ReaderEvent = { is: 'ready', device: 'a reader' }
const tap: ReaderEvent = { is: 'presented', presented: { kind: 'not-a-card' } }
const gone: ReaderEvent = { is: 'gone', reason: 'removed' }
const away: ReaderEvent = { is: 'reader-fault', code: 'READER_GONE', message: '' }
const fault = (code: 'CARD_GONE' | 'CARD_UNREADABLE'): ReaderEvent => ({
  is: 'card-fault',
  code,
  message: '',
})

test('what a reader may tell is right', () => {
  const pulled = fault('CARD_GONE')
  const bad = fault('CARD_UNREADABLE')
  for (const story of [
    [],
    [away, ready, tap, gone, away, away, ready],
    [ready, pulled, pulled, bad, gone, tap],
    [ready, bad, tap, gone],
  ])
    assert.equal(wrongIn(story), undefined)
})

test('a planted disorder is found', () => {
  for (const [story, wrong] of [
    [[tap], 'presented while down'],
    [[ready, ready], 'ready while empty'],
    [[ready, gone], 'gone while empty'],
    [[ready, tap, tap], 'presented while presented'],
    [[ready, tap, away], 'READER_GONE while presented'],
    [[ready, tap, fault('CARD_GONE')], 'CARD_GONE while presented'],
    [[ready, fault('CARD_GONE'), gone], 'gone while empty'],
  ] as const)
    assert.ok(wrongIn(story)?.startsWith(wrong), wrong)
})
