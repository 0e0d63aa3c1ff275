import { readFileSync } from 'node:fs'
import { openEligibility } from '../../agent/eligibility/eligibility.ts'
import type { CardFace } from '../../agent/kernel/card-face.ts'
import type { EligibilityAnswer } from '../../agent/kernel/official.ts'
import { systemClock } from '../../agent/platform.ts'
import type { Store } from '../../agent/store/store.ts'
import { decodeMessage } from '../../agent/xmlmsg/codec.ts'
import { judging } from '../fakes/judging.ts'
import { onBug, silentLog } from './scratch-store.ts'

/** When the commit that ends a question began and was durable, ns of the monotonic clock. */
export interface Ended {
  readonly begunNs: bigint
  readonly durableNs: bigint
}

const file = new URL('../fixtures/messages/08_res_elderly_limit_disease.xml', import.meta.url)
const ASKER = { consumerId: null, idempotencyKey: null }
const PATIENCE_MS = 30_000

/** The number and the insured number of whom the answer is about. */
const NUMBER = '00107'
const INSURED_NUMBER = '0011223'

/** The patient numbers of so many people. */
export const numbersOf = (people: number) =>
  Array.from({ length: people }, (_, n) => String(Number(NUMBER) + n).padStart(NUMBER.length, '0'))

/**
 * Asks a question that the official side answers at once; resolves when it has ended. `people`: so
 * many in turns.
 */
export function instantAsker(store: Store, people = 1): () => Promise<Ended> {
  const text = readFileSync(file, 'utf8')
  const answers = numbersOf(people).map((number) => {
    const bytes = Buffer.from(text.replace(NUMBER, number).replace(INSURED_NUMBER, `00${number}`))
    const { message, charset } = decodeMessage('eligibilityAnswer', bytes)
    return { answer: message, bytes, charset, line: 'bench' }
  })
  let asked = 0
  const next = () => {
    const answer = answers[asked % answers.length]
    asked += 1
    if (answer === undefined) throw new Error('nobody is asked about')
    return answer
  }
  const face = faceOf(answers[0]?.answer)
  let ended: PromiseWithResolvers<Ended> = Promise.withResolvers()
  const end: Store['end'] = async (record) => {
    const begunNs = process.hrtime.bigint()
    const isEnded = await store.end(record)
    if (isEnded) ended.resolve({ begunNs, durableNs: process.hrtime.bigint() })
    return isEnded
  }
  const eligibility = openEligibility({
    judging,
    store: { ...store, end },
    gateway: { ask: async () => next() },
    clock: systemClock,
    log: silentLog,
    observe: () => {},
    onBug,
  })
  return async () => {
    ended = Promise.withResolvers()
    const { id } = await eligibility.ask(face, ASKER)
    await eligibility.ended(id, AbortSignal.timeout(PATIENCE_MS))
    return ended.promise
  }
}

/** Of whom the answer speaks: of another birth date it would be nobody's. */
function faceOf(answer: EligibilityAnswer | undefined): CardFace {
  const { insurerNumber, insuredIdentificationNumber, birthdate } =
    answer?.messageBody?.resultList?.[0] ?? {}
  if (!insurerNumber || !insuredIdentificationNumber || !birthdate)
    throw new Error('the answer is about nobody')
  return { insurerNumber: insurerNumber.trim(), insuredIdentificationNumber, birthdate }
}
