import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openEligibility } from '../../../agent/eligibility/eligibility.ts'
import { judging } from '../../fakes/judging.ts'
import { all, asker, deskOf, faces, MINUTE, processing, unitOf } from './batches-bed.ts'

test('each line ends in a verification of its own, with what the client called it', async (t) => {
  const desk = await deskOf(t)
  desk.says.submit.push({ number: '77' })
  desk.says.fetch.push(all)
  const id = await desk.add()
  await desk.ended(id)
  const [asked] = desk.submitted
  assert.equal(asked?.isRepeat, false)
  assert.equal(asked?.confirmationDate, '20260401')
  assert.deepEqual(
    asked?.lines.map(({ searchInfo }) => [
      searchInfo.arbitraryIdentifier,
      searchInfo.birthdate,
      searchInfo.limitApplicationCertificateRelatedConsFlg,
    ]),
    [
      ['1', '19800501', undefined],
      ['2', '19800502', undefined],
      ['3', '19800503', undefined],
    ],
  )
  assert.deepEqual(desk.fetched, [{ id, receptionNumber: '77' }])
  const feed = desk.feed()
  assert.deepEqual(
    feed.map((one) => [
      one.source.kind,
      one.source.authentication,
      one.outcome,
      one.patientNumber,
      one.arbitraryIdentifier,
      one.results[0]?.insuredIdentificationNumber,
    ]),
    ['1', '2', '3'].map((n) => ['batch', 'none', 'valid', `0000${n}`, `theirs-${n}`, n]),
  )
  assert.deepEqual(
    desk.store.batches.items(id),
    feed.map(({ id: verificationId }) => ({ verificationId, outcome: 'valid' })),
  )
  assert.ok(feed.every((one) => desk.store.message(one.id) !== undefined))
})

test('a line that the answer leaves out, or says of another, is failed; strange units are kept out', async (t) => {
  const desk = await deskOf(t)
  desk.says.submit.push({ number: '77' })
  const other = unitOf(2, {
    qualificationConfirmSearchInfo: { birthdate: '19990101', arbitraryIdentifier: '2' },
  })
  const stranger = unitOf(1, { qualificationConfirmSearchInfo: { arbitraryIdentifier: '42_1' } })
  desk.says.fetch.push({ segment: '1', units: [unitOf(1), unitOf(1), other, stranger] })
  const id = await desk.add()
  await desk.ended(id)
  assert.deepEqual(
    desk.feed().map(({ outcome, fault }) => [outcome, fault?.code]),
    [
      ['valid', undefined],
      ['failed', 'OFFICIAL_ANSWER_INCOMPLETE'],
      ['failed', 'OFFICIAL_ANSWER_INCOMPLETE'],
    ],
  )
  await desk.until(() => desk.log.lines.some(({ event }) => event === 'batch-ended'))
  const [told] = desk.log.lines.filter(({ event }) => event === 'units-of-no-line')
  assert.deepEqual(told?.facts, { batch: id, units: 3 })
})

test('an official error ends every line, in the first phase as in the second', async (t) => {
  for (const isFirst of [true, false]) {
    const desk = await deskOf(t)
    desk.says.submit.push({ number: isFirst ? null : '77' })
    desk.says.fetch.push({ segment: '9', units: [] })
    await desk.ended(await desk.add())
    for (const { outcome, fault, official } of desk.feed()) {
      assert.deepEqual([outcome, fault?.code], ['failed', 'OFFICIAL_ERROR'])
      assert.equal(official?.code, isFirst ? 'X9' : null)
    }
    assert.equal(desk.feed().length, 3)
    assert.equal(desk.fetched.length, isFirst ? 0 : 1)
  }
})

test('a result that is not ready, or cannot be fetched, is fetched again after growing pauses', async (t) => {
  const desk = await deskOf(t)
  desk.says.submit.push({ number: '77' })
  desk.says.fetch.push(processing, 'TERMINAL_SILENT', 'GATEWAY_TIMEOUT', all)
  const id = await desk.add()
  for (const [index, pauseMs] of [MINUTE / 2, MINUTE, 2 * MINUTE].entries()) {
    await desk.until(() => desk.fetched.length === index + 1 && desk.clock.sleeping() > 0)
    await desk.clock.advance(pauseMs - 1)
    assert.equal(desk.fetched.length, index + 1)
    await desk.clock.advance(1)
  }
  await desk.ended(id)
  assert.equal(desk.submitted.length, 1)
  assert.ok(desk.feed().every(({ outcome }) => outcome === 'valid'))
})

