import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { AgentError } from '../../agent/kernel/errors.ts'
import { MESSAGES_VERSION, parseDown, parseUp } from '../../drivers/messages.ts'

const version = MESSAGES_VERSION

test('messages of both directions pass their edge unchanged', () => {
  const certificate = Uint8Array.of(0x30, 0x82)
  for (const message of [
    { version, is: 'heartbeat' },
    { version, is: 'ready', device: 'PaSoRi' },
    { version, is: 'presented', tap: 1, presented: { kind: 'not-a-card' }, pinPad: false },
    {
      version,
      is: 'presented',
      tap: 2,
      presented: { kind: 'my-number-card', certificate, notAfter: 1 },
      pinPad: true,
    },
    { version, is: 'gone', reason: 'two-cards' },
    { version, is: 'card-fault', code: 'CARD_GONE', message: 'left' },
    { version, is: 'not-signed', request: 1, code: 'CARD_PIN_REQUIRED', message: 'PIN' },
    { version, is: 'not-signed', request: 1, code: 'CARD_PIN_WRONG', message: 'PIN', triesLeft: 2 },
  ])
    assert.deepEqual(parseUp(message), message)
  for (const message of [
    { version, is: 'open', driver: 'sim', options: { port: 1 } },
    { version, is: 'sign', request: 1, tap: 1, digest: new Uint8Array(32) },
    { version, is: 'close' },
  ])
    assert.deepEqual(parseDown(message), message)
})

test('a message of another version says so', () => {
  for (const parse of [parseUp, parseDown]) {
    assert.throws(
      () => parse({ version: version + 1, is: 'close' }),
      (error) => {
        assert.ok(error instanceof AgentError)
        assert.equal(error.code, 'DRIVER_UNAVAILABLE')
        assert.deepEqual(error.facts, { expected: version, found: version + 1 })
        return true
      },
    )
  }
})

test('nonsense is a typed fault that repeats nothing of it', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      for (const parse of [parseUp, parseDown])
        assert.throws(() => parse(value), { code: 'DRIVER_UNAVAILABLE' })
    }),
  )
  const canary = { version, is: 'card-fault', code: 'CANARY', message: 'CANARY' }
  assert.throws(
    () => parseUp(canary),
    (error) => {
      assert.ok(error instanceof AgentError)
      assert.ok(!JSON.stringify([error.message, error.facts, error.cause]).includes('CANARY'))
      return true
    },
  )
})
