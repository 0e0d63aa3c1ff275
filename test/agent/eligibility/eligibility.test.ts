import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type Eligibility, openEligibility } from '../../../agent/eligibility/eligibility.ts'
import { addNote } from '../../../agent/eligibility/notes.ts'
import { readQuestion } from '../../../agent/eligibility/question.ts'
import type { Gateway, GatewayQuestion } from '../../../agent/gateway/gateway.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'
import type { OfficialResult } from '../../../agent/kernel/official.ts'
import { systemClock } from '../../../agent/platform.ts'
import type { Store } from '../../../agent/store/store.ts'
import { judging } from '../../fakes/judging.ts'
import { recordingLog } from '../../fakes/log.ts'
import { open, scratch } from '../store/fixtures.ts'

const face = {
  insurerNumber: '06139992',
  insuredIdentificationNumber: '5678',
  birthdate: '19800502',
  patientNumber: '00042',
}
const person: OfficialResult = {
  insurerNumber: '06139992',
  insuredIdentificationNumber: '5678',
  name: '検証　一郎',
  nameKana: 'ｹﾝｼｮｳ ｲﾁﾛｳ',
  birthdate: '19800502',
  sex1: '1',
}
const asker = { consumerId: 'c1', idempotencyKey: null }
const card = {
  presentationId: 'p1',
  reader: 'desk-1',
  certificate: Buffer.from('CERTIFICATE'),
  certificateExpired: true,
  certificateNotAfter: Date.parse('2020-01-31T14:59:59Z'),
}
const never = new AbortController().signal

/** A gateway that answers `valid` with these results, and keeps what it was asked. */
function answering(results: OfficialResult[] = [person]): Gateway & { asked: GatewayQuestion[] } {
  const asked: GatewayQuestion[] = []
  return {
    asked,
    ask: async (question) => {
      asked.push(question)
      return {
        answer: {
          messageHeader: { segmentOfResult: '1' },
          messageBody: {
            processingResultStatus: '1',
            qualificationValidity: '1',
            resultList: results,
          },
        },
        bytes: Buffer.from('<XmlMsg/>'),
        charset: 'UTF-8',
        line: 'line-a',
      }
    },
  }
}

interface Desk {
  readonly store: Store
  readonly eligibility: Eligibility
  readonly bugs: unknown[]
  readonly faults: (string | null)[]
}

async function deskWith(t: TestContext, gateway: Gateway, path = scratch(t)): Promise<Desk> {
  const store = await open(path)
  const bugs: unknown[] = []
  const faults: (string | null)[] = []
  const eligibility = openEligibility({
    judging,
    store,
    gateway,
    clock: systemClock,
    log: recordingLog(),
    observe: (fault) => faults.push(fault?.code ?? null),
    onBug: (error) => bugs.push(error),
  })
  t.after(async () => {
    await eligibility.close()
    await store.close()
  })
  return { store, eligibility, bugs, faults }
}

async function ended({ store, eligibility }: Desk, id: string) {
  await eligibility.ended(id, never)
  const item = store.find(id)
  assert.ok(item instanceof Uint8Array, 'the question has ended')
  return JSON.parse(Buffer.from(item).toString()).verification
}

test('a card face becomes a verification that says who asked what over which line', async (t) => {
  const gateway = answering()
  const desk = await deskWith(t, gateway)
  const { id } = await desk.eligibility.ask(face, asker)
  const verification = await ended(desk, id)
  assert.equal(verification.id, id)
  assert.equal(verification.outcome, 'valid')
  assert.deepEqual(verification.results, [person])
  assert.deepEqual(verification.source, {
    kind: 'card-face',
    authentication: 'none',
    reader: null,
    line: 'line-a',
  })
  assert.equal(verification.patientNumber, '00042')
  assert.equal(gateway.asked[0]?.id, id)
  assert.deepEqual(gateway.asked[0]?.about, {
    kind: 'card-face',
    searchInfo: {
      insurerNumber: '06139992',
      insuredIdentificationNumber: '5678',
      birthdate: '19800502',
      limitApplicationCertificateRelatedConsFlg: '0',
    },
  })
})