test('a terminal that does not pick up is tried again, and nobody was asked meanwhile', async (t) => {
  const desk = await deskOf(t)
  desk.says.submit.push('TERMINAL_SILENT', 'TERMINAL_UNREACHABLE', 'QUEUE_FULL', { number: '77' })
  desk.says.fetch.push(all)
  const id = await desk.add()
  for (const tries of [1, 2, 3]) {
    await desk.until(() => desk.submitted.length === tries && desk.clock.sleeping() > 0)
    assert.equal(desk.state(id), 'waiting')
    assert.deepEqual(desk.feed(), [])
    await desk.clock.advance((MINUTE / 2) * 2 ** (tries - 1))
  }
  await desk.ended(id)
  assert.deepEqual(
    desk.submitted.map(({ isRepeat }) => isRepeat),
    [false, false, false, false],
  )
})

test('a question that may have been asked is not asked again: its lines are for a person', async (t) => {
  const desk = await deskOf(t)
  desk.says.submit.push('GATEWAY_TIMEOUT')
  await desk.ended(await desk.add())
  assert.deepEqual(
    desk.feed().map(({ outcome, fault }) => [outcome, fault?.code]),
    Array(3).fill(['failed', 'GATEWAY_TIMEOUT']),
  )
})

test('a result that can never be read ends the lines', async (t) => {
  const desk = await deskOf(t)
  desk.says.submit.push({ number: '77' })
  desk.says.fetch.push(...Array(10).fill('ANSWER_TOO_LARGE'))
  const id = await desk.add()
  while (desk.state(id) !== 'ended') {
    // Time goes on only once the store has caught up with it.
    await desk.until(() => desk.state(id) === 'ended' || desk.clock.sleeping() > 0)
    await desk.clock.advance(5 * MINUTE)
  }
  await desk.ended(id)
  assert.equal(desk.fetched.length, 10)
  assert.ok(desk.feed().every(({ fault }) => fault?.code === 'ANSWER_TOO_LARGE'))
})

test('a stop in the first phase: the next start looks for the answer and writes nothing', async (t) => {
  const desk = await deskOf(t)
  const id = await desk.add()
  await desk.until(() => desk.submitted.length === 1)
  assert.equal(desk.state(id), 'written')
  const second = await desk.again()
  second.says.submit.push('TERMINAL_UNREACHABLE', { number: '77' })
  second.says.fetch.push(all)
  second.batches.resume()
  await second.until(() => second.submitted.length === 2 && second.clock.sleeping() > 0)
  assert.equal(second.state(id), 'written')
  await second.clock.advance(5 * MINUTE)
  await second.ended(id)
  assert.deepEqual(
    second.submitted.map(({ isRepeat }) => isRepeat),
    [false, true, true],
  )
})

test('a request that lay there untouched through a restart is written anew', async (t) => {
  const desk = await deskOf(t)
  const id = await desk.add()
  await desk.until(() => desk.submitted.length === 1)
  const second = await desk.again()
  second.says.submit.push('TERMINAL_SILENT', { number: '77' })
  second.says.fetch.push(all)
  second.batches.resume()
  await second.until(() => second.state(id) === 'waiting' && second.clock.sleeping() > 0)
  await second.clock.advance(5 * MINUTE)
  await second.ended(id)
  assert.deepEqual(
    second.submitted.map(({ isRepeat }) => isRepeat),
    [false, true, false],
  )
})

