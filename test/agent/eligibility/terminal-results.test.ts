import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { endingOf } from '../../../agent/eligibility/ending.ts'
import { type FaceQuestion, questionRecord } from '../../../agent/eligibility/question.ts'
import { openTerminalResults } from '../../../agent/eligibility/terminal-results.ts'
import { fileIdentifierOf } from '../../../agent/gateway/file-identifier.ts'
import type { OfficialResult } from '../../../agent/kernel/official.ts'
import { toRfc3339 } from '../../../agent/kernel/time.ts'
import type { Verification } from '../../../agent/kernel/verification.ts'
import { FakeClock } from '../../fakes/clock.ts'
import { judging } from '../../fakes/judging.ts'
import { recordingLog } from '../../fakes/log.ts'
import { open, scratch } from '../store/fixtures.ts'

const person: OfficialResult = {
  insurerNumber: '06139992',
  insuredIdentificationNumber: '5',
  name: '見本　一郎',
  nameKana: 'ﾐﾎﾝ ｲﾁﾛｳ',
  birthdate: '20100101',
  sex1: '1',
}
/** 医療扶助 has a number of its own. */
const aid: OfficialResult = {
  ...person,
  insuredCardClassification: 'A1',
  insurerNumber: '12131234',
  insuredIdentificationNumber: '9',
}

async function terminalOf(t: TestContext) {
  const clock = new FakeClock()
  const store = await open(scratch(t), undefined, clock)
  t.after(() => store.close())
  const parts = { store, judging, clock, log: recordingLog(), letter: 'O' }
  const results = openTerminalResults(parts)
  const file = { role: 'face' as const, name: 'a.xml', sha256: '00'.repeat(32), sizeBytes: 1 }
  const read = () =>
    store.feed
      .page(null, 100, 'billing')
      .items.map((item): Verification => JSON.parse(Buffer.from(item).toString()).verification)
  return { clock, store, parts, results, file, read }
}

const answerOf = (result: OfficialResult) => ({
  answer: {
    messageHeader: { segmentOfResult: '1' },
    messageBody: {
      processingResultStatus: '1',
      qualificationValidity: '1',
      resultList: [result],
    },
  },
  bytes: Buffer.from('<XmlMsg/>'),
  charset: 'UTF-8' as const,
  line: null,
})

test('two answers of one file about somebody who was never here make one patient', async (t) => {
  for (const numbers of [
    ['00042', '00042'],
    [undefined, undefined],
  ]) {
    const { results, file, read } = await terminalOf(t)
    const answers = [person, aid].map((result, index) => {
      const referenceNumber = numbers[index]
      return { ...result, ...(referenceNumber !== undefined && { referenceNumber }) }
    })
    const taken = await results.record(
      { ...file, became: 'taken' },
      answers.map((one) => ({ answered: answerOf(one), isOfBatch: true })),
      null,
    )
    assert.equal(taken, 'taken')
    const [first, second] = read().map(({ patient }) => patient)
    assert.ok(first?.id)
    assert.equal(second?.id, first.id)
    assert.ok(
      !first.firstSeenHere && !second.firstSeenHere,
      'of a bulk answer: nobody has come yet',
    )
  }
})

test('an own answer that is found late is about when the patient stood at the desk', async (t) => {
  const { clock, store, parts, results, file, read } = await terminalOf(t)
  const question: FaceQuestion = {
    kind: 'card-face',
    face: { insurerNumber: '06139992', insuredIdentificationNumber: '5', birthdate: '20100101' },
    supersedes: null,
  }
  const askedAt = clock.now()
  const { id } = await store.accept(questionRecord(question, 'test', askedAt))
  const asked = { id, acceptedAt: askedAt, question }
  const timedOut = { outcome: 'failed', fault: 'GATEWAY_TIMEOUT' } as const
  assert.ok(await store.end(endingOf(parts, asked, timedOut, null, clock.now())))
  await clock.advance(15 * 3_600_000)
  await results.record(
    { ...file, became: 'taken' },
    [{ answered: answerOf(person), isOfBatch: false }],
    fileIdentifierOf(id, 'O'),
  )
  const late = read().at(-1)
  assert.deepEqual([late?.supersedes, late?.reception?.at], [id, toRfc3339(askedAt)])
})
