import assert from 'node:assert/strict'
import { test } from 'node:test'
import { questionRecord } from '../../../agent/eligibility/question.ts'
import { toRfc3339 } from '../../../agent/kernel/time.ts'
import { end, scratch, verification } from '../store/fixtures.ts'
import {
  asker,
  DAY,
  type Desk,
  deskOf,
  face,
  faced,
  HOUR,
  MINUTE,
  never,
  openDesk,
  pass,
} from './reasking-bed.ts'

/** When each verification after the first was asked, Japanese time. */
const askedAgainAt = (desk: Desk) =>
  desk
    .feed()
    .slice(1)
    .map(({ askedAt }) => askedAt.slice(5, 16))

test('what was not found is asked hourly, next morning again, and is found without anybody asking', async (t) => {
  const desk = await openDesk(t)
  desk.gatewaySays('not-found')
  const first = await desk.ask({ patientNumber: '00042' })
  await pass(desk, 24 * HOUR)
  assert.deepEqual(askedAgainAt(desk), [
    '04-01T10:00',
    '04-01T11:00',
    '04-01T12:00',
    '04-01T14:00',
    '04-01T15:00',
    '04-01T16:00',
    '04-01T17:00',
    '04-02T08:30',
  ])
  desk.gatewaySays('valid')
  await pass(desk, 24 * HOUR)
  const all = desk.feed()
  assert.deepEqual(
    all.map(({ supersedes }) => supersedes),
    [null, ...all.slice(0, -1).map(({ id }) => id)],
    'each stands in the place of the one before',
  )
  assert.deepEqual(
    [all.at(-1)?.outcome, all.at(-1)?.askedAt],
    ['valid', '2026-04-03T08:30:00+09:00'],
  )
  assert.equal(all.at(-1)?.patientNumber, '00042')
  assert.equal(all[0]?.id, first)
  const asked = desk.asked.length
  await pass(desk, 3 * DAY)
  assert.equal(desk.asked.length, asked, 'it has resolved')
  assert.ok(desk.asked.every(({ confirmationDate }) => confirmationDate === '20260401'))
  assert.equal(desk.most(), 1)
})

test('nobody stands there when it is asked again, and who consented still has', async (t) => {
  const desk = await openDesk(t)
  desk.gatewaySays('not-found')
  const id = await desk.ask()
  const { body } = desk.store.question(id) ?? { body: '{}' }
  await pass(desk, HOUR)
  const again = desk.feed().at(-1)
  const asked = JSON.parse(desk.store.question(again?.id ?? '')?.body ?? '{}')
  assert.deepEqual(asked, {
    ...JSON.parse(body),
    supersedes: id,
    asOf: '20260401',
    receivedAt: null,
  })
})

test('who was received while no line was up was received then, not when a line was back', async (t) => {
  const desk = await deskOf(t)
  const at = desk.clock.now()
  await desk.ask()
  await desk.add(faced('2'))
  await desk.clock.advance(HOUR)
  desk.gatewaySays('valid')
  desk.reasking.lineIsBack()
  await desk.went(3)
  await desk.idle()
  const received = desk
    .feed()
    .slice(1)
    .map(({ id }) => JSON.parse(desk.store.question(id)?.body ?? '{}').receivedAt)
  assert.deepEqual(received, [at, at])
})

test('while no line is up nothing is asked; when one is back what is overdue is asked once', async (t) => {
  const desk = await openDesk(t)
  desk.gatewaySays('not-found')
  await desk.ask()
  desk.reasking.linesAreDown()
  await desk.clock.advance(2 * DAY)
  assert.equal(desk.asked.length, 1)
  desk.reasking.lineIsBack()
  await desk.went(2)
  await desk.idle()
  await pass(desk, 30 * MINUTE)
  assert.equal(desk.asked.length, 2)
})

test('one that found no line, or failed, when it was asked again goes on with its plan', async (t) => {
  const desk = await openDesk(t)
  desk.gatewaySays('not-found')
  const first = await desk.ask()
  desk.gatewaySays('GATEWAY_ERROR')
  await pass(desk, HOUR)
  const failed = desk.feed().at(-1)
  assert.deepEqual([failed?.outcome, failed?.supersedes], ['failed', first])
  desk.gatewaySays('not-found')
  await pass(desk, 5 * MINUTE)
  assert.equal(desk.feed().at(-1)?.outcome, 'not-found', 'tried again at the next look')
  const [followed] = desk.store.followUps.open(0)
  assert.deepEqual([followed?.asked, followed?.openedAt], [1, desk.clock.now() - 65 * MINUTE])
  desk.gatewaySays('NO_LINE')
  await pass(desk, HOUR)
  desk.gatewaySays('valid')
  await pass(desk, 5 * MINUTE)
  assert.deepEqual(desk.store.followUps.open(0), [])
  assert.equal(desk.feed().at(-1)?.outcome, 'valid')
})

test('a stop in the middle asks nobody twice, and the plan goes on after it', async (t) => {
  const path = scratch(t)
  const before = await openDesk(t, path)
  before.gatewaySays('not-found')
  const first = await before.ask()
  before.gatewaySays('hang')
  await before.clock.advance(HOUR)
  await before.went(2)
  await before.close()
  const desk = await deskOf(t, path)
  await desk.clock.advance(HOUR)
  desk.gatewaySays('not-found')
  desk.eligibility.resume()
  desk.reasking.lineIsBack()
  await desk.went(1)
  await desk.idle()
  assert.deepEqual(
    desk.feed().map(({ supersedes }) => supersedes),
    [null, first],
  )
  await pass(desk, HOUR)
  assert.equal(desk.asked.length, 2)
})

test('cards, answers of the terminal and lines of bulk questions are not asked again', async (t) => {
  const desk = await openDesk(t)
  desk.gatewaySays('not-found')
  const card = await desk.eligibility.askByCard(
    {
      presentationId: 'p1',
      reader: 'r',
      certificate: Buffer.from('C'),
      certificateExpired: false,
      certificateNotAfter: Date.parse('2030-01-31T14:59:59Z'),
    },
    '受付',
    asker,
  )
  await desk.eligibility.ended(card.id, never)
  assert.equal(desk.verificationOf(card.id).outcome, 'not-found')
  const line = { kind: 'card-face', face, supersedes: null, batch: 'b1' } as const
  const taken = { kind: 'terminal', isOfBatch: false, arbitraryIdentifier: null } as const
  for (const one of [line, { ...taken, supersedes: null }]) {
    const record = questionRecord(one, 'agent', desk.clock.now())
    await desk.store.accept(record)
    await desk.store.end(end(record.id, { verification: verification(record.id, 'not-found') }))
  }
  assert.deepEqual(desk.store.followUps.open(0), [])
})

test('after thirty days it is left to people', async (t) => {
  const desk = await openDesk(t)
  desk.gatewaySays('not-found')
  await desk.ask(face)
  await pass(desk, 30 * DAY)
  const times = desk.feed().map(({ askedAt }) => askedAt)
  assert.equal(times.at(-1), '2026-04-30T17:00:00+09:00')
  assert.deepEqual(desk.store.followUps.open(desk.clock.now() - 30 * DAY), [])
  assert.equal(toRfc3339(desk.clock.now()).slice(0, 10), '2026-05-01')
})
