import assert from 'node:assert/strict'
import { test } from 'node:test'
import { zipSync } from 'fflate'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { uuidV7 } from '../../../agent/kernel/ids.ts'
import { decodeMessage } from '../../../agent/xmlmsg/codec.ts'
import { sample } from '../xmlmsg/samples.ts'
import {
  answerName,
  answerTo,
  type Bench,
  benchOf,
  identifierIn,
  never,
  requestIn,
  searchInfo,
  watched,
} from './terminal-bench.ts'

const bulkAt = ({ clock }: Bench) => ({
  id: uuidV7(clock.now()),
  confirmationDate: '20260402',
  lines: [{ searchInfo }, { searchInfo: { ...searchInfo, birthdate: '19800502' } }],
})
const registrationAt = ({ clock }: Bench) => ({
  id: uuidV7(clock.now()),
  registration: {
    referenceNumber: '00042',
    insurerNumber: '  138990',
    insuredIdentificationNumber: '0098765',
  },
})
const numbered = '<ReceptionNumber>2026040118000000001</ReceptionNumber>'
const bytesOf = ({ req }: Bench, name: string) => {
  const bytes = req.files.get(name)
  if (bytes === undefined) throw new Error('the request does not lie there')
  return bytes
}
/** A sample, as if it answered this request. */
const asAnswerTo = (name: string, number: string) =>
  Buffer.from(
    Buffer.from(sample(number)).toString('utf8').replaceAll('yoyaku20260402', identifierIn(name)),
  )

test('a bulk question is taken in and gives its reception number', async () => {
  const bench = benchOf()
  const asked = bench.gateway.submitBulk(bulkAt(bench), never)
  const name = await requestIn(bench)
  assert.match(name, /^OQSmuquc01req_A[0-9A-Z]{11}\.xml$/)
  const { message } = decodeMessage('bulkRequest', bytesOf(bench, name))
  assert.equal(message.messageHeader?.qualificationConfirmationDate, '20260402')
  assert.deepEqual(
    message.messageBody?.qualificationConfirmSearchInfo?.map(({ birthdate }) => birthdate),
    ['19921124', '19800502'],
  )
  await bench.res.bring(answerName(name), asAnswerTo(name, '12'))
  const { receptionNumber, answer } = await asked
  assert.equal(receptionNumber, '2026040118000000001')
  assert.equal(answer.messageBody?.receptionDateTime, '20260401180001')
})

test('a bulk question that is refused officially has no number; one without either says nothing', async () => {
  const bench = benchOf()
  const refused = bench.gateway.submitBulk(bulkAt(bench), never)
  const name = await requestIn(bench)
  const header = '<SegmentOfResult>9</SegmentOfResult><ErrorCode>X</ErrorCode>'
  await bench.res.bring(answerName(name), answerTo(name, { header }))
  const { receptionNumber, answer } = await refused
  assert.deepEqual([receptionNumber, answer.messageHeader?.errorCode], [null, 'X'])

  await bench.clock.advance(1)
  const empty = bench.gateway.submitBulk(bulkAt(bench), never)
  const second = await requestIn(bench, 1)
  await bench.res.bring(answerName(second), answerTo(second))
  await assert.rejects(empty, { code: 'OFFICIAL_ANSWER_INCOMPLETE' })
})

test('a result is asked for under a new identifier each time, until it is no longer processed', async () => {
  const bench = benchOf()
  const { id } = bulkAt(bench)
  const fetch = { id, receptionNumber: '2026040118000000001' }
  const names: string[] = []
  for (const body of ['', '']) {
    const asked = bench.gateway.fetchBulk(fetch, never)
    const name = await requestIn(bench, names.length)
    names.push(name)
    const { message } = decodeMessage('bulkFetch', bytesOf(bench, name))
    assert.equal(message.messageBody?.receptionNumber, fetch.receptionNumber)
    const header = '<SegmentOfResult>2</SegmentOfResult>'
    await bench.res.bring(answerName(name), answerTo(name, { header, body }))
    assert.deepEqual(await asked, { is: 'processing' })
  }
  const asked = bench.gateway.fetchBulk(fetch, never)
  const name = await requestIn(bench, 2)
  assert.match(name, /^OQSmuquc02req_A[0-9A-Z]{11}\.xml$/)
  assert.equal(new Set([...names, name]).size, 3)
  const xml = asAnswerTo(name, '14')
  await bench.res.bring(answerName(name, 'zip'), zipSync({ 'a.xml': xml }))
  const result = await asked
  assert.ok(result.is === 'done')
  assert.deepEqual([result.charset, Buffer.from(result.bytes)], ['UTF-8', xml])
  assert.equal(result.answer.messageBody?.bulkConfirmUnit?.length, 2)
})

