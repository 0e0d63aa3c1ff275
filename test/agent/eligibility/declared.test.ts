import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { openEligibility } from '../../../agent/eligibility/eligibility.ts'
import { readQuestion, searchInfoOf } from '../../../agent/eligibility/question.ts'
import type { GatewayQuestion } from '../../../agent/gateway/gateway.ts'
import { checkAsk } from '../../../agent/intake/ask-body.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { systemClock } from '../../../agent/platform.ts'
import { judging } from '../../fakes/judging.ts'
import { recordingLog } from '../../fakes/log.ts'
import { checksAt } from '../intake/checks.ts'
import { open, scratch } from '../store/fixtures.ts'

const NUMBER = '123456789018'
const face = {
  insurerNumber: '06139992',
  insuredIdentificationNumber: '5678',
  birthdate: '19800502',
}
const consent = { by: '受付 花子', at: Date.parse('2026-04-01T08:59:00+09:00') }
const asker = { consumerId: 'c1', idempotencyKey: null }
const never = new AbortController().signal

/** A desk whose official side answers with this number on the card. */
async function deskOf(t: TestContext, number = '5678') {
  const store = await open(scratch(t))
  const flags: (string | undefined)[] = []
  const ask = async ({ about }: GatewayQuestion) => {
    assert.ok(about.kind === 'card-face')
    flags.push(about.searchInfo.limitApplicationCertificateRelatedConsFlg)
    const result = {
      ...face,
      insuredIdentificationNumber: number,
      name: '検証　一郎',
      nameKana: 'ｹﾝｼｮｳ ｲﾁﾛｳ',
    }
    const answer = {
      messageHeader: { segmentOfResult: '1' },
      messageBody: {
        processingResultStatus: '1',
        qualificationValidity: '1',
        resultList: [result],
      },
    }
    return { answer, bytes: Buffer.from('<XmlMsg/>'), charset: 'UTF-8' as const, line: 'a' }
  }
  const eligibility = openEligibility({
    judging,
    store,
    gateway: { ask },
    clock: systemClock,
    log: recordingLog(),
    observe: () => {},
    onBug: (error) => assert.fail(String(error)),
  })
  t.after(async () => {
    await eligibility.close()
    await store.close()
  })
  const ended = async (id: string) => {
    await eligibility.ended(id, never)
    const item = store.find(id)
    assert.ok(item instanceof Uint8Array)
    return JSON.parse(Buffer.from(item).toString()).verification
  }
  return { store, eligibility, flags, ended }
}

test('the consent flag is 1 only with who confirmed the consent, whatever was sent', async (t) => {
  const { eligibility, flags, ended } = await deskOf(t)
  const flagged = { ...face, limitApplicationCertificateRelatedConsFlg: '1' }
  const alone = await ended((await eligibility.ask(flagged, asker)).id)
  const confirmed = await ended((await eligibility.ask(flagged, asker, { consent })).id)
  assert.deepEqual(flags, ['0', '1'])
  assert.equal(alone.limitConsent, null)
  assert.deepEqual(confirmed.limitConsent, { by: '受付 花子', at: '2026-04-01T08:59:00+09:00' })
  assert.equal(searchInfoOf({ face: flagged }).limitApplicationCertificateRelatedConsFlg, '0')
})

test('a recheck carries the first consent and declaration over, with their date and name', async (t) => {
  const { store, eligibility, flags, ended } = await deskOf(t)
  const declared = { consent, asPrintedBy: '受付 花子' }
  const first = await eligibility.ask({ ...face, insurerNumber: '06159992' }, asker, declared)
  await ended(first.id)
  const second = await eligibility.recheck(first.id, asker)
  assert.deepEqual((await ended(second.id)).limitConsent?.at, '2026-04-01T08:59:00+09:00')
  assert.deepEqual(flags, ['1', '1'])
  const question = readQuestion(store.question(second.id)?.body ?? '')
  assert.ok(question?.kind === 'card-face')
  assert.deepEqual(
    [question.consent, question.asPrintedBy, question.supersedes],
    [consent, '受付 花子', first.id],
  )
})

test('a key belongs to the face with all that was declared about it', async (t) => {
  const { eligibility } = await deskOf(t)
  const keyed = { consumerId: 'c1', idempotencyKey: 'k' }
  const ask = (at: number, by: string) => {
    const checked = checkAsk({ ...face, limitConsent: { by } }, checksAt(at))
    return eligibility.ask(checked.face, keyed, checked.declared)
  }
  const first = await ask(consent.at, '花子')
  assert.deepEqual(await ask(consent.at + 60_000, '花子'), first, 'a repetition, a minute later')
  await assert.rejects(ask(consent.at, '太郎'), { code: 'IDEMPOTENCY_KEY_REUSED' })
  await assert.rejects(eligibility.ask(face, keyed), { code: 'IDEMPOTENCY_KEY_REUSED' })
})

test('an official answer with what looks like a 個人番号 is kept as it came, and its number can then be typed', async (t) => {
  const { store, eligibility, ended } = await deskOf(t, NUMBER)
  const typed = { ...face, insuredIdentificationNumber: NUMBER }
  const check = () =>
    checkAsk(typed, { ...checksAt(consent.at), isKnownNumber: store.isKnownNumber })
  assert.throws(
    check,
    (error) => error instanceof AgentError && error.code === 'INDIVIDUAL_NUMBER_REFUSED',
  )
  const { results } = await ended((await eligibility.ask(face, asker)).id)
  assert.equal(results[0].insuredIdentificationNumber, NUMBER)
  assert.equal(check().face.insuredIdentificationNumber, NUMBER)
})
