import type { GatewayAnswer } from '../gateway/gateway.ts'
import type { EligibilityAnswer, OfficialHeader } from '../kernel/official.ts'
import type { Charset } from '../xmlmsg/charset.ts'
import { encodeMessage } from '../xmlmsg/codec.ts'
import type { BulkConfirmUnit } from '../xmlmsg/messages.ts'

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
export function headerAnswer(header: OfficialHeader, charset: Charset): GatewayAnswer {
  const answer: EligibilityAnswer = { messageHeader: header }
  return { answer, bytes: encodeMessage('eligibilityAnswer', answer, charset), charset, line: null }
}
