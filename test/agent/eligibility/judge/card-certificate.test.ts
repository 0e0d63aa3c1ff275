import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  cardCertificateAdvice,
  certificateState,
} from '../../../../agent/eligibility/judge/card-certificate.ts'
import type { CardQuestion } from '../../../../agent/eligibility/question.ts'
import { advised } from './advice-bed.ts'

const rule = { from: '1900-01-01', remindMonths: 3, graceMonths: 3 }
const jst = (text: string) => Date.parse(`${text}+09:00`)
const END = jst('2026-05-15T23:59:59')
const at = (now: string, notAfter = END) => certificateState(notAfter, jst(now), rule)

test('a card’s certificate is good, ends within three months, is in grace, then lapsed', () => {
  assert.equal(at('2026-02-14T23:59:59'), 'good')
  assert.equal(at('2026-02-15T00:00:00'), 'ending')
  assert.equal(at('2026-05-15T23:59:59'), 'ending')
  assert.equal(at('2026-05-16T00:00:00'), 'grace')
  assert.equal(at('2026-08-15T23:59:59'), 'grace')
  assert.equal(at('2026-08-31T23:59:59'), 'grace', 'to the end of that month')
  assert.equal(at('2026-09-01T00:00:00'), 'lapsed')
})

test('months are those of the calendar: an end in February is in grace to the end of May', () => {
  const february = jst('2026-02-28T23:59:59')
  assert.equal(at('2026-05-31T23:59:59', february), 'grace')
  assert.equal(at('2026-06-01T00:00:00', february), 'lapsed')
  const november = jst('2025-11-30T23:59:59')
  assert.equal(at('2026-02-28T23:59:59', november), 'grace')
  assert.equal(at('2026-03-01T00:00:00', november), 'lapsed')
  assert.equal(at('2026-02-28T00:00:00', jst('2026-05-31T23:59:59')), 'ending')
  assert.equal(at('2026-02-27T23:59:59', jst('2026-05-31T23:59:59')), 'good')
})

test('days are Japan’s, whatever the machine’s zone', () => {
  const justAfterMidnight = jst('2026-05-01T00:00:00')
  assert.equal(at('2026-08-31T23:59:59', justAfterMidnight), 'grace')
  assert.equal(at('2026-07-31T23:59:59', justAfterMidnight - 1_000), 'grace')
  assert.equal(at('2026-08-01T00:00:00', justAfterMidnight - 1_000), 'lapsed')
})

test('reminder and grace are dated rules, and either may be none', () => {
  const none = { ...rule, remindMonths: 0, graceMonths: 0 }
  const state = (now: string) => certificateState(END, jst(now), none)
  assert.equal(state('2026-05-14T23:59:59'), 'good')
  assert.equal(state('2026-05-31T23:59:59'), 'grace', 'the month of its end')
  assert.equal(state('2026-06-01T00:00:00'), 'lapsed')
})

const tapped = (more: Partial<CardQuestion>): { question: CardQuestion } => ({
  question: {
    kind: 'card',
    reader: 'desk-1',
    certificateExpired: false,
    confirmedBy: '受付',
    confirmedAt: 0,
    supersedes: null,
    ...more,
  },
})
const told = (more: Partial<CardQuestion>) => advised(cardCertificateAdvice, { case: tapped(more) })

test('how far a card’s certificate is from its end is told with what still works', () => {
  const field = 'card.certificateExpired'
  assert.deepEqual(told({ certificate: 'good' }), [])
  assert.deepEqual(told({ certificate: 'ending' }), [`CARD_CERTIFICATE_ENDING at ${field}`])
  assert.deepEqual(told({ certificate: 'grace' }), [`CARD_CERTIFICATE_IN_GRACE at ${field}`])
  assert.deepEqual(told({ certificate: 'lapsed' }), [`CARD_CERTIFICATE_LAPSED at ${field}`])
})

test('of a card that an older release asked about, that it had expired is told', () => {
  assert.deepEqual(told({ certificateExpired: true }), [
    'CARD_CERTIFICATE_IN_GRACE at card.certificateExpired',
  ])
  assert.deepEqual(told({}), [])
})

test('it is told of cards alone, and also where nobody could be asked', () => {
  assert.deepEqual(advised(cardCertificateAdvice), [])
  assert.equal(
    advised(cardCertificateAdvice, {
      outcome: 'offline',
      results: [],
      case: tapped({ certificate: 'lapsed' }),
    }).length,
    1,
  )
})