test('a confirmed tap is asked with its certificate, which is stored nowhere', async (t) => {
  const gateway = answering()
  const desk = await deskWith(t, gateway)
  const { id } = await desk.eligibility.askByCard(card, '受付', asker)
  const verification = await ended(desk, id)
  assert.deepEqual(verification.source, {
    kind: 'card',
    authentication: 'visual',
    reader: 'desk-1',
    line: 'line-a',
  })
  assert.deepEqual(verification.card, { certificateExpired: true }, 'a fact, no refusal')
  assert.equal(verification.confirmation.by, '受付')
  assert.deepEqual(gateway.asked[0]?.about, {
    kind: 'card',
    certificate: card.certificate,
    proof: null,
  })
  const stored = JSON.stringify([verification, desk.store.question(id)])
  assert.ok(!stored.includes(card.certificate.toString('base64')))
  assert.ok(!stored.includes(String(card.certificateNotAfter)), 'nor when exactly it ends')
  const question = readQuestion(desk.store.question(id)?.body ?? '')
  assert.ok(
    question?.kind === 'card' && question.certificate === 'lapsed',
    'only how far away it is',
  )
  await assert.rejects(desk.eligibility.recheck(id, asker), { code: 'CARD_NEEDED' })
})

test('a fault after acceptance is a verification with its code, and clears with the next answer', async (t) => {
  const faults = [new AgentError('LOGIN_PAGE', 'x'), new AgentError('LINE_UNREACHABLE', 'x')]
  const good = answering()
  const gateway: Gateway = {
    ask: async (question, signal) => {
      const fault = faults.shift()
      if (fault !== undefined) throw fault
      return good.ask(question, signal)
    },
  }
  const desk = await deskWith(t, gateway)
  const outcomes = []
  for (let n = 0; n < 3; n += 1) {
    const { outcome, fault } = await ended(desk, (await desk.eligibility.ask(face, asker)).id)
    outcomes.push([outcome, fault?.code ?? null, fault?.number ?? null])
  }
  assert.deepEqual(outcomes, [
    ['offline', 'LOGIN_PAGE', 'E506'],
    ['offline', 'LINE_UNREACHABLE', 'E401'],
    ['valid', null, null],
  ])
  assert.deepEqual(desk.faults, ['LOGIN_PAGE', 'LINE_UNREACHABLE', null])
})

test('what a crash interrupted is asked again; a card question ends for want of its card', async (t) => {
  const path = scratch(t)
  const hanging: Gateway = {
    ask: (_, signal) =>
      new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason)),
      ),
  }
  const store = await open(path)
  const before = openEligibility({
    judging,
    store,
    gateway: hanging,
    clock: { ...systemClock, sleep: async () => {} },
    log: recordingLog(),
    observe: () => {},
    onBug: () => {},
  })
  const typed = await before.ask(face, asker)
  const tapped = await before.askByCard(card, '受付', asker)
  await before.close()
  await store.close()

  const gateway = answering()
  const desk = await deskWith(t, gateway, path)
  desk.eligibility.resume()
  assert.equal((await ended(desk, typed.id)).outcome, 'valid')
  const { outcome, fault } = await ended(desk, tapped.id)
  assert.deepEqual([outcome, fault.code], ['failed', 'CARD_NEEDED'])
  assert.equal(gateway.asked.length, 1)
  assert.equal(desk.store.feed.page(null, 10, 'receipt-computer').items.length, 2)
})

test('a recheck is a new verification that supersedes the old one', async (t) => {
  const desk = await deskWith(t, answering())
  const first = await desk.eligibility.ask(face, asker)
  await ended(desk, first.id)
  const second = await desk.eligibility.recheck(first.id, asker)
  assert.notEqual(second.id, first.id)
  assert.equal((await ended(desk, second.id)).supersedes, first.id)
  await assert.rejects(desk.eligibility.recheck('nobody', asker), { code: 'NOT_FOUND' })
})