test('a stop in the second phase: the next start goes on fetching, and asks no line singly', async (t) => {
  const desk = await deskOf(t)
  desk.says.submit.push({ number: '77' })
  desk.says.fetch.push(processing)
  const id = await desk.add()
  await desk.until(() => desk.fetched.length === 1 && desk.clock.sleeping() > 0)
  const second = await desk.again()
  const single = openEligibility({
    judging,
    store: second.store,
    gateway: { ask: () => Promise.reject(new Error('a line was asked singly')) },
    clock: second.clock,
    log: second.log,
    observe: () => {},
    onBug: (error) => assert.fail(String(error)),
  })
  single.resume()
  second.says.fetch.push(all)
  second.batches.resume()
  await second.ended(id)
  const closed = single.close()
  await second.clock.advance(10_000)
  await closed
  assert.equal(second.submitted.length, 1)
  assert.deepEqual(second.fetched.at(-1), { id, receptionNumber: '77' })
  assert.equal(second.feed().length, 3)
})

test('the same key and lines are one bulk question; the same key with others is refused', async (t) => {
  const desk = await deskOf(t)
  const keyed = { ...asker, idempotencyKey: 'k' }
  const first = await desk.batches.add(faces, keyed)
  assert.deepEqual(await desk.batches.add(faces, keyed), first)
  await desk.until(() => desk.submitted.length > 0)
  assert.equal(desk.submitted.length, 1)
  await assert.rejects(desk.batches.add(faces.slice(1), keyed), { code: 'IDEMPOTENCY_KEY_REUSED' })
})

test('a thousand lines end in one go', async (t) => {
  const desk = await deskOf(t)
  const many = Array.from({ length: 1_000 }, (_, n) => ({ ...faces[0], patientNumber: `p${n}` }))
  desk.says.submit.push({ number: '77' })
  desk.says.fetch.push({
    segment: '1',
    units: many.map((_, n) => ({
      ...unitOf(1),
      qualificationConfirmSearchInfo: { arbitraryIdentifier: String(n + 1) },
    })),
  })
  const face = faces[0]
  assert.ok(face !== undefined)
  const { id } = await desk.batches.add(
    many.map(({ patientNumber }) => ({ ...face, patientNumber })),
    asker,
  )
  await desk.ended(id)
  assert.ok(desk.store.batches.items(id).every(({ outcome }) => outcome === 'valid'))
  assert.equal(desk.feed().length, 1_000)
})

/** What comes back for a line, of a person with two cards. */
const said = (line: number, over: object = {}) => ({
  qualificationConfirmSearchInfo: { birthdate: '19800501', arbitraryIdentifier: String(line) },
  processingResultStatus: '1',
  qualificationValidity: '1',
  resultOfQualificationConfirmation: [
    {
      insurerNumber: '06139992',
      insuredIdentificationNumber: String(line),
      name: '見本　一郎',
      nameKana: 'ﾐﾎﾝ ｲﾁﾛｳ',
      birthdate: '19800501',
      sex1: '1',
      ...over,
    },
  ],
})
const [face] = faces
assert.ok(face)
const twice = ['1', '2'].map((insuredIdentificationNumber) => ({
  ...face,
  insuredIdentificationNumber,
}))

test('two lines about one person who was never here make one patient', async (t) => {
  const withoutNumber = twice.map(({ patientNumber: _, ...one }) => one)
  for (const asked of [twice, withoutNumber]) {
    const desk = await deskOf(t)
    desk.says.submit.push({ number: '77' })
    desk.says.fetch.push({ segment: '1', units: [said(1), said(2)] })
    await desk.ended((await desk.batches.add(asked, asker)).id)
    const [first, second] = desk.feed().map(({ patient }) => patient)
    assert.ok(first?.id)
    assert.equal(second?.id, first.id)
    assert.ok(!first.firstSeenHere && !second.firstSeenHere, 'nobody has come yet')
  }
})

test('another person under the number of an earlier line is held', async (t) => {
  const desk = await deskOf(t)
  desk.says.submit.push({ number: '77' })
  const other = said(2, { name: '別人　花子', nameKana: 'ﾍﾞﾂｼﾞﾝ ﾊﾅｺ', sex1: '2' })
  desk.says.fetch.push({ segment: '1', units: [said(1), other] })
  const { id } = await desk.batches.add(twice, asker)
  await desk.ended(id)
  const [first, second] = desk.feed()
  assert.deepEqual([first?.held, second?.held, second?.patient], [false, true, null])
  assert.equal(desk.state(id), 'ended')
})