test('a bulk question that failed officially is done, not processed for ever', async () => {
  const bench = benchOf()
  const asked = bench.gateway.fetchBulk({ ...bulkAt(bench), receptionNumber: '1' }, never)
  const name = await requestIn(bench)
  const header = '<SegmentOfResult>9</SegmentOfResult><ErrorCode>X</ErrorCode>'
  await bench.res.bring(answerName(name), answerTo(name, { header }))
  const result = await asked
  assert.equal(result.is === 'done' && result.answer.messageHeader?.errorCode, 'X')
})

test('a result carries the identifier of the bulk question; one of another reception is not ours', async () => {
  const bench = benchOf()
  const bulk = bulkAt(bench)
  const submitted = bench.gateway.submitBulk(bulk, never)
  const first = await requestIn(bench)
  await bench.res.bring(answerName(first), answerTo(first, { body: numbered }))
  const { receptionNumber } = await submitted
  const asked = bench.gateway.fetchBulk(
    { id: bulk.id, receptionNumber: receptionNumber ?? '' },
    never,
  )
  const state = watched(asked)
  const name = await requestIn(bench, 1)
  const other = '<SegmentOfResult>1</SegmentOfResult><ReceptionNumber>1</ReceptionNumber>'
  await bench.res.bring(answerName(name), answerTo(name, { header: other }))
  await bench.res.bring(answerName(name), answerTo(name, { identifier: 'A00000000000' }))
  assert.deepEqual([state.ended, bench.res.left.length], [false, 2])
  await bench.res.bring(answerName(name), answerTo(name, { identifier: identifierIn(first) }))
  assert.equal((await asked).is, 'done')
})

test('a registration is one file, and its answer echoes the number', async () => {
  const bench = benchOf({ charset: 'Shift_JIS' })
  const asked = bench.gateway.register(registrationAt(bench), never)
  const name = await requestIn(bench)
  assert.match(name, /^OQSsiimm01req_A[0-9A-Z]{11}\.xml$/)
  assert.deepEqual(decodeMessage('referenceNumberRequest', bytesOf(bench, name)), {
    charset: 'Shift_JIS',
    message: {
      messageHeader: {
        medicalInstitutionCode: '1319999991',
        arbitraryFileIdentifier: identifierIn(name),
      },
      messageBody: { referenceNumberRegistrationInfo: registrationAt(bench).registration },
    },
  })
  const echo = (number: string) =>
    `<ReferenceNumberRegistrationInfo><ReferenceNumber>${number}</ReferenceNumber></ReferenceNumberRegistrationInfo><ProcessingResultStatus>1</ProcessingResultStatus>`
  await bench.res.bring(answerName(name), answerTo(name, { body: echo('00043') }))
  assert.equal(bench.res.left.length, 1)
  await bench.res.bring(answerName(name), answerTo(name, { body: echo('00042') }))
  assert.equal((await asked).answer.messageBody?.processingResultStatus, '1')
})

