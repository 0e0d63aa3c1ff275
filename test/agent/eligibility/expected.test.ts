import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { checkAppointments } from '../../../agent/eligibility/appointments.ts'
import { openEligibility } from '../../../agent/eligibility/eligibility.ts'
import { askOneByOne } from '../../../agent/eligibility/expected.ts'
import type { Gateway } from '../../../agent/gateway/gateway.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { judging } from '../../fakes/judging.ts'
import { recordingLog } from '../../fakes/log.ts'
import { byHand, DAY, item, partsOf, replace } from './appointments-bed.ts'
import { deskOf } from './batches-bed.ts'

/** The job over lines, whose gateway says what the test wants. */
async function overLines(t: TestContext, ask: Gateway['ask']) {
  const desk = await deskOf(t)
  const { store, clock } = desk
  const log = recordingLog()
  const bugs: unknown[] = []
  const onBug = (error: unknown) => void bugs.push(error)
  const gateway = { ask }
  const eligibility = openEligibility({
    judging,
    store,
    gateway,
    clock,
    log,
    onBug,
    observe: () => {},
  })
  t.after(() => eligibility.close())
  const state = { isUp: true }
  const one = askOneByOne({ eligibility, store, clock, canAsk: () => state.isUp })
  const parts = { ...partsOf(store), ask: one, pull: async () => {}, clock, log }
  return { desk, parts, state, bugs }
}
const valid: Gateway['ask'] = async () => ({
  answer: {
    messageHeader: { segmentOfResult: '1' },
    messageBody: { processingResultStatus: '1', qualificationValidity: '1', resultList: [{}] },
  },
  ...{ bytes: new Uint8Array(), charset: 'UTF-8', line: 'ngn' },
})

test('over lines they are asked one by one with a pause, as questions for which nobody was received', async (t) => {
  const { desk, parts, bugs } = await overLines(t, valid)
  await replace(desk.store, [item(1), item(2)])
  const run = checkAppointments(parts, byHand)
  await desk.until(() => desk.feed().length === 1)
  await desk.until(() => desk.clock.sleeping() > 0)
  assert.equal(desk.feed().length, 1)
  await desk.clock.advance(1_000)
  await desk.until(() => desk.feed().length === 2)
  await desk.until(() => desk.clock.sleeping() > 0)
  await desk.clock.advance(1_000)
  assert.equal((await run).asked, 2)
  for (const { id, source, outcome } of desk.feed()) {
    assert.deepEqual([source.kind, outcome], ['card-face', 'valid'])
    assert.match(desk.store.question(id)?.body ?? '', /"receivedAt":null/)
  }
  assert.deepEqual(bugs, [])
})

test('without a line nobody is asked about: it is waited for a minute, and the rest has no question', async (t) => {
  const offline: Gateway['ask'] = async () => {
    throw new AgentError('NO_LINE', 'down')
  }
  const { desk, parts, state } = await overLines(t, offline)
  await replace(desk.store, [item(1), item(2)])
  await assert.rejects(checkAppointments(parts, byHand), { code: 'NO_LINE' })
  const unasked = () =>
    desk.store.appointments.list(DAY).filter(({ questionId }) => questionId === null).length
  assert.equal(unasked(), 1)
  state.isUp = false
  const run = checkAppointments(parts, byHand)
  const refused = assert.rejects(run, { code: 'NO_LINE' })
  for (let second = 0; second < 60; second += 1) {
    await desk.until(() => desk.clock.sleeping() > 0)
    await desk.clock.advance(1_000)
  }
  await refused
  assert.equal(unasked(), 1)
})
