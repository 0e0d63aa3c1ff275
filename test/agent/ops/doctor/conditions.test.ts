import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checksOf, type Findings } from '../../../../agent/ops/doctor/checks.ts'
import { screenOf } from '../../../../agent/ops/doctor/screen.ts'
import { AT, healthy, redOf, unseenOf } from './healthy.ts'

/** What doctor finds where the agent has one condition. */
function withCondition(
  code: string,
  component: string,
  status: 'warn' | 'fail',
): Partial<Findings> {
  const { agent } = healthy
  assert.ok(agent.is === 'running')
  const said = {
    title: '配信が届いていません。',
    action: '配信先を確認してください。',
    hint: 'See `code`.',
  }
  const condition = { component, subject: '薬局　花子', status, code, number: 'C999', ...said }
  return { agent: { is: 'running', agent: { ...agent.agent, conditions: [condition] } } }
}

test('a condition of the running agent is a row: red where health fails, also when it is softened as the clinic is closed', () => {
  const of = (status: 'warn' | 'fail') => withCondition('DELIVERY_STUCK', 'delivery', status)
  assert.deepEqual(redOf(of('fail')), ['condition-delivery-stuck'])
  assert.deepEqual(redOf(of('warn')), ['condition-delivery-stuck'], 'who runs doctor is there')
  assert.deepEqual(
    unseenOf(of('warn')),
    ['reader-conformity', 'backup-reported'],
    'no word of backups',
  )
  const later = withCondition('OF_A_LATER_RELEASE', 'delivery', 'warn')
  assert.deepEqual(redOf(later), [])
})

test('a warning is a row with its next step, and is counted where everything is said to be well', () => {
  const warned = withCondition('DELIVERY_REFUSED', 'delivery', 'warn')
  assert.deepEqual(redOf(warned), [])
  const text = screenOf(checksOf({ ...healthy, ...warned }), AT)
  assert.match(text, /OK {2}連携先 {8}薬局　花子: 配信が届いていません。 {2}C999/)
  assert.match(text, /→ 配信先を確認してください。/)
  assert.match(text, /^OK {2}動いています（it works）。[\s\S]*注意 1 件（1 to keep an eye on）/m)
  assert.doesNotMatch(text, /すべて正常/)
  const clock = withCondition('CLOCK_UNSYNCHRONISED', 'clock', 'warn')
  assert.match(screenOf(checksOf({ ...healthy, ...clock }), AT), /OK {2}時計 .*C999/)
})
