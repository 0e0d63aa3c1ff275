import type { CardFace } from '../kernel/card-face.ts'
import type { Mistake } from '../kernel/errors.ts'
import type { Registration } from '../kernel/registration.ts'
import { toOfficialDate } from '../kernel/time.ts'
import { type Checks, isWritable, lengthOf, mistakesOf, refuseFace, tidy } from './card-face.ts'
import { refuseIndividualNumbers, type TypedField } from './individual-number.ts'

/** [official message 照会番号登録: 照会番号] */
const REFERENCE_LENGTH = 50

/**
 * The card faces of one bulk question made fit to be asked, as `checkCardFace` does; all of them are for
 * one day, and ask for no consent. Throws `INDIVIDUAL_NUMBER_REFUSED`, or `CARD_FACE_INVALID`
 * with every mistake of every line.
 */
export function checkBatch(typed: readonly CardFace[], checks: Checks): CardFace[] {
  refuseIndividualNumbers(typed.flatMap(fieldsOfLine), checks)
  const today = toOfficialDate(checks.nowMs)
  const faces = typed.map(tidy)
  const day = dayOf(faces[0], today)
  refuseFace(
    faces.flatMap((face, index) =>
      [...mistakesOf(face, checks), ...bulkMistakes(face, dayOf(face, today) === day)].map(
        (mistake) => ({ ...mistake, field: `items[${index}].${mistake.field}` }),
      ),
    ),
  )
  return faces
}

const fieldsOfLine = (face: CardFace, index: number) =>
  Object.entries(face).map(([field, value]): TypedField => [`items[${index}].${field}`, value])

const dayOf = (face: CardFace | undefined, today: string) =>
  face?.qualificationConfirmationDate ?? today

function bulkMistakes(face: CardFace, isOfDay: boolean): Mistake[] {
  const day = {
    field: 'qualificationConfirmationDate',
    title: '資格確認日は全件同じにしてください。',
    detail: 'all lines are asked for one day, that of the first one',
  }
  const consent = {
    field: 'limitApplicationCertificateRelatedConsFlg',
    title: '一括照会では限度額の同意は使えません。',
    detail: 'bulk questions know no consent',
  }
  const isConsenting = face.limitApplicationCertificateRelatedConsFlg === '1'
  return [...(isOfDay ? [] : [day]), ...(isConsenting ? [consent] : [])]
}

/** As `checkBatch`, for the registration of a patient number. */
export function checkRegistration(typed: Registration, checks: Checks): Registration {
  refuseIndividualNumbers(Object.entries(typed), checks)
  const { referenceNumber: number, ...insured } = typed
  const referenceNumber = number.trim()
  // A registration names no birth date.
  const { birthdate: _, ...tidied } = tidy({ ...insured, birthdate: '' })
  refuseFace([...referenceMistakes(referenceNumber), ...mistakesOf(tidied, checks)])
  return { referenceNumber, ...tidied }
}

function referenceMistakes(referenceNumber: string): Mistake[] {
  const length = lengthOf(referenceNumber)
  const field = 'referenceNumber'
  if (length < 1 || length > REFERENCE_LENGTH)
    return [{ field, title: '患者番号は1〜50文字です。', detail: '1 to 50 characters' }]
  if (!isWritable(referenceNumber))
    return [{ field, title: '使えない文字があります。', detail: 'holds a control character' }]
  return []
}