test('the same key and body join one question, also while it is asked', async (t) => {
  const gateway = answering()
  const desk = await deskWith(t, gateway)
  const keyed = { consumerId: 'c1', idempotencyKey: 'k' }
  const ids = await Promise.all([1, 2, 3].map(() => desk.eligibility.ask(face, keyed)))
  await ended(desk, ids[0]?.id ?? '')
  assert.equal(new Set(ids.map(({ id }) => id)).size, 1)
  assert.equal(gateway.asked.length, 1)
  await assert.rejects(desk.eligibility.ask({ ...face, birthdate: '19800503' }, keyed), {
    code: 'IDEMPOTENCY_KEY_REUSED',
  })
})

test('a bug while asking reaches the process, and the question stays open for the next start', async (t) => {
  const bug = new TypeError('a bug')
  const desk = await deskWith(t, { ask: () => Promise.reject(bug) })
  const { id } = await desk.eligibility.ask(face, asker)
  await desk.eligibility.ended(id, never)
  assert.deepEqual(desk.bugs, [bug])
  assert.equal(desk.store.find(id), 'open')
})

test('the first verification makes the patient, the next finds it by number or by card', async (t) => {
  const desk = await deskWith(t, answering())
  const patientOf = async (over: object) =>
    (await ended(desk, (await desk.eligibility.ask({ ...face, ...over }, asker)).id)).patient
  const first = await patientOf({})
  assert.deepEqual([first.referenceNumber, first.firstSeenHere], ['00042', true])
  const byNumber = await patientOf({})
  assert.deepEqual([byNumber.id, byNumber.firstSeenHere], [first.id, false])
  const { patientNumber: _, ...unnumbered } = face
  const byCard = await ended(desk, (await desk.eligibility.ask(unnumbered, asker)).id)
  assert.deepEqual([byCard.patient.id, byCard.patient.referenceNumber], [first.id, '00042'])
  assert.ok(desk.store.latest('00042'))
  assert.equal(desk.store.latest('99999'), undefined)
})

test('a known number with another birth date links nobody: a person decides', async (t) => {
  const path = scratch(t)
  const desk = await deskWith(t, answering(), path)
  await ended(desk, (await desk.eligibility.ask(face, asker)).id)
  const other = openEligibility({
    judging,
    store: desk.store,
    gateway: answering([{ ...person, birthdate: '19800503' }]),
    clock: systemClock,
    log: recordingLog(),
    observe: () => {},
    onBug: () => {},
  })
  const verification = await ended(
    { ...desk, eligibility: other },
    (await other.ask(face, asker)).id,
  )
  assert.equal(verification.patient, null)
})

test('a note is an event of its own and refuses an individual number', async (t) => {
  const desk = await deskWith(t, answering())
  const { id } = await desk.eligibility.ask(face, asker)
  await ended(desk, id)
  const parts = { store: desk.store, judging, clock: systemClock }
  const note = { verificationId: id, kind: 'original-sighted' as const, by: '受付', text: null }
  const item = JSON.parse(Buffer.from(await addNote(parts, note, asker)).toString())
  assert.deepEqual([item.type, item.note], ['note', note])
  const keyed = { consumerId: 'c1', idempotencyKey: 'n1' }
  assert.deepEqual(await addNote(parts, note, keyed), await addNote(parts, note, keyed))
  const { items } = desk.store.feed.page(null, 10, 'receipt-computer')
  assert.equal(items.length, 3, 'a repeated request adds nothing')
  await assert.rejects(addNote(parts, { ...note, kind: 'referral' }, keyed), {
    code: 'IDEMPOTENCY_KEY_REUSED',
  })
  await assert.rejects(addNote(parts, { ...note, text: '123456789018' }, asker), {
    code: 'INDIVIDUAL_NUMBER_REFUSED',
  })
  await assert.rejects(addNote(parts, { ...note, verificationId: 'x' }, asker), {
    code: 'NOT_FOUND',
  })
})
