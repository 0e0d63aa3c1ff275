import assert from 'node:assert/strict'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { test } from 'node:test'
import { startSpan } from '../../../agent/api/span.ts'
import { FakeClock } from '../../fakes/clock.ts'

const context = () => ({ clock: new FakeClock(), closing: new AbortController().signal })
const response = () => new ServerResponse(new IncomingMessage(new Socket()))
/** A token, and how it is revoked. */
function caller() {
  let isLive = true
  const heard = new Set<() => void>()
  return {
    heard,
    holds: () => isLive,
    onRevoked(hear: () => void) {
      heard.add(hear)
      return () => void heard.delete(hear)
    },
    revoke() {
      isLive = false
      for (const hear of heard) hear()
    },
  }
}

test('a wait ends when the token is revoked, and has no wait where it was before', () => {
  const token = caller()
  const before = startSpan(60_000, response(), context(), token)
  assert.equal(before.signal.aborted, false)
  token.revoke()
  assert.equal(before.signal.aborted, true)
  const after = startSpan(60_000, response(), context(), token)
  assert.equal(after.signal.aborted, true)
  for (const span of [before, after]) span.close()
  assert.equal(token.heard.size, 0, 'nothing is left behind')
})
