import assert from 'node:assert/strict'
import { test } from 'node:test'
import { zipSync } from 'fflate'
import { fileIdentifierOf } from '../../../agent/gateway/file-identifier.ts'
import { decodeMessage } from '../../../agent/xmlmsg/codec.ts'
import {
  answerName,
  answerTo,
  benchOf,
  identifierIn,
  never,
  questionAt,
  requestIn,
  searchInfo,
  watched,
} from './terminal-bench.ts'

test('a question is one file of the documented name, and its answer comes back as it came', async () => {
  const bench = benchOf()
  const { clock, req, res, gateway, events } = bench
  const question = questionAt(clock)
  const asked = gateway.ask(question, never)
  const name = await requestIn(bench)
  assert.match(name, /^OQSsiquc01req_A[0-9A-Z]{11}\.xml$/)
  assert.equal(identifierIn(name), fileIdentifierOf(question.id, 'A'))
  assert.deepEqual(decodeMessage('eligibilityRequest', req.files.get(name) ?? (never as never)), {
    charset: 'UTF-8',
    message: {
      messageHeader: {
        qualificationConfirmationDate: '20260401',
        medicalInstitutionCode: '1319999991',
        arbitraryFileIdentifier: identifierIn(name),
      },
      messageBody: { qualificationConfirmSearchInfo: searchInfo },
    },
  })
  assert.deepEqual(res.claims(), [answerName(name), answerName(name, 'zip')])
  assert.equal(gateway.openCount(), 1)

  req.takeAway(name)
  await clock.advance(1_500)
  const answer = answerTo(name)
  await res.bring(answerName(name), answer)
  const { bytes, charset, line, answer: message } = await asked
  assert.deepEqual([Buffer.from(bytes), charset, line], [Buffer.from(answer), 'UTF-8', null])
  assert.equal(message.messageHeader?.segmentOfResult, '1')
  assert.deepEqual(
    events.map(({ at: _, ...event }) => event),
    [
      { is: 'heard', role: 'req' },
      { is: 'heard', role: 'res' },
      { is: 'asked', fault: null, answerMs: 1_500 },
    ],
  )
  assert.deepEqual(gateway.answerMs(), { last: 1_500, median: 1_500 })
  assert.deepEqual([gateway.openCount(), res.claims(), clock.sleeping()], [0, [], 0])
})

test('an answer in a ZIP counts, and one in Shift_JIS', async () => {
  const bench = benchOf({ charset: 'Shift_JIS' })
  const { clock, req, res, gateway } = bench
  const asked = gateway.ask(questionAt(clock), never)
  const name = await requestIn(bench)
  const { charset } = decodeMessage('eligibilityRequest', req.files.get(name) ?? (never as never))
  assert.equal(charset, 'Shift_JIS')
  const xml = answerTo(name, { charset: 'Shift_JIS' })
  await res.bring(answerName(name, 'zip'), zipSync({ 'answer.xml': xml }))
  const answered = await asked
  assert.deepEqual([answered.charset, Buffer.from(answered.bytes)], ['Shift_JIS', Buffer.from(xml)])
})

test('an official error without an institution counts by its name alone', async () => {
  const bench = benchOf()
  const asked = bench.gateway.ask(questionAt(bench.clock), never)
  const name = await requestIn(bench)
  const header = '<SegmentOfResult>9</SegmentOfResult><ErrorCode>X</ErrorCode>'
  await bench.res.bring(answerName(name), answerTo(name, { code: '', identifier: '', header }))
  assert.equal((await asked).answer.messageHeader?.errorCode, 'X')
})

test('a character that the charset lacks is refused before anything is written or claimed', async () => {
  const { gateway, clock, req, res, events } = benchOf({ charset: 'Shift_JIS' })
  const question = questionAt(clock)
  const about = {
    kind: 'card-face' as const,
    searchInfo: { ...searchInfo, insuredCardSymbol: '𠮷' },
  }
  await assert.rejects(gateway.ask({ ...question, about }, never), {
    code: 'CHARACTER_UNENCODABLE',
  })
  assert.deepEqual([req.puts, res.claims(), events], [[], [], []])
})

test('a card is not asked about through the folders', async () => {
  const { gateway, clock, req } = benchOf()
  const about = { kind: 'card' as const, certificate: new Uint8Array(3), proof: null }
  await assert.rejects(gateway.ask({ ...questionAt(clock), about }, never), {
    code: 'CARD_QUERY_OFF',
  })
  assert.deepEqual(req.puts, [])
})

test('a half-written answer is waited for; its whole form counts', async () => {
  const bench = benchOf()
  const { res } = bench
  const asked = bench.gateway.ask(questionAt(bench.clock), never)
  const state = watched(asked)
  const name = await requestIn(bench)
  const answer = answerTo(name)
  for (let end = 0; end < answer.length; end += 7) {
    await res.bring(answerName(name), answer.subarray(0, end))
    const reserved = new Uint8Array(answer.length)
    reserved.set(answer.subarray(0, end))
    await res.bring(answerName(name), reserved)
  }
  const zip = zipSync({ 'a.xml': answer })
  for (let end = 0; end < zip.length; end += 7)
    await res.bring(answerName(name, 'zip'), zip.subarray(0, end))
  assert.deepEqual([state.ended, res.left], [false, []])
  await res.bring(answerName(name), answer)
  assert.equal((await asked).answer.messageHeader?.segmentOfResult, '1')
})

