import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { endingOf } from '../../../agent/eligibility/ending.ts'
import { addNote } from '../../../agent/eligibility/notes.ts'
import { type FaceQuestion, questionRecord } from '../../../agent/eligibility/question.ts'
import type { OfficialResult } from '../../../agent/kernel/official.ts'
import type { NoteKind } from '../../../agent/kernel/verification.ts'
import { systemClock } from '../../../agent/platform.ts'
import { judging } from '../../fakes/judging.ts'
import { open, scratch } from '../store/fixtures.ts'

export const person: OfficialResult = {
  insurerNumber: '06139992',
  insuredIdentificationNumber: '5678',
  name: '検証　一郎',
  nameKana: 'ｹﾝｼｮｳ ｲﾁﾛｳ',
  birthdate: '19800502',
  sex1: '1',
}
export const question: FaceQuestion = {
  kind: 'card-face',
  face: {
    insurerNumber: '06139992',
    insuredIdentificationNumber: '5678',
    birthdate: '19800502',
    patientNumber: '00042',
  },
  supersedes: null,
}

/** A clinic that asks with one patient’s number, unless the test says otherwise. */
export async function officeOf(t: TestContext) {
  const store = await open(scratch(t))
  t.after(() => store.close())
  const read = (id: string) => {
    const item = store.find(id)
    assert.ok(item instanceof Uint8Array)
    return JSON.parse(Buffer.from(item).toString()).verification
  }
  /** Asked with the patient's number (null: without), and answered so (null: not found). */
  const answered = async (
    result: OfficialResult | null,
    patientNumber: string | null = '00042',
  ) => {
    const at = Date.now()
    const { patientNumber: _, ...face } = question.face
    const asking = {
      ...question,
      face: { ...face, ...(patientNumber !== null && { patientNumber }) },
    }
    const { id } = await store.accept(questionRecord(asking, 'test', at))
    const answer = {
      answer: {
        messageHeader: { segmentOfResult: '1' },
        messageBody: {
          processingResultStatus: '1',
          qualificationValidity: result ? '1' : '4',
          ...(result && { resultList: [result] }),
        },
      },
      bytes: Buffer.from('<XmlMsg/>'),
      charset: 'UTF-8' as const,
      line: 'ngn',
    }
    const meaning = { outcome: result ? ('valid' as const) : ('not-found' as const), fault: null }
    const asked = { id, acceptedAt: at, question: asking }
    assert.ok(await store.end(endingOf({ store, judging }, asked, meaning, answer, at)))
    return read(id)
  }
  const note = (verificationId: string, kind: NoteKind, patientNumber: string | null = null) =>
    addNote(
      { store, judging, clock: systemClock },
      { verificationId, kind, by: '医事 見本', text: null },
      { consumerId: 'c1', idempotencyKey: null },
      patientNumber,
    )
  return { store, read, answered, note }
}
