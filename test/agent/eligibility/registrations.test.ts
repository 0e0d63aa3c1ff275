import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resultOf } from '../../../agent/eligibility/registrations.ts'
import type { ReferenceNumberAnswer } from '../../../agent/xmlmsg/messages.ts'
import { asker, deskOf, MINUTE, registered } from './batches-bed.ts'

test('a registration is written once, and said as the official side says it', async (t) => {
  const desk = await deskOf(t)
  const answer = (segment: string, status?: string): ReferenceNumberAnswer => ({
    messageHeader: { segmentOfResult: segment },
    messageBody: { ...(status !== undefined && { processingResultStatus: status }) },
  })
  const cases = [
    [answer('1', '1'), 'registered', null],
    [answer('1', '2'), 'refused', 'OFFICIAL_PERSON_ERROR'],
    [answer('9'), 'refused', 'OFFICIAL_ERROR'],
    [answer('1'), 'failed', 'OFFICIAL_ANSWER_INCOMPLETE'],
    [answer('7', '1'), 'failed', 'OFFICIAL_CODE_UNKNOWN'],
    ['TERMINAL_SILENT', 'offline', 'TERMINAL_SILENT'],
    ['GATEWAY_TIMEOUT', 'failed', 'GATEWAY_TIMEOUT'],
  ] as const
  for (const [index, [said, outcome, fault]] of cases.entries()) {
    desk.says.register.push(said)
    const keyed = { ...asker, idempotencyKey: `k${index}` }
    const { id } = await desk.registrations.add(registered, keyed)
    await desk.registrations.ended(id, new AbortController().signal)
    const stored = desk.store.registrations.find(id)
    assert.ok(stored !== undefined)
    const result = resultOf(stored)
    assert.deepEqual([result?.outcome, result?.fault], [outcome, fault])
    assert.deepEqual(await desk.registrations.add(registered, keyed), { id })
  }
  assert.equal(desk.writes.length, cases.length)
  assert.equal(desk.writes[0]?.registration.insurerNumber, '06139992')
})

test('a registration that a stop interrupted is looked for, also when the share comes late', async (t) => {
  const desk = await deskOf(t)
  const { id } = await desk.registrations.add(registered, asker)
  await desk.until(() => desk.writes.length === 1)
  const second = await desk.again()
  second.says.register.push('TERMINAL_UNREACHABLE', {
    messageHeader: { segmentOfResult: '1' },
    messageBody: { processingResultStatus: '1' },
  })
  second.registrations.resume()
  await second.until(() => second.writes.length === 2 && second.clock.sleeping() > 0)
  await second.clock.advance(MINUTE)
  await second.registrations.ended(id, new AbortController().signal)
  assert.deepEqual(
    second.writes.map(({ isRepeat }) => isRepeat),
    [false, true, true],
  )
  assert.match(second.store.registrations.find(id)?.result ?? '', /registered/)
})
