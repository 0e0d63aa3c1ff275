import { asFault } from '../kernel/errors.ts'
import type { EligibilityAnswer } from '../kernel/official.ts'
import { type Charset, characterCodes } from '../xmlmsg/charset.ts'
import { decodeMessage, encodeMessage } from '../xmlmsg/codec.ts'

/** A face file, or why there is none: the official element, or the code of the fault. */
export type FaceMessage =
  | { readonly is: 'file'; readonly bytes: Uint8Array }
  | { readonly is: 'unmappable'; readonly field: string }

/**
 * An official answer as a face file, in `wanted` or, where that is undefined, as it came. Pure.
 *
 * ASSUMPTION: a face file is an answer without the echo of the question
 * (`QualificationConfirmSearchInfo`), which an answer to a typed card face has; that is left out and
 * nothing else. `ReferenceClassification` stays 2 there, numbers of a bulk inquiry stay in the header,
 * and a `ReferenceNumber` that did not come is not invented from the clinic's own number: receipt
 * computers match by it. Several results stay in one file. No official description is public.
 *
 * What needs no change is the official bytes, whatever their order. What does is written anew in
 * the documented order, and then declaration and `CharacterCodeIdentifier` agree.
 */
export function faceMessage(
  official: { readonly bytes: Uint8Array; readonly charset: Charset },
  wanted: Charset | undefined,
): FaceMessage {
  try {
    return { is: 'file', bytes: faceBytes(official.bytes, wanted) }
  } catch (error) {
    const { code, facts } = asFault(error)
    return { is: 'unmappable', field: String(facts['element'] ?? code) }
  }
}

function faceBytes(bytes: Uint8Array, wanted: Charset | undefined): Uint8Array {
  // Its size was judged when it came.
  const { message, charset } = decodeMessage('eligibilityAnswer', bytes, { limitBytes: Infinity })
  const target = wanted ?? charset
  const isEchoed = message.messageBody?.qualificationConfirmSearchInfo !== undefined
  const said = message.messageHeader?.characterCodeIdentifier
  const mustSay = said === undefined || wanted === undefined ? said : characterCodes[target]
  if (!isEchoed && target === charset && said === mustSay) return bytes
  return encodeMessage('eligibilityAnswer', withoutEcho(message, target), target)
}

function withoutEcho(message: EligibilityAnswer, charset: Charset): EligibilityAnswer {
  const { messageHeader: header, messageBody: body } = message
  const { qualificationConfirmSearchInfo: _, ...kept } = body ?? {}
  const isSaid = header?.characterCodeIdentifier !== undefined
  return {
    ...message,
    ...(isSaid && {
      messageHeader: { ...header, characterCodeIdentifier: characterCodes[charset] },
    }),
    ...(body !== undefined && { messageBody: kept }),
  }
}
