import { ageAdvice } from './age-advice.ts'
import { burdenRatioAdvice } from './burden-ratio.ts'
import { cardCertificateAdvice } from './card-certificate.ts'
import type { Advise } from './case.ts'
import { consentAdvice } from './consents.ts'
import { historyAdvice, refundAdvice } from './history.ts'
import { limitCertificateAdvice } from './limit-certificate.ts'
import { officialNoteAdvice, outcomeAdvice } from './outcome-advice.ts'
import { insuredPeriodAdvice } from './periods.ts'
import { publicExpenseAdvice } from './public-expense.ts'
import { renewalAdvice } from './renewal.ts'

/** What the answer itself says to staff: the outcome first, then what there is to pay, then the rest. */
export const answerAdvice: readonly Advise[] = [
  outcomeAdvice,
  refundAdvice,
  historyAdvice,
  insuredPeriodAdvice,
  burdenRatioAdvice,
  ageAdvice,
  renewalAdvice,
  limitCertificateAdvice,
  publicExpenseAdvice,
  cardCertificateAdvice,
  officialNoteAdvice,
  consentAdvice,
]
