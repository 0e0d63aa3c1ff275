import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withoutOther } from '../../agent/setup-answer.ts'
import { refusalOf } from '../../config/answer-one.ts'

test('who typed an address of the network can still go back to this machine alone', () => {
  const address = '192.168.1.10:8480'
  const draft = { network: { address, allow: ['192.168.1.20'], monitor_from: ['192.168.1.5'] } }
  const rest = withoutOther(draft, 'network.address', '127.0.0.1:8480')
  assert.deepEqual(rest, { network: { address, monitor_from: ['192.168.1.5'] } })
  assert.equal(refusalOf(rest, 'network.address', '127.0.0.1:8480'), undefined)
  assert.equal(refusalOf(rest, 'network.address', '192.168.1.11:8480'), undefined)
  assert.equal(
    refusalOf(rest, 'network.address', 'onshi.clinic.lan:8480')?.field,
    'network.address',
  )
})
