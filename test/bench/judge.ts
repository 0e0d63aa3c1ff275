import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { endingOf } from '../../agent/eligibility/ending.ts'
import type { Question } from '../../agent/eligibility/question.ts'
import { uuidV7 } from '../../agent/kernel/ids.ts'
import type { OfficialResult } from '../../agent/kernel/official.ts'
import { judging } from '../fakes/judging.ts'
import { diskFolder } from './machine.ts'
import { quantile, type Row, ratioRow, spread } from './row.ts'
import { openScratchStore } from './scratch-store.ts'
import { numberOf, officialOf, stockStore } from './stock.ts'

const PATIENTS = 100_000
const FEW = 1_000
const VISITS = 2
const ANSWERS = 4_000
const WARM = 400
const AIM_MS = 5

/** Judging one answer with the history of a large clinic, reads of the database included. */
export async function judgeBench(): Promise<Row[]> {
  const folder = mkdtempSync(join(diskFolder(), 'onshi-bench-'))
  try {
    const few = await timesWith(join(folder, 'few'), FEW)
    const many = await timesWith(join(folder, 'many'), PATIENTS)
    const p99 = quantile(many, 0.99)
    const row = ratioRow({
      name: `judge an answer, p99, ${PATIENTS.toLocaleString('en')} / 1,000 patients`,
      ours: p99,
      baseline: quantile(few, 0.99),
      unit: 'ms',
      note: `${spread(many)}; ${spread(few)}`,
    })
    return [{ ...row, aim: `<= ${AIM_MS} ms`, isMet: p99 <= AIM_MS }]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function timesWith(folder: string, patients: number): Promise<number[]> {
  mkdirSync(folder)
  const key = randomBytes(32)
  await stockStore(folder, key, patients * VISITS, VISITS)
  const store = await openScratchStore(folder, key)
  try {
    const times: number[] = []
    for (let n = 0; n < WARM + ANSWERS; n += 1) {
      const patient = (n * 7_919) % patients
      const { question, result } = arrivals[n % arrivals.length]?.(patient) ?? arrival(patient)
      const answer = answerOf(result)
      const at = Date.now()
      const asked = { id: uuidV7(at), acceptedAt: at, question }
      const from = performance.now()
      endingOf({ store, judging }, asked, { outcome: 'valid', fault: null }, answer, at)
      if (n >= WARM) times.push(performance.now() - from)
    }
    return times
  } finally {
    await store.close()
  }
}

interface Arrival {
  readonly question: Question
  readonly result: OfficialResult
}

function arrival(patient: number, over: OfficialResult = {}, patientNumber?: string): Arrival {
  const result = { ...officialOf(patient), ...over }
  const face = {
    insurerNumber: result.insurerNumber,
    insuredIdentificationNumber: result.insuredIdentificationNumber,
    birthdate: result.birthdate,
    ...(patientNumber !== undefined && { patientNumber }),
  }
  return { question: { kind: 'card-face', face, supersedes: null }, result }
}

/** Found by number, by card, by birth date and name with a new card; and somebody new. */
const arrivals: readonly ((patient: number) => Arrival)[] = [
  (patient) => arrival(patient, {}, numberOf(patient)),
  (patient) => arrival(patient),
  (patient) => arrival(patient, { insurerNumber: '01130012', insuredIdentificationNumber: '9' }),
  (patient) => arrival(patient, { name: '新規　花子', nameKana: 'ｼﾝｷ ﾊﾅｺ', sex1: '2' }),
]

const answerOf = (result: OfficialResult) => ({
  answer: {
    messageHeader: { segmentOfResult: '1' },
    messageBody: {
      processingResultStatus: '1',
      qualificationValidity: '1',
      resultList: [result],
    },
  },
  bytes: new Uint8Array(),
  charset: 'UTF-8' as const,
  line: 'bench',
})
