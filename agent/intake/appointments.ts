import type { AppointmentItem } from '../kernel/appointment.ts'
import type { CardFace } from '../kernel/card-face.ts'
import { AgentError, type Mistake } from '../kernel/errors.ts'
import { holdsIndividualNumber } from '../kernel/individual-number.ts'
import { type Checks, isWritable, mistakesOf, tidy } from './card-face.ts'
import { type NumberChecks, refuseIndividualNumbers, type TypedField } from './individual-number.ts'

/**
 * A list of who is expected, made fit to be kept: blanks left out, digits half-width, keys in one order.
 * A card face that cannot be one is kept, so that one slip does not cost a day’s list; it is not asked
 * about and shown as wrong. Throws `INDIVIDUAL_NUMBER_REFUSED`, and `REQUEST_INVALID` for characters
 * that no list holds.
 */
export function checkAppointments(
  items: readonly AppointmentItem[],
  checks: NumberChecks,
): AppointmentItem[] {
  const fields = items.flatMap((item, index) =>
    Object.entries(textsOf(item)).map(
      ([path, text]): TypedField => [`items[${index}].${path}`, text],
    ),
  )
  refuseIndividualNumbers(fields, checks)
  const mistakes = items.flatMap((item, index) =>
    Object.entries(textsOf(item))
      .filter(([, text]) => !isWritable(text))
      .map(([field]) => unwritable(`items[${index}].${field}`)),
  )
  if (mistakes.length > 0)
    throw new AgentError('REQUEST_INVALID', `${mistakes.length} fields hold control characters`, {
      mistakes,
    })
  return items.map(kept)
}

const unwritable = (field: string): Mistake => ({
  field,
  title: '使えない文字があります。',
  detail: 'holds a control character, or one that XML cannot carry',
})

/** Whether a list that nobody typed may keep it. */
export const isKeepable = (item: AppointmentItem): boolean =>
  Object.values(textsOf(item)).every((text) => isWritable(text) && !holdsIndividualNumber(text))

function textsOf({ patientNumber, cardFace }: AppointmentItem): Record<string, string> {
  const face = Object.entries(cardFace ?? {}).map(([name, text]) => [`cardFace.${name}`, text])
  return { ...(patientNumber !== undefined && { patientNumber }), ...Object.fromEntries(face) }
}

function kept({ time, patientNumber = '', cardFace }: AppointmentItem): AppointmentItem {
  const number = patientNumber.trim()
  return {
    ...(time !== undefined && { time }),
    ...(number !== '' && { patientNumber: number }),
    ...(cardFace !== undefined && { cardFace: tidy(cardFace) }),
  }
}

/** A card face made fit to be asked, or the fields that cannot be. */
export function askable(face: CardFace, checks: Checks): CardFace | readonly string[] {
  const tidied = tidy(face)
  const wrong = mistakesOf(tidied, checks).map(({ field }) => field)
  return wrong.length === 0 ? tidied : [...new Set(wrong)]
}
