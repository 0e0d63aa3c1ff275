import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { type Batches, openBatches } from '../../../agent/eligibility/batches.ts'
import { openRegistrations } from '../../../agent/eligibility/registrations.ts'
import type {
  BulkQuestion,
  Registration,
  TerminalGateway,
} from '../../../agent/gateway/terminal.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'
import type { FaultCode } from '../../../agent/kernel/faults.ts'
import type { Verification } from '../../../agent/kernel/verification.ts'
import type { BulkConfirmUnit, ReferenceNumberAnswer } from '../../../agent/xmlmsg/messages.ts'
import { FakeClock } from '../../fakes/clock.ts'
import { judging } from '../../fakes/judging.ts'
import { recordingLog } from '../../fakes/log.ts'
import { open, scratch } from '../store/fixtures.ts'

export const MINUTE = 60_000
export const asker = { consumerId: 'c1', idempotencyKey: null }
export const faces = ['1', '2', '3'].map((number) => ({
  insurerNumber: '06139992',
  insuredIdentificationNumber: number,
  birthdate: `1980050${number}`,
  patientNumber: `0000${number}`,
  arbitraryIdentifier: `theirs-${number}`,
}))
export const registered = {
  referenceNumber: '00042',
  insurerNumber: '06139992',
  insuredIdentificationNumber: '1',
}

type Says<T extends object> = T | FaultCode | 'hang'
/** Without units: it is still processed. */
type Fetched = { readonly segment: string; readonly units?: BulkConfirmUnit[] }
export const processing: Fetched = { segment: '2' }

/** A gateway that says what the test wants, in turn, and keeps what it was asked. */
function scripted() {
  const submitted: BulkQuestion[] = []
  const fetched: { id: string; receptionNumber: string }[] = []
  const writes: Registration[] = []
  const says: {
    readonly submit: Says<{ number: string | null }>[]
    readonly fetch: Says<Fetched>[]
    readonly register: Says<ReferenceNumberAnswer>[]
  } = { submit: [], fetch: [], register: [] }
  const came = { bytes: new Uint8Array(), charset: 'UTF-8' } as const
  const next = async <T extends object>(list: Says<T>[], signal: AbortSignal): Promise<T> => {
    const said = list.shift() ?? 'hang'
    if (said === 'hang') {
      const { promise, reject } = Promise.withResolvers<never>()
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      return promise
    }
    if (typeof said === 'string') throw new AgentError(said, 'scripted')
    return said
  }
  const gateway: Pick<TerminalGateway, 'submitBulk' | 'fetchBulk' | 'register'> = {
    async submitBulk(bulk, signal) {
      submitted.push(bulk)
      const { number } = await next(says.submit, signal)
      const messageHeader = number === null ? { segmentOfResult: '9', errorCode: 'X9' } : {}
      return { ...came, answer: { messageHeader }, receptionNumber: number }
    },
    async fetchBulk(bulk, signal) {
      fetched.push(bulk)
      const said = await next(says.fetch, signal)
      if (said.units === undefined) return { is: 'processing' }
      const messageHeader = { segmentOfResult: said.segment, receptionNumber: '77' }
      const answer = { messageHeader, messageBody: { bulkConfirmUnit: said.units } }
      return { is: 'done', ...came, answer }
    },
    async register(one, signal) {
      writes.push(one)
      return { ...came, answer: await next(says.register, signal) }
    },
  }
  return { gateway, says, submitted, fetched, writes }
}

/** The unit that answers this line of ours. */
export const unitOf = (line: number, over: BulkConfirmUnit = {}): BulkConfirmUnit => ({
  qualificationConfirmSearchInfo: {
    birthdate: `1980050${line}`,
    arbitraryIdentifier: String(line),
  },
  processingResultStatus: '1',
  qualificationValidity: '1',
  resultOfQualificationConfirmation: [
    { insurerNumber: '06139992', insuredIdentificationNumber: String(line), name: '見本　一郎' },
  ],
  ...over,
})
export const all = { segment: '1', units: [unitOf(3), unitOf(1), unitOf(2)] }

/** Store and bulk questions over a scripted gateway, on a clock that the test moves. */
export async function deskOf(t: TestContext, script = scripted(), path = scratch(t)) {
  const clock = new FakeClock()
  const store = await open(path)
  const log = recordingLog()
  const bugs: unknown[] = []
  const parts = {
    store,
    judging,
    gateway: script.gateway,
    clock,
    log,
    onBug: (error: unknown) => void bugs.push(error),
  }
  const batches: Batches = openBatches(parts)
  const registrations = openRegistrations(parts)
  let isClosed = false
  const close = async () => {
    if (isClosed) return
    isClosed = true
    const closed = Promise.all([batches.close(), registrations.close()])
    await clock.advance(10_000)
    await closed
    await store.close()
  }
  t.after(async () => {
    await close()
    assert.deepEqual(bugs, [])
  })
  const state = (id: string) => store.batches.find(id)?.state
  return {
    ...script,
    clock,
    store,
    log,
    batches,
    registrations,
    close,
    state,
    /** Closes this one and opens another over the same file. */
    async again() {
      await close()
      return deskOf(t, script, path)
    },
    add: async () => (await batches.add(faces, asker)).id,
    /** Waits, in real time, until it holds. */
    async until(holds: () => boolean) {
      while (!holds()) await new Promise((resolve) => setImmediate(resolve))
    },
    /** Waits until it has ended and is in the feed. */
    async ended(id: string) {
      const isEnd = ({ event, facts }: (typeof log.lines)[number]) =>
        event === 'batch-ended' && 'batch' in facts && facts.batch === id
      while (!log.lines.some(isEnd)) await new Promise((resolve) => setImmediate(resolve))
    },
    feed: (): Verification[] =>
      store.feed
        .page(null, 1_000, 'receipt-computer')
        .items.map((item) => JSON.parse(Buffer.from(item).toString()).verification),
  }
}