test('an answer that stays broken ends the question with what is wrong with it', async () => {
  const broken: [Uint8Array, string][] = [
    [Buffer.from('<XmlMsg><MessageHeader>'), 'ANSWER_MALFORMED'],
    [Buffer.from('%PDF-1.7'), 'ANSWER_NOT_XML'],
    [Buffer.from('<XmlMsg><MessageHeader/></XmlMsg>'), 'ANSWER_MALFORMED'],
  ]
  for (const [bytes, code] of broken) {
    const bench = benchOf()
    const asked = watched(bench.gateway.ask(questionAt(bench.clock), never))
    const name = await requestIn(bench)
    await bench.res.bring(answerName(name), bytes)
    await bench.clock.advance(0)
    assert.equal(asked.ended, false)
    await bench.res.finish(answerName(name))
    await bench.clock.advance(0)
    assert.equal(asked.code, code)
    assert.deepEqual(bench.res.claims(), [])
    const told = bench.events.at(-1)
    assert.deepEqual(told, { at: bench.clock.now(), is: 'asked', fault: code, answerMs: null })
  }
})

test('what cannot become right ends the question at once', async () => {
  const certain: [string, Uint8Array, string][] = [
    ['xml', answerTo('', { body: 'x'.repeat(100_000) }), 'ANSWER_TOO_LARGE'],
    ['zip', zipSync({ 'a.xml': new Uint8Array(200_000) }), 'ANSWER_TOO_LARGE'],
    ['zip', zipSync({ 'a.xml': Buffer.from('<XmlMsg>') }), 'ANSWER_MALFORMED'],
    ['zip', zipSync({ 'a.pdf': Buffer.from('%PDF') }), 'ANSWER_MALFORMED'],
  ]
  for (const [ending, bytes, code] of certain) {
    const bench = benchOf()
    const asked = watched(bench.gateway.ask(questionAt(bench.clock), never))
    const name = await requestIn(bench)
    await bench.res.bring(answerName(name, ending), bytes)
    await bench.clock.advance(0)
    assert.equal(asked.code, code)
  }
})

test('a ZIP that is never written to its end ends the question as malformed', async () => {
  const bench = benchOf()
  const asked = watched(bench.gateway.ask(questionAt(bench.clock), never))
  const name = answerName(await requestIn(bench), 'zip')
  await bench.res.bring(name, zipSync({ 'a.xml': answerTo('') }).subarray(0, 50))
  await bench.res.finish(name)
  await bench.clock.advance(0)
  assert.equal(asked.code, 'ANSWER_MALFORMED')
})

test('what is not for us under our name is left to whoever takes it in, and waiting goes on', async () => {
  const bench = benchOf()
  const { clock, res, log } = bench
  const asked = bench.gateway.ask(questionAt(clock), never)
  const state = watched(asked)
  const name = await requestIn(bench)
  const echo = (birthdate: string) =>
    `<QualificationConfirmSearchInfo><Birthdate>${birthdate}</Birthdate></QualificationConfirmSearchInfo>`
  const foreign = [
    answerTo(name, { code: '1319999983' }),
    answerTo(name, { identifier: '202604010001' }),
    answerTo(name, { body: echo('19800502') }),
  ]
  for (const one of foreign) await res.bring(answerName(name), one)
  assert.deepEqual([state.ended, res.left], [false, Array(3).fill(answerName(name))])
  assert.deepEqual(
    log.lines.map(({ facts }) => Object.values(facts)[1]),
    ['ANSWER_OF_ANOTHER_INSTITUTION', 'ANSWER_OF_ANOTHER_QUESTION', 'ANSWER_OF_ANOTHER_QUESTION'],
  )
  await res.bring(answerName(name), answerTo(name, { body: echo('19921124') }))
  assert.equal((await asked).line, null)
})

test('a second answer, and one after the time-out, are left to whoever takes them in', async () => {
  const bench = benchOf()
  const { clock, req, res, gateway } = bench
  const asked = gateway.ask(questionAt(clock), never)
  const name = await requestIn(bench)
  await Promise.all([
    res.bring(answerName(name), answerTo(name)),
    res.bring(answerName(name, 'zip'), zipSync({ 'a.xml': answerTo(name) })),
  ])
  await asked
  assert.deepEqual(res.left, [answerName(name, 'zip')])

  await clock.advance(1)
  const late = watched(gateway.ask(questionAt(clock), never))
  const second = await requestIn(bench, 1)
  req.takeAway(second)
  await clock.advance(61_000)
  assert.equal(late.code, 'GATEWAY_TIMEOUT')
  await res.bring(answerName(second), answerTo(second))
  assert.deepEqual(res.left, [answerName(name, 'zip'), answerName(second)])
})

test('so many requests lie there at a time, so many wait, and the next is refused', async () => {
  const bench = benchOf()
  const { clock, req, res, gateway, events } = bench
  const ask = async () => {
    await clock.advance(1)
    return watched(gateway.ask(questionAt(clock), never))
  }
  const [first, second, third, fourth] = [await ask(), await ask(), await ask(), await ask()]
  await clock.advance(0)
  assert.deepEqual([req.puts.length, gateway.openCount(), fourth?.code], [2, 3, 'QUEUE_FULL'])
  assert.equal(events.at(-1)?.is === 'asked' && events.at(-1)?.is, 'asked')
  const [name = ''] = req.puts
  await res.bring(answerName(name), answerTo(name))
  await clock.advance(0)
  assert.deepEqual([first?.ended, second?.ended, third?.ended], [true, false, false])
  assert.equal(req.puts.length, 3, 'the one that waited had its turn')
})
