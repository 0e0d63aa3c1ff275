import type { GatewayAnswer } from '../gateway/gateway.ts'
import type { FaultCode } from '../kernel/faults.ts'
import type { EligibilityAnswer, OfficialHeader } from '../kernel/official.ts'
import type { Charset } from '../xmlmsg/charset.ts'
import { encodeMessage } from '../xmlmsg/codec.ts'
import type { BulkConfirmUnit } from '../xmlmsg/messages.ts'
import { unitsOfLines } from './bulk-lines.ts'
import { type Meaning, meaningOf, meaningOfFault } from './outcome.ts'

/** One unit of a bulk answer as a message of its own: what it says of one person, word for word. */
export function unitAnswer(
  unit: BulkConfirmUnit,
  header: OfficialHeader,
  charset: Charset,
): GatewayAnswer {
  const {
    resultOfQualificationConfirmation: results,
    referenceNumber: numbers,
    unknown,
    ...body
  } = unit
  const [referenceNumber] = numbers ?? []
  const answer: EligibilityAnswer = {
    messageHeader: header,
    messageBody: {
      ...body,
      ...(results !== undefined && {
        resultList: results.map((result) => ({
          ...(referenceNumber !== undefined && { referenceNumber }),
          ...result,
        })),
      }),
      ...(unknown !== undefined && { unknown }),
    },
  }
  return { answer, bytes: encodeMessage('eligibilityAnswer', answer, charset), charset, line: null }
}

/** A bulk answer that speaks of nobody, a refusal say, as the answer about each of its lines. */
function headerAnswer(header: OfficialHeader, charset: Charset): GatewayAnswer {
  const answer: EligibilityAnswer = { messageHeader: header }
  return { answer, bytes: encodeMessage('eligibilityAnswer', answer, charset), charset, line: null }
}

/** What came of all lines: units of an answer, or the fault that came instead. */
export type Ending =
  | { readonly fault: FaultCode }
  | {
      readonly header: OfficialHeader
      readonly units: readonly BulkConfirmUnit[]
      readonly charset: Charset
    }

interface LineAnswer {
  readonly meaning: Meaning
  readonly answered: GatewayAnswer | null
}

/** What each line ends in, by its index; `birthdates` of the lines. Pure. */
export function answersOf(
  ending: Ending,
  birthdates: readonly string[],
): {
  readonly of: (index: number) => LineAnswer
  readonly strays: number
} {
  if ('fault' in ending) {
    const meaning = meaningOfFault(ending.fault)
    return { of: () => ({ meaning, answered: null }), strays: 0 }
  }
  const { header, charset } = ending
  const { units, strays } = unitsOfLines(ending.units, birthdates)
  // A header that says that all went well says nothing of a line that is missing.
  const ofAll = header.segmentOfResult === '1' ? null : headerAnswer(header, charset)
  const meaningOfAll = meaningOf({ messageHeader: header })
  return {
    strays,
    of(index) {
      const unit = units[index]
      if (unit === undefined) return { meaning: meaningOfAll, answered: ofAll }
      const answered = unitAnswer(unit, header, charset)
      return { meaning: meaningOf(answered.answer), answered }
    },
  }
}
