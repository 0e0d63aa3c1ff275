import type { Declared } from '../eligibility/question.ts'
import type { AskBody, CardFace, Declarations } from '../kernel/card-face.ts'
import type { Mistake } from '../kernel/errors.ts'
import { msOfRfc3339, toOfficialDate } from '../kernel/time.ts'
import { type Checks, isWritable, mistakesIn, refuseFace, tidy } from './card-face.ts'
import { refuseIndividualNumbers } from './individual-number.ts'
import { misreadings } from './insurer-number.ts'

/** How far two clocks of one clinic may be apart. */
const SKEW_MS = 60_000

/** A card face fit to be asked, and what was declared about it. */
export interface CheckedAsk {
  readonly face: CardFace
  readonly declared: Declared
}

/**
 * A typed card face made fit to be asked. Throws `INDIVIDUAL_NUMBER_REFUSED`, or `CARD_FACE_INVALID`
 * with every mistake of what cannot be a card face. A declaration that nothing called for changes
 * nothing, but belongs to what a repeated request says again.
 */
export function checkAsk(body: AskBody, checks: Checks): CheckedAsk {
  const { asPrinted: _, notIndividualNumber: __, limitConsent: ___, ...typed } = body
  const said = saidIn(body)
  const { asPrinted, notIndividualNumber, limitConsent } = said
  refuseIndividualNumbers(
    Object.entries(said).map(([name, { by }]) => [`${name}.by`, by]),
    checks,
  )
  const wasNeeded = refuseIndividualNumbers(
    Object.entries(typed),
    checks,
    notIndividualNumber !== undefined,
  )
  const flagged = limitConsent === undefined ? typed : { [FLAG]: '1', ...typed }
  const face = tidy(flagged)
  const doubts = misreadings(face.insurerNumber, checks.laws)
  refuseFace([
    ...mistakesIn(face, toOfficialDate(checks.nowMs)),
    ...(asPrinted === undefined ? doubts : []),
    ...mistakesOf(said, face, checks.nowMs),
  ])
  const declared: Declared = {
    ...(limitConsent && { consent: consentOf(limitConsent, checks.nowMs) }),
    ...(asPrinted && doubts.length > 0 && { asPrintedBy: asPrinted.by }),
    ...(notIndividualNumber && wasNeeded && { notIndividualNumberBy: notIndividualNumber.by }),
    ...(Object.keys(said).length > 0 && { said }),
  }
  return { face, declared }
}

const FLAG = 'limitApplicationCertificateRelatedConsFlg'

/** The declarations of a body, in one order. */
function saidIn({ asPrinted, notIndividualNumber, limitConsent }: AskBody): Declarations {
  return {
    ...(asPrinted && { asPrinted: { by: asPrinted.by.trim() } }),
    ...(notIndividualNumber && { notIndividualNumber: { by: notIndividualNumber.by.trim() } }),
    ...(limitConsent && {
      limitConsent: {
        by: limitConsent.by.trim(),
        ...(limitConsent.at !== undefined && { at: limitConsent.at.trim() }),
      },
    }),
  }
}

function mistakesOf(said: Declarations, face: CardFace, nowMs: number): Mistake[] {
  const unwritable = Object.entries(said)
    .filter(([, { by }]) => !isWritable(by))
    .map(([name]) => ({
      field: `${name}.by`,
      title: '使えない文字があります。',
      detail: 'holds a control character',
    }))
  return [...unwritable, ...consentMistakes(said.limitConsent, face[FLAG], nowMs)]
}

type Consent = NonNullable<Declarations['limitConsent']>

function consentMistakes(consent: Consent | undefined, flag = '1', nowMs: number): Mistake[] {
  if (consent === undefined) return []
  const at = consent.at === undefined ? nowMs : msOfRfc3339(consent.at)
  const time = {
    field: 'limitConsent.at',
    title: '同意を確認した日時が正しくありません。',
    detail: 'an RFC 3339 time that is not in the future',
  }
  const contrary = {
    field: FLAG,
    title: '同意を確認したときは、限度額の同意を 1 にしてください。',
    detail: 'must be 1 or absent where the consent was confirmed',
  }
  return [
    ...(at === undefined || at > nowMs + SKEW_MS ? [time] : []),
    ...(flag === '1' ? [] : [contrary]),
  ]
}

/** Never later than now, whatever the other clock says. */
const consentOf = ({ by, at }: Consent, nowMs: number) => ({
  by,
  at: Math.min(nowMs, (at === undefined ? undefined : msOfRfc3339(at)) ?? nowMs),
})
