import { AgentError } from '../kernel/errors.ts'
import type { Store } from '../store/store.ts'
import { type Charset, characterCodes } from '../xmlmsg/charset.ts'
import { decodeMessage, encodeMessage } from '../xmlmsg/codec.ts'

export interface OfficialMessage {
  readonly bytes: Uint8Array
  readonly contentType: string
}

/**
 * The official answer: `charset` null gives the bytes as they came, another charset than theirs
 * re-encodes them. Undefined when there is no such verification. Throws `NO_OFFICIAL_ANSWER`,
 * `QUESTION_OPEN`, `CHARACTER_UNENCODABLE`.
 */
export function officialMessage(
  store: Pick<Store, 'find' | 'message'>,
  id: string,
  charset: Charset | null,
): OfficialMessage | undefined {
  const message = store.message(id)
  if (message === undefined) {
    const found = store.find(id)
    if (found === undefined) return undefined
    if (found === 'open') throw new AgentError('QUESTION_OPEN', 'the question has not ended yet')
    throw new AgentError('NO_OFFICIAL_ANSWER', 'it ended without an official message')
  }
  const wanted = charset ?? message.charset
  return {
    bytes: wanted === message.charset ? message.bytes : recode(message.bytes, wanted),
    contentType: `application/xml; charset=${wanted}`,
  }
}

function recode(bytes: Uint8Array, charset: Charset): Uint8Array {
  // Its size was judged when it came.
  const { message } = decodeMessage('eligibilityAnswer', bytes, { limitBytes: Infinity })
  const header = message.messageHeader
  const isSaid = header?.characterCodeIdentifier !== undefined
  return encodeMessage(
    'eligibilityAnswer',
    isSaid
      ? {
          ...message,
          messageHeader: { ...header, characterCodeIdentifier: characterCodes[charset] },
        }
      : message,
    charset,
  )
}
