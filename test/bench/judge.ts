import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { endingOf } from '../../agent/eligibility/ending.ts'
import { meaningOf } from '../../agent/eligibility/outcome.ts'
import type { Question } from '../../agent/eligibility/question.ts'
import type { GatewayAnswer } from '../../agent/gateway/gateway.ts'
import { uuidV7 } from '../../agent/kernel/ids.ts'
import type { EligibilityAnswer, OfficialResult } from '../../agent/kernel/official.ts'
import type { EndRecord } from '../../agent/store/questions.ts'
import type { Store } from '../../agent/store/store.ts'
import { decodeMessage } from '../../agent/xmlmsg/codec.ts'
import { judging } from '../fakes/judging.ts'
import { diskFolder, openWaits } from './machine.ts'
import { figure, quantile, type Row, ratioRow, spread } from './row.ts'
import { openScratchStore } from './scratch-store.ts'
import { numberOf, officialOf, stockStore } from './stock.ts'

const PATIENTS = 100_000
const FEW = 1_000
const VISITS = 2
const ANSWERS = 5_000
/** Tables that are made when first needed, and code that is compiled by then. */
const WARM_UP = 500
const AIM_MS = 5
/** Prime to both counts, so that nobody comes twice before all have come. */
const STEP = 7_919

/**
 * Judging one answer with the history of a large clinic, reads of the database included. What counts
 * is the time with a processor; the wall clock of a busy machine stands beside it.
 */
export async function judgeBench(): Promise<Row[]> {
  const folder = mkdtempSync(join(diskFolder(), 'onshi-bench-'))
  try {
    const few = await judgedAmong(join(folder, 'few'), FEW)
    const many = await judgedAmong(join(folder, 'many'), PATIENTS)
    const p99 = quantile(ownMs(many), 0.99)
    const row = ratioRow({
      name: `judge an answer, p99, ${PATIENTS.toLocaleString('en')} / 1,000 patients`,
      ours: p99,
      baseline: quantile(ownMs(few), 0.99),
      unit: 'ms',
      note: noteOn(few, many),
    })
    return [{ ...row, aim: `<= ${AIM_MS} ms`, isMet: p99 <= AIM_MS }]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Judged {
  readonly kind: Kind
  readonly wallMs: number
  /** Without waiting for a processor. */
  readonly ownMs: number
}

interface Measured {
  /** The first of all. */
  readonly first: Judged
  readonly judged: readonly Judged[]
}

const ownMs = ({ judged }: Measured) => judged.map((one) => one.ownMs)
const wallMs = ({ judged }: Measured) => judged.map((one) => one.wallMs)

function noteOn(few: Measured, many: Measured): string {
  const byKind = kinds.map((kind) => {
    const own = many.judged.filter((one) => one.kind === kind).map((one) => one.ownMs)
    return `${kind} ${quantile(own, 0.99).toFixed(2)}`
  })
  return [
    `${spread(ownMs(many))} / ${spread(ownMs(few))}`,
    `p99 ${byKind.join(', ')}`,
    `with waiting for a processor ${spread(wallMs(many))}`,
    `the first of a process ${figure(few.first.ownMs, 'ms')}`,
  ].join('; ')
}

async function judgedAmong(folder: string, patients: number): Promise<Measured> {
  mkdirSync(folder)
  const key = randomBytes(32)
  await stockStore(folder, key, patients * VISITS, VISITS)
  const store = await openScratchStore(folder, key)
  using waits = openWaits()
  const judge = (n: number): readonly [Judged, EndRecord] => {
    const kind = kinds[n % kinds.length] ?? 'number'
    const { question, answered } = arrivals[kind]((n * STEP) % patients)
    const at = Date.now()
    const asked = { id: uuidV7(at), acceptedAt: at, question }
    const meaning = meaningOf(answered.answer)
    const waitedMs = waits.ms()
    const from = performance.now()
    const record = endingOf({ store, judging }, asked, meaning, answered, at)
    const tookMs = performance.now() - from
    return [{ kind, wallMs: tookMs, ownMs: tookMs - (waits.ms() - waitedMs) }, record]
  }
  try {
    const [first, ...more] = Array.from({ length: WARM_UP }, (_, n) => judge(n))
    if (first === undefined) throw new Error('nothing was judged')
    for (const [{ kind }, record] of [first, ...more]) checkKind(store, kind, record)
    return {
      first: first[0],
      judged: Array.from({ length: ANSWERS }, (_, n) => judge(WARM_UP + n)[0]),
    }
  } finally {
    await store.close()
  }
}

/** Throws where somebody was not found as the kind says: other work would have been measured. */
function checkKind(store: Store, kind: Kind, record: EndRecord): void {
  const { id, verification, numbers, subject, link } = record
  const { by } = store.known({ questionId: id, supersedes: null, numbers, subject })
  const became = verification.held ? 'held' : link.is
  if (`${by} ${became}` !== FOUND[kind]) throw new Error(`${kind}: found by ${by}, ${became}`)
}

interface Arrival {
  readonly question: Question
  readonly answered: GatewayAnswer
}

/** A long answer: an elderly person with a limit certificate and a specific disease. */
const file = new URL('../fixtures/messages/08_res_elderly_limit_disease.xml', import.meta.url)
const bytes = readFileSync(file)
const { message: sample, charset } = decodeMessage('eligibilityAnswer', bytes)
const [sampleResult = {}] = sample.messageBody?.resultList ?? []
/** What says who it is; the rest is the sample’s. */
const NOBODY: OfficialResult = {
  ...sampleResult,
  referenceNumber: '',
  insuredCardSymbol: '',
  insuredBranchNumber: '',
}

function arrival(patient: number, over: OfficialResult, patientNumber?: string): Arrival {
  const result: OfficialResult = { ...NOBODY, ...officialOf(patient), ...over }
  const { insurerNumber = '', insuredIdentificationNumber = '', birthdate = '' } = result
  const face = { insurerNumber, insuredIdentificationNumber, birthdate }
  const answer: EligibilityAnswer = {
    ...sample,
    messageBody: { ...sample.messageBody, resultList: [result] },
  }
  return {
    question: {
      kind: 'card-face',
      face: { ...face, ...(patientNumber !== undefined && { patientNumber }) },
      supersedes: null,
    },
    answered: { answer, bytes, charset, line: 'bench' },
  }
}

const kinds = ['number', 'card', 'birth date', 'somebody new', 'held'] as const
type Kind = (typeof kinds)[number]
const FOUND: Readonly<Record<Kind, string>> = {
  number: 'number known',
  card: 'card known',
  'birth date': 'birthdate known',
  'somebody new': 'birthdate new',
  held: 'number held',
}

const NEW_CARD = { insurerNumber: '01130012', insuredIdentificationNumber: '9' } as const
const ANOTHER = {
  name: '新規　花子',
  nameKana: 'ｼﾝｷ ﾊﾅｺ',
  sex1: '2',
  nameOfOther: '',
  nameOfOtherKana: '',
} as const

/** By what whoever answers is found; in turns, so that rare ones weigh more than in life. */
const arrivals: Readonly<Record<Kind, (patient: number) => Arrival>> = {
  number: (patient) => arrival(patient, {}, numberOf(patient)),
  card: (patient) => arrival(patient, {}),
  'birth date': (patient) => arrival(patient, NEW_CARD),
  'somebody new': (patient) => arrival(patient, ANOTHER),
  held: (patient) => arrival(patient, ANOTHER, numberOf(patient)),
}
