import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callScript } from '../../../agent/intake/call-script.ts'
import { faults } from '../../../agent/kernel/faults.ts'

const facts = { institutionCode: '1312345678', helpDesk: null, outage: null, intakes: [] }

test('the call script has the clinic’s code, since when nothing can be asked, and how many wait', () => {
  const script = callScript({
    ...facts,
    helpDesk: 'コールセンター 0800-000-0000',
    outage: {
      id: 'o1',
      startedAt: Date.parse('2026-04-01T09:05:30+09:00'),
      endedAt: null,
      cause: 'GATEWAY_UNREACHABLE',
    },
    intakes: [
      { state: 'waiting' },
      { state: 'waiting' },
      { state: 'asked' },
      { state: 'for-a-person' },
      { state: 'answered' },
    ],
  })
  const { number, title } = faults.GATEWAY_UNREACHABLE
  for (const said of [
    '1312345678',
    'コールセンター 0800-000-0000',
    '4月1日 09:05 から',
    number,
    title,
    '4人です',
    '受け付けた方 1人',
    '照会する方 3人',
    '緊急時医療情報・資格確認機能',
    '折り返し',
    'メール',
  ])
    assert.ok(script.includes(said), said)
})

test('the call script can be read when neither help desk nor outage is known', () => {
  const script = callScript(facts)
  assert.match(script, /コールセンター/)
  assert.match(script, /記録がありません/)
  assert.doesNotMatch(script, /null|undefined|NaN/)
})
