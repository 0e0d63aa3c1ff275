import assert from 'node:assert/strict'
import { test } from 'node:test'
import { closeIntake } from '../../../agent/eligibility/offline-intakes.ts'
import { openReasking } from '../../../agent/eligibility/reasking.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { scratch } from '../store/fixtures.ts'
import { asker, DAY, deskOf, face, faced, form, MINUTE, never, openTimes } from './reasking-bed.ts'

test('when a line is back, intakes with a card face and offline lookups are asked again, one at a time, oldest first', async (t) => {
  const desk = await deskOf(t)
  const first = await desk.ask({ insuredIdentificationNumber: '1' })
  await desk.clock.advance(1_000)
  const second = await desk.add(faced('2'))
  await desk.clock.advance(1_000)
  const alone = await desk.add(form)
  const third = await desk.ask({ insuredIdentificationNumber: '3', patientNumber: '00042' })
  await desk.clock.advance(1_000)
  const fourth = await desk.add(faced('4'))
  assert.equal(desk.asked.length, 2, 'nothing is asked while no line is up')
  desk.gatewaySays('valid')
  desk.reasking.lineIsBack()
  await desk.went(6)
  await desk.idle()
  const again = desk.feed().slice(2)
  assert.deepEqual(
    again.map(({ results }) => results[0]?.insuredIdentificationNumber),
    ['1', '2', '3', '4'],
  )
  assert.deepEqual(
    again.map(({ supersedes }) => supersedes),
    [first, null, third, null],
  )
  assert.equal(again[2]?.patientNumber, '00042')
  assert.deepEqual(
    [second, alone, fourth].map((id) => desk.state(id)),
    ['answered', 'for-a-person', 'answered'],
  )
  assert.equal(desk.store.intakes.find(second)?.verificationId, again[1]?.id)
  assert.equal(desk.most(), 1)
})

test('it is asked for the day of the outage, and a person who rechecks later asks for today', async (t) => {
  const desk = await deskOf(t)
  await desk.ask()
  await desk.add(faced('2'))
  await desk.ask({ insuredIdentificationNumber: '3', qualificationConfirmationDate: '20260301' })
  await desk.clock.advance(2 * DAY)
  desk.gatewaySays('valid')
  desk.reasking.lineIsBack()
  await desk.went(5)
  await desk.idle()
  assert.deepEqual(
    desk.asked
      .slice(2)
      .map(({ confirmationDate }) => confirmationDate)
      .sort(),
    ['20260301', '20260401', '20260401'],
  )
  const last = desk.feed().find(({ results }) => results[0]?.insuredIdentificationNumber === '5678')
  await desk.eligibility.recheck(last?.id ?? '', asker)
  assert.equal(desk.asked.at(-1)?.confirmationDate, '20260403')
})

test('the line that dies again ends the round after one question, and the next one goes on', async (t) => {
  const desk = await deskOf(t)
  for (const number of ['1', '2', '3']) {
    await desk.add(faced(number))
    await desk.clock.advance(1_000)
  }
  desk.gatewaySays((number) => (number === '2' ? 'LINE_SILENT' : 'valid'))
  desk.reasking.lineIsBack()
  await desk.went(2)
  await desk.idle()
  assert.equal(desk.asked.length, 2)
  desk.reasking.linesAreDown()
  await desk.clock.advance(3 * 60 * MINUTE)
  assert.equal(desk.asked.length, 2, 'nothing is asked while no line is up')
  desk.gatewaySays('valid')
  desk.reasking.lineIsBack()
  await desk.went(4)
  await desk.idle()
  assert.deepEqual(
    desk.store.intakes.list('open').map(({ state }) => state),
    ['answered', 'answered', 'answered'],
  )
  const again = desk.feed().at(-2)
  assert.equal(again?.supersedes, desk.feed()[1]?.id, 'the second attempt supersedes the first')
})

test('a gateway that answers nobody is left alone after three, and asked again by itself later', async (t) => {
  const desk = await deskOf(t)
  for (const number of ['1', '2', '3', '4', '5']) await desk.add(faced(number))
  const lookup = await desk.ask()
  desk.gatewaySays('GATEWAY_BUSY')
  desk.reasking.lineIsBack()
  await desk.went(4)
  await desk.idle()
  assert.equal(desk.asked.length, 4)
  desk.gatewaySays('valid')
  await desk.clock.advance(5 * MINUTE)
  await desk.went(10)
  await desk.idle()
  assert.ok(desk.store.intakes.list('open').every(({ state }) => state === 'answered'))
  assert.ok(
    desk.feed().some(({ supersedes, outcome }) => supersedes === lookup && outcome === 'valid'),
  )
  assert.deepEqual(desk.store.unanswered(0), [])
})

test('a lookup that failed when it was asked again is not forgotten', async (t) => {
  const desk = await deskOf(t)
  const lookup = await desk.ask()
  desk.gatewaySays('GATEWAY_ERROR')
  desk.reasking.lineIsBack()
  await desk.went(2)
  await desk.idle()
  desk.gatewaySays('valid')
  await desk.clock.advance(5 * MINUTE)
  await desk.went(3)
  await desk.idle()
  const [first, failed, valid] = desk.feed()
  assert.deepEqual(
    [first?.id, failed?.supersedes, valid?.supersedes, valid?.outcome],
    [lookup, lookup, failed?.id, 'valid'],
  )
})

