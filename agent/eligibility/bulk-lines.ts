import type { CardFace } from '../kernel/card-face.ts'
import { asFault, type Mistake } from '../kernel/errors.ts'
import type { SearchInfo } from '../kernel/official.ts'
import type { Charset } from '../xmlmsg/charset.ts'
import { encodeMessage } from '../xmlmsg/codec.ts'
import type { BulkConfirmUnit } from '../xmlmsg/messages.ts'
import { searchInfoOf } from './question.ts'

/** What ties a unit of the answer to its line: the line's number, from 1 on. */
export const tieOf = (index: number): string => String(index + 1)

/** A checked card face as a line of a bulk question. Bulk questions know no consent. */
export function lineInfoOf(face: CardFace, index: number): SearchInfo {
  const { limitApplicationCertificateRelatedConsFlg: _, ...info } = searchInfoOf({ face })
  return { ...info, arbitraryIdentifier: tieOf(index) }
}

/** What of the lines `charset` cannot hold, before any of them is asked. */
export const unencodableIn = (faces: readonly CardFace[], charset: Charset): Mistake[] =>
  faces.flatMap((face, index) => {
    const field = unencodableField(lineInfoOf(face, index), charset)
    const title = '資格確認端末に送れない文字があります。よく使われる字体に直してください。'
    const detail = 'holds a character that CP932 cannot carry'
    return field === null ? [] : [{ field: `items[${index}].${field}`, title, detail }]
  })

/** Null: all of it can be written. */
function unencodableField(searchInfo: SearchInfo, charset: Charset): string | null {
  const message = { messageBody: { qualificationConfirmSearchInfo: [searchInfo] } }
  try {
    encodeMessage('bulkRequest', message, charset)
    return null
  } catch (error) {
    const { code, facts } = asFault(error)
    if (code !== 'CHARACTER_UNENCODABLE') throw error
    const element = String(facts['element'] ?? '')
    return `${element.charAt(0).toLowerCase()}${element.slice(1)}`
  }
}

/**
 * The unit of each line, by its tie and birth date: undefined where the answer has none. `strays`:
 * how many units are no line's, or a second one of a line that has its own. Pure.
 */
export function unitsOfLines(
  units: readonly BulkConfirmUnit[],
  birthdates: readonly string[],
): { readonly units: (BulkConfirmUnit | undefined)[]; readonly strays: number } {
  const byTie = new Map<string, BulkConfirmUnit>()
  for (const unit of units) {
    const tie = unit.qualificationConfirmSearchInfo?.arbitraryIdentifier?.trim() ?? ''
    if (!byTie.has(tie)) byTie.set(tie, unit)
  }
  const found = birthdates.map((birthdate, index) => {
    const unit = byTie.get(tieOf(index))
    const echoed = unit?.qualificationConfirmSearchInfo?.birthdate?.trim() ?? ''
    return echoed === '' || echoed === birthdate ? unit : undefined
  })
  return { units: found, strays: units.length - found.filter((unit) => unit !== undefined).length }
}
