import { type AdvisoryCode, advisory } from '../../kernel/advisories.ts'
import { dayAt, monthsAfter } from '../../kernel/calendar.ts'
import type { Rules } from '../../kernel/rules.ts'
import type { CardQuestion } from '../question.ts'
import type { Advise } from './case.ts'

/** How far a card’s 利用者証明用電子証明書 is from its end. */
export type CertificateState = NonNullable<CardQuestion['certificate']>

/**
 * `notAfterMs` and `nowMs` are epoch ms; days and months are those of Japan. The months before the end
 * go by its day. Those of grace go to the end of a month: with an end in February, to that of May.
 * [厚生労働省: 満了日の属する月の末日から3か月間; 多摩市 2025-05-15]
 */
export function certificateState(
  notAfterMs: number,
  nowMs: number,
  { remindMonths, graceMonths }: Rules['cardCertificates'][number],
): CertificateState {
  const [end, today] = [dayAt(notAfterMs), dayAt(nowMs)]
  if (nowMs <= notAfterMs) return today < monthsAfter(end, -remindMonths) ? 'good' : 'ending'
  const graceMonth = monthsAfter(end, graceMonths).slice(0, 7)
  return today.slice(0, 7) <= graceMonth ? 'grace' : 'lapsed'
}

const CODES: Readonly<Record<CertificateState, AdvisoryCode | null>> = {
  good: null,
  ending: 'CARD_CERTIFICATE_ENDING',
  grace: 'CARD_CERTIFICATE_IN_GRACE',
  lapsed: 'CARD_CERTIFICATE_LAPSED',
}

/** A fact of the card, so also where nobody could be asked. Never a reason to refuse. */
export const cardCertificateAdvice: Advise = ({ question }) => {
  if (question.kind !== 'card') return []
  // An older release kept only whether it had expired.
  const state = question.certificate ?? (question.certificateExpired ? 'grace' : 'good')
  const code = CODES[state]
  return code === null ? [] : [advisory(code, 'card.certificateExpired')]
}
