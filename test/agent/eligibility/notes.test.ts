import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { endingOf } from '../../../agent/eligibility/ending.ts'
import { addNote } from '../../../agent/eligibility/notes.ts'
import type { Meaning } from '../../../agent/eligibility/outcome.ts'
import { type FaceQuestion, questionRecord } from '../../../agent/eligibility/question.ts'
import { dayAt } from '../../../agent/kernel/calendar.ts'
import type { OfficialResult } from '../../../agent/kernel/official.ts'
import type { NoteKind } from '../../../agent/kernel/verification.ts'
import { digestOf } from '../../../agent/ops/digest.ts'
import { systemClock } from '../../../agent/platform.ts'
import { judging } from '../../fakes/judging.ts'
import { open, scratch } from '../store/fixtures.ts'

const person: OfficialResult = {
  insurerNumber: '06139992',
  insuredIdentificationNumber: '5678',
  name: '検証　一郎',
  nameKana: 'ｹﾝｼｮｳ ｲﾁﾛｳ',
  birthdate: '19800502',
  sex1: '1',
}
const question: FaceQuestion = {
  kind: 'card-face',
  face: {
    insurerNumber: '06139992',
    insuredIdentificationNumber: '5678',
    birthdate: '19800502',
    patientNumber: '00042',
  },
  supersedes: null,
}

async function officeOf(t: TestContext) {
  const store = await open(scratch(t))
  t.after(() => store.close())
  const read = (id: string) => {
    const item = store.find(id)
    assert.ok(item instanceof Uint8Array)
    return JSON.parse(Buffer.from(item).toString()).verification
  }
  const ended = async (meaning: Meaning, resultList: OfficialResult[]) => {
    const at = Date.now()
    const { id } = await store.accept(questionRecord(question, 'test', at))
    const answer = {
      answer: {
        messageHeader: { segmentOfResult: '1' },
        messageBody: { processingResultStatus: '1', qualificationValidity: '1', resultList },
      },
      bytes: Buffer.from('<XmlMsg/>'),
      charset: 'UTF-8' as const,
      line: 'ngn',
    }
    const asked = { id, acceptedAt: at, question }
    assert.ok(await store.end(endingOf({ store, judging }, asked, meaning, answer, at)))
    return read(id)
  }
  /** Asked with the patient's number, and answered so. */
  const answered = (result: OfficialResult) => ended({ outcome: 'valid', fault: null }, [result])
  const unanswered = () => ended({ outcome: 'not-found', fault: null }, [])
  const note = (verificationId: string, kind: NoteKind) =>
    addNote(
      { store, clock: systemClock },
      { verificationId, kind, by: '医事 見本', text: null },
      { consumerId: 'c1', idempotencyKey: null },
    )
  const today = () => {
    const now = Date.now()
    return digestOf({ store, undelivered: () => [] }, dayAt(now), now)
  }
  const idsOf = (listed: readonly { readonly verificationId: string }[]) =>
    listed.map(({ verificationId }) => verificationId)
  const waiting = () => idsOf(today().held)
  const unresolved = () => idsOf(today().unresolved)
  return { read, answered, unanswered, note, waiting, unresolved }
}

test('what one difference kept from its patient is linked by a person: held, then released', async (t) => {
  const { read, answered, note } = await officeOf(t)
  const first = await answered(person)
  const { id, held, patient } = await answered({ ...person, birthdate: '19800503' })
  assert.deepEqual([held, patient], [false, null])
  await note(id, 'hold')
  assert.equal(read(id).held, true)
  await note(id, 'release')
  const now = read(id)
  assert.deepEqual([now.held, now.patient.id], [false, first.patient.id])
})

const known = ({ patient, held, advisories }: ReturnType<typeof JSON.parse>) => [
  patient?.id,
  held,
  advisories.filter(({ number }: { number: string }) => /^A5/.test(number)),
]

test('who was said to be the same person is not asked about again at the next visit', async (t) => {
  const { answered, note } = await officeOf(t)
  const { patient } = await answered(person)
  const corrected: OfficialResult[] = [
    { ...person, name: '見本　一郎', nameKana: 'ﾐﾎﾝ ｲﾁﾛｳ', sex1: '2' },
    { ...person, birthdate: '19800503' },
    { ...person, name: '検証　市郎', insuredIdentificationNumber: '5679' },
  ]
  for (const result of corrected) {
    const told = await answered(result)
    assert.equal(told.patient, null)
    if (!told.held) await note(told.id, 'hold')
    await note(told.id, 'release')
    assert.deepEqual(known(await answered(result)), [patient.id, false, []])
  }
})

test('a good name stays when a person says that an answer with ● is about the patient', async (t) => {
  const { read, answered, note } = await officeOf(t)
  await answered(person)
  const poor = await answered({ ...person, name: '●● 次郎', nameKana: '', birthdate: '19800503' })
  assert.equal(poor.held, true)
  await note(poor.id, 'release')
  assert.equal(read(poor.id).patient.name, '検証　一郎')
  assert.equal((await answered({ ...person, birthdate: '19800503' })).held, false)
})

test('the day’s list of who waits for a decision ends with it, whichever it is', async (t) => {
  const { read, answered, note, waiting } = await officeOf(t)
  await answered(person)
  const stranger = { ...person, name: '別人　花子', nameKana: 'ﾍﾞﾂｼﾞﾝ ﾊﾅｺ', birthdate: '19700101' }
  for (const kind of ['rejection', 'release'] as const) {
    const { id } = await answered(stranger)
    assert.deepEqual(waiting(), [id])
    await note(id, kind)
    assert.deepEqual([waiting(), read(id).held], [[], kind === 'rejection'])
  }
})

test('the day’s list of what is unresolved ends with the answer, or with a person’s word', async (t) => {
  const { answered, unanswered, note, unresolved } = await officeOf(t)
  const closed = await unanswered()
  assert.deepEqual(unresolved(), [closed.id])
  await note(closed.id, 'closing')
  assert.deepEqual(unresolved(), [])
  const misread = await unanswered()
  assert.deepEqual(unresolved(), [misread.id])
  await answered(person)
  assert.deepEqual(unresolved(), [])
})