for (const kind of ['bulk', 'registration'] as const) {
  const send = async (bench: Bench, id: string, isRepeat?: boolean) => {
    const repeat = isRepeat === undefined ? {} : { isRepeat }
    return kind === 'bulk'
      ? bench.gateway.submitBulk({ ...bulkAt(bench), id, ...repeat }, never)
      : bench.gateway.register({ ...registrationAt(bench), id, ...repeat }, never)
  }

  test(`a ${kind} that was picked up and not answered is never written again`, async () => {
    const bench = benchOf()
    const id = uuidV7(bench.clock.now())
    const first = watched(send(bench, id))
    bench.req.takeAway(await requestIn(bench))
    await bench.clock.advance(61_000)
    assert.equal(first.code, 'GATEWAY_TIMEOUT')
    const repeat = watched(send(bench.again(), id, true))
    await bench.clock.advance(0)
    await bench.clock.advance(60_000)
    assert.deepEqual([repeat.code, bench.req.puts.length], ['GATEWAY_TIMEOUT', 1])
  })

  test(`a repeated ${kind} uses the answer that lies there, or comes`, async () => {
    const bench = benchOf()
    const id = uuidV7(bench.clock.now())
    const first = watched(send(bench, id))
    const name = await requestIn(bench)
    bench.req.takeAway(name)
    await bench.clock.advance(61_000)
    assert.equal(first.code, 'GATEWAY_TIMEOUT')
    const comes = send(bench.again(), id, true)
    await bench.clock.advance(30_000)
    await bench.res.bring(answerName(name), answerTo(name, { body: numbered }))
    assert.equal((await comes).answer.messageHeader?.segmentOfResult, '1')
    const lies = send(bench.again(), id, true)
    await bench.clock.advance(1_000)
    assert.equal((await lies).answer.messageHeader?.segmentOfResult, '1')
    assert.equal(bench.req.puts.length, 1)
  })

  test(`a repeated ${kind} whose request still lies there goes on with it`, async () => {
    const bench = benchOf()
    const id = uuidV7(bench.clock.now())
    void watched(send(bench, id))
    const name = await requestIn(bench)
    const repeat = send(bench.again(), id, true)
    await bench.clock.advance(1_000)
    bench.req.takeAway(name)
    await bench.clock.advance(1_000)
    await bench.res.bring(answerName(name), answerTo(name, { body: numbered }))
    assert.equal((await repeat).answer.messageHeader?.segmentOfResult, '1')
    assert.equal(bench.req.puts.length, 1)
  })

  test(`a ${kind} may have been asked when the share goes under it: no word that invites a repeat`, async () => {
    const bench = benchOf()
    const writing = watched(send(bench, uuidV7(bench.clock.now())))
    bench.req.afterWrite = () => bench.req.cut()
    await bench.clock.advance(0)
    assert.equal(writing.code, 'GATEWAY_TIMEOUT')

    const other = benchOf()
    const lying = watched(send(other, uuidV7(other.clock.now())))
    await requestIn(other)
    other.req.cut()
    await other.clock.advance(140_000)
    assert.equal(lying.code, 'GATEWAY_TIMEOUT')
    other.req.mend()
    await other.clock.advance(1_000)
    assert.equal(other.req.files.size, 0)
  })

  test(`a ${kind} that the account may not take back may still be asked`, async () => {
    const bench = benchOf()
    const stuck = watched(send(bench, uuidV7(bench.clock.now())))
    await requestIn(bench)
    bench.req.onWrite = () => {
      throw new AgentError('TERMINAL_REFUSED', 'may not delete')
    }
    await bench.clock.advance(20_000)
    assert.equal(stuck.code, 'GATEWAY_TIMEOUT')
  })

  test(`a ${kind} that is wanted again is not taken back under it`, async () => {
    const bench = benchOf()
    const id = uuidV7(bench.clock.now())
    const lost = watched(send(bench, id))
    const name = await requestIn(bench)
    bench.req.cut()
    await bench.clock.advance(140_000)
    assert.equal(lost.code, 'GATEWAY_TIMEOUT')
    const repeat = send(bench, id, true)
    bench.req.mend()
    await bench.clock.advance(5_000)
    assert.ok(bench.req.files.has(name))
    bench.req.takeAway(name)
    await bench.res.bring(answerName(name), answerTo(name, { body: numbered }))
    assert.equal((await repeat).answer.messageHeader?.segmentOfResult, '1')
  })

  test(`a ${kind} that nobody picks up is taken back and was not asked`, async () => {
    const bench = benchOf()
    const silent = watched(send(bench, uuidV7(bench.clock.now())))
    await requestIn(bench)
    await bench.clock.advance(20_000)
    assert.deepEqual([silent.code, bench.req.files.size], ['TERMINAL_SILENT', 0])
  })
}