test('what fails alone does not hold up the others, and is given up until a line is back', async (t) => {
  const desk = await deskOf(t)
  await desk.add(faced('1'))
  await desk.add(faced('2'))
  desk.gatewaySays((number) => (number === '1' ? 'CHARACTER_UNENCODABLE' : 'valid'))
  desk.reasking.lineIsBack()
  await desk.went(2)
  await desk.idle()
  for (let round = 0; round < 6; round += 1) {
    await desk.clock.advance(5 * MINUTE)
    await desk.idle()
  }
  assert.equal(desk.asked.length, 2 + 2, 'three tries in all')
  desk.reasking.lineIsBack()
  await desk.went(5)
  await desk.idle()
})

test('a question that found the queue full is asked again though every line was up', async (t) => {
  const desk = await deskOf(t)
  desk.gatewaySays('valid')
  desk.reasking.lineIsBack()
  await desk.idle()
  desk.gatewaySays('QUEUE_FULL')
  const id = await desk.ask()
  assert.equal(desk.verificationOf(id).outcome, 'offline')
  desk.gatewaySays('valid')
  await desk.clock.advance(5 * MINUTE)
  await desk.went(2)
  await desk.idle()
  assert.equal(desk.feed().at(-1)?.supersedes, id)
})

test('an intake that is typed when lines are up is asked at once', async (t) => {
  const desk = await deskOf(t)
  desk.gatewaySays('valid')
  desk.reasking.lineIsBack()
  await desk.idle()
  const id = await desk.add(faced('1'))
  desk.reasking.intakeCame()
  await desk.went(1)
  await desk.idle()
  assert.equal(desk.state(id), 'answered')
})

test('a refused login ends it until a line is back: repeats would lock the account', async (t) => {
  const desk = await deskOf(t)
  for (const number of ['1', '2']) await desk.add(faced(number))
  desk.gatewaySays('LOGIN_REFUSED')
  desk.reasking.lineIsBack()
  await desk.went(1)
  await desk.idle()
  desk.reasking.intakeCame()
  await desk.clock.advance(DAY)
  assert.equal(desk.asked.length, 1)
})

test('what a person asked again or closed meanwhile is left alone', async (t) => {
  const desk = await deskOf(t)
  const lookup = await desk.ask({ insuredIdentificationNumber: '1' })
  const closed = await desk.add(faced('2'))
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
  desk.gatewaySays('valid')
  const again = await desk.eligibility.recheck(lookup, asker)
  await desk.eligibility.ended(again.id, never)
  await closeIntake(desk, closed, { by: '受付', verificationId: again.id, text: null }, asker)
  const asked = desk.asked.length
  desk.reasking.lineIsBack()
  await desk.idle()
  await desk.clock.advance(5 * MINUTE)
  await desk.idle()
  assert.equal(desk.asked.length, asked)
  assert.equal(desk.state(closed), 'closed')
})

test('a lookup of more than 30 days ago is not asked again', async (t) => {
  const desk = await deskOf(t)
  await desk.ask()
  await desk.clock.advance(31 * DAY)
  desk.gatewaySays('valid')
  desk.reasking.lineIsBack()
  await desk.idle()
  assert.equal(desk.asked.length, 1)
})

test('a stop in the middle loses nothing and asks nobody twice', async (t) => {
  const path = scratch(t)
  const before = await deskOf(t, path)
  for (const number of ['1', '2']) await before.add(faced(number))
  before.gatewaySays('hang')
  before.reasking.lineIsBack()
  await before.went(1)
  await before.close()
  const desk = await deskOf(t, path)
  desk.gatewaySays('valid')
  desk.eligibility.resume()
  desk.reasking.lineIsBack()
  await desk.went(2)
  await desk.idle()
  assert.deepEqual(
    desk.store.intakes.list('open').map(({ state }) => state),
    ['answered', 'answered'],
  )
  assert.equal(desk.feed().length, 2)
})

test('closing names a verification that has ended, and holds no individual number', async (t) => {
  const desk = await deskOf(t)
  const id = await desk.add(form)
  const closing = { by: '受付', verificationId: null, text: null }
  await assert.rejects(closeIntake(desk, id, { ...closing, verificationId: 'none' }, asker), {
    code: 'NOT_FOUND',
  })
  await assert.rejects(closeIntake(desk, id, { ...closing, text: '123456789018' }, asker), {
    code: 'INDIVIDUAL_NUMBER_REFUSED',
  })
  desk.gatewaySays('hang')
  const open = await desk.eligibility.ask(face, asker)
  await assert.rejects(closeIntake(desk, id, { ...closing, verificationId: open.id }, asker), {
    code: 'QUESTION_OPEN',
  })
  assert.equal((await closeIntake(desk, id, closing, asker)).state, 'closed')
})

test('what cannot be read now is told, and takes nothing else down', async (t) => {
  const { store, eligibility, clock, log } = await deskOf(t)
  const list = () => {
    throw new AgentError('STORE_NEWER', 'a later release wrote it')
  }
  const bugs: unknown[] = []
  const reasking = openReasking({
    store: { ...store, intakes: { ...store.intakes, list } },
    eligibility,
    clock,
    log,
    openTimes,
    onBug: (error) => void bugs.push(error),
  })
  reasking.lineIsBack()
  await clock.advance(0)
  await reasking.close()
  assert.deepEqual(bugs, [])
  const told = log.lines.find(({ event }) => event === 'asking-again-not-read')
  assert.deepEqual(told?.facts, { code: 'STORE_NEWER' })
})
