import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
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
  const { name, missing: skip } = maker
  test(`a session with ${name} is recorded without its cards, and plays again`, {
    skip,
  }, async () => {
    const text = linesOf(await recordSession(maker))
    assert.deepEqual(runsIn(text, [canaryCertificate]), [])
    assert.doesNotMatch(text, /A50285BI/, 'a serial number of the device')
    const recording = parseRecording(text)
    assert.deepEqual(toldIn(recording), session)
    assert.deepEqual(await replay(recording), session)
  })
}

for (const file of globSync('test/fixtures/readers/*.jsonl')) {
  test(`the session in ${basename(file)} gives the events that it gave`, async () => {
    const recording = parseRecording(readFileSync(file, 'utf8'))
    assert.deepEqual(await replay(recording), toldIn(recording))
  })
}

test('a driver that does something else with the device than was recorded is found', async () => {
  for (const [file, from, to] of [
    ['pn532', '4a0203', '4a0103'],
    ['pcsc', '00a4020c02000a', '00a4020c02000b'],
  ] as const) {
    const text = readFileSync(`test/fixtures/readers/${file}.jsonl`, 'utf8')
    const other = parseRecording(text.replaceAll(from, to))
    await assert.rejects(replay(other, 1_000), /the driver does|stopped short/, file)
  }
})

test('a file that is no recording is refused with its line', () => {
  const text = readFileSync('test/fixtures/readers/pcsc.jsonl', 'utf8')
  const [head = '', ...rest] = text.split('\n')
  const refused = [
    ['', /line 1 /],
    ['{', /line 1 /],
    [head.replace('"recording":1', '"recording":2'), /line 1 /],
    [`${head}\n{"at":1,"is":"slot"}`, /line 2 /],
    [`${head}\n${rest[0]}\nhello`, /line 3 /],
    [`${head}\n{"at":1,"is":"sent","hold":1,"apdu":"0"}`, /line 2 /],
  ] as const
  for (const [file, message] of refused)
    assert.throws(() => parseRecording(file), { code: 'REQUEST_INVALID', message }, file)
})
