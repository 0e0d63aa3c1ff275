import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { openEligibility } from '../../../agent/eligibility/eligibility.ts'
import { openTimesOf } from '../../../agent/eligibility/follow-up-plan.ts'
import { addNote } from '../../../agent/eligibility/notes.ts'
import { addIntake } from '../../../agent/eligibility/offline-intakes.ts'
import { openReasking } from '../../../agent/eligibility/reasking.ts'
import type { Gateway, GatewayQuestion } from '../../../agent/gateway/gateway.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'
import type { FaultCode } from '../../../agent/kernel/faults.ts'
import { isOpenAt, type OpenHours } from '../../../agent/kernel/hours.ts'
import type { EligibilityAnswer } from '../../../agent/kernel/official.ts'
import type { IntakeForm } from '../../../agent/kernel/offline-intake.ts'
import type { NoteKind, Verification } from '../../../agent/kernel/verification.ts'
import { FakeClock } from '../../fakes/clock.ts'
import { judging } from '../../fakes/judging.ts'
import { recordingLog } from '../../fakes/log.ts'
import { open, scratch } from '../store/fixtures.ts'

export const DAY = 24 * 60 * 60_000
export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const never = new AbortController().signal
export const asker = { consumerId: 'c1', idempotencyKey: null }
export const face = {
  insurerNumber: '06139992',
  insuredIdentificationNumber: '5678',
  birthdate: '19800502',
}
export const form: IntakeForm = {
  name: '見本　一郎',
  birthdate: '19800502',
  sex: '1',
  address: '東京都',
}
export const faced = (number: string): IntakeForm => ({
  ...form,
  cardFace: { insurerNumber: '06139992', insuredIdentificationNumber: number },
})

/** What the official side says, by its validity; pending is a segment. */
const ANSWERS = {
  valid: { segment: '1', validity: '1' },
  invalid: { segment: '1', validity: '2' },
  'not-found': { segment: '1', validity: '4' },
  multiple: { segment: '1', validity: '5' },
  pending: { segment: '2', validity: undefined },
} as const
type Answer = keyof typeof ANSWERS
const isAnswer = (said: Says): said is Answer => Object.hasOwn(ANSWERS, said)

type Says = FaultCode | Answer | 'hang'

function answerOf(said: Answer, number: string): EligibilityAnswer {
  const { segment, validity } = ANSWERS[said]
  const result = { ...face, insuredIdentificationNumber: number, name: '見本　一郎' }
  return {
    messageHeader: { segmentOfResult: segment },
    messageBody: {
      processingResultStatus: '1',
      ...(validity !== undefined && { qualificationValidity: validity }),
      resultList: said === 'valid' || said === 'invalid' ? [result] : [],
    },
  }
}

/** A gateway that says what the test wants, by the number on the card, and keeps what it was asked. */
function scripted(says: (number: string) => Says) {
  const asked: GatewayQuestion[] = []
  let atOnce = 0
  let most = 0
  const gateway: Gateway = {
    async ask(question, signal) {
      asked.push(question)
      atOnce += 1
      most = Math.max(most, atOnce)
      try {
        const { about } = question
        const number =
          about.kind === 'card-face' ? (about.searchInfo.insuredIdentificationNumber ?? '') : ''
        const said = says(number)
        if (said === 'hang')
          await new Promise((_, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason), { once: true })
          })
        await new Promise((resolve) => setImmediate(resolve))
        if (said !== 'hang' && !isAnswer(said)) throw new AgentError(said, 'as scripted')
        return {
          answer: answerOf(said === 'hang' ? 'valid' : said, number),
          bytes: Buffer.from('<XmlMsg/>'),
          charset: 'UTF-8',
          line: 'line-a',
        }
      } finally {
        atOnce -= 1
      }
    },
  }
  return { gateway, asked, most: () => most }
}

/** Weekdays from 9 to 18 with a break from 12:30, Saturdays until 12. */
const HOURS: readonly OpenHours[] = [
  { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '12:30' },
  { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '14:00', to: '18:00' },
  { days: ['sat'], from: '09:00', to: '12:00' },
]
export const openTimes = openTimesOf((at) =>
  isOpenAt({ hours: HOURS, closed: ['2026-04-29'], holidays: { nameOf: () => null } }, at),
)

/** Store, eligibility and re-asking over a scripted gateway, on a clock that the test moves. */
export async function deskOf(t: TestContext, path = scratch(t)) {
  const clock = new FakeClock()
  let says: (number: string) => Says = () => 'NO_LINE'
  const { gateway, asked, most } = scripted((number) => says(number))
  const store = await open(path)
  const log = recordingLog()
  const bugs: unknown[] = []
  const onBug = (error: unknown) => void bugs.push(error)
  const eligibility = openEligibility({
    store,
    judging,
    gateway,
    clock,
    log,
    observe: () => {},
    onBug,
  })
  const reasking = openReasking({ store, eligibility, clock, log, onBug, openTimes })
  const close = async () => {
    await reasking.close()
    const closed = eligibility.close()
    await clock.advance(10_000)
    await closed
    await store.close()
  }
  t.after(async () => {
    await close()
    assert.deepEqual(bugs, [])
  })
  const verificationOf = (id: string): Verification => {
    const item = store.find(id)
    assert.ok(item instanceof Uint8Array, 'it has ended')
    return JSON.parse(Buffer.from(item).toString()).verification
  }
  return {
    clock,
    store,
    eligibility,
    reasking,
    log,
    asked,
    most,
    close,
    verificationOf,
    gatewaySays: (what: Says | ((number: string) => Says)) => {
      says = typeof what === 'string' ? () => what : what
    },
    ask: async (over: object = {}) => {
      const { id } = await eligibility.ask({ ...face, ...over }, asker)
      await eligibility.ended(id, never)
      return id
    },
    note: async (verificationId: string, kind: NoteKind) => {
      const note = { verificationId, kind, by: '受付 見本', text: null }
      await addNote({ store, judging, clock }, note, asker)
    },
    add: async (of: IntakeForm) => (await addIntake({ store, clock }, of, asker)).id,
    state: (id: string) => store.intakes.find(id)?.state,
    /** All verifications in the order of the feed. */
    feed: (): Verification[] =>
      store.feed
        .page(null, 1000, 'receipt-computer')
        .items.map((item) => JSON.parse(Buffer.from(item).toString()).verification)
        .filter((verification) => verification !== undefined),
    /** Waits until nothing is asked and the next look is slept for. */
    async idle() {
      while (clock.sleeping() === 0 || store.openQuestions().length > 0)
        await new Promise((resolve) => setImmediate(resolve))
    },
    /** Waits until as many questions went out. */
    async went(count: number) {
      while (asked.length < count) await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

export type Desk = Awaited<ReturnType<typeof deskOf>>

/** Time passes in steps of a look; what is due is asked and has ended before the next one. */
export async function pass(desk: Desk, ms: number) {
  for (let passed = 0; passed < ms; passed += 5 * MINUTE) {
    await desk.clock.advance(5 * MINUTE)
    await desk.idle()
  }
}

/** A desk with a line, on Wednesday the 1st of April 2026 at nine. */
export async function openDesk(t: Parameters<typeof deskOf>[0], path?: string): Promise<Desk> {
  const desk = await deskOf(t, path)
  desk.reasking.lineIsBack()
  await desk.idle()
  return desk
}
