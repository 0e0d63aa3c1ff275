import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { linesOf, parseRecording } from '../../drivers/record/recording.ts'
import { runsIn } from './needles.ts'
import { canaryCertificate, recordSession } from './recorded-session.ts'
import { replay, toldIn } from './replay.ts'
import { stages } from './stages.ts'

const session = [
  { is: 'ready' },
  { is: 'presented', kind: 'my-number-card', pinPad: false },
  { is: 'gone', reason: 'removed' },
  { is: 'card-fault', code: 'CARD_GONE' },
  { is: 'presented', kind: 'other-card', name: '運転免許証' },
  { is: 'gone', reason: 'removed' },
  { is: 'presented', kind: 'my-number-card', pinPad: false },
  { is: 'gone', reason: 'removed' },
]

for (const maker of stages) {
  const { driver, missing } = maker
  test(`a session with ${driver} is recorded without its cards, and plays again`, {
    skip: missing,
  }, async () => {
    const text = linesOf(await recordSession(maker))
    assert.deepEqual(runsIn(text, [canaryCertificate]), [])
    assert.doesNotMatch(text, /A50285BI/, 'a serial number of the device')
    const recording = parseRecording(text)
    assert.deepEqual(toldIn(recording), session)
    assert.deepEqual(await replay(recording), session)
  })

  test(`the recorded session of a vendor with ${driver} still gives the same events`, async () => {
    const file = `test/fixtures/readers/${driver}.jsonl`
    assert.ok(existsSync(file), file)
    const recording = parseRecording(readFileSync(file, 'utf8'))
    assert.deepEqual(await replay(recording), toldIn(recording))
  })
}
