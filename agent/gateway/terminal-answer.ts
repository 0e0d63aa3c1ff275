import type { FoundFile } from '../folders/folder.ts'
import { AgentError, asFault } from '../kernel/errors.ts'
import type { FaultCode } from '../kernel/faults.ts'
import type { Charset } from '../xmlmsg/charset.ts'
import { decodeMessage } from '../xmlmsg/codec.ts'
import type { Message, MessageKind } from '../xmlmsg/messages.ts'
import { unzipMessage } from '../xmlmsg/zip.ts'
import { checkAddressee } from './addressee.ts'

/** What an answer must be to count. */
export interface Expected<K extends MessageKind> {
  readonly kind: K
  readonly institutionCode: string
  /** An answer that carries an identifier carries one of these. */
  readonly identifiers: readonly string[]
  readonly limitBytes: number
  /** Whether its echo is of our question, as far as it has one. */
  readonly echoes: (message: Message<K>) => boolean
}

/** An official answer as it came; `bytes` are the XML, also where it came in a ZIP. */
export interface Received<K extends MessageKind> {
  readonly message: Message<K>
  readonly bytes: Uint8Array
  readonly charset: Charset
}

/**
 * What a file is under a name that is ours.
 *
 * - not-mine: whole, and another institution's or another question's
 * - broken: it will not become right
 */
export type Verdict<K extends MessageKind> =
  | { readonly is: 'answer'; readonly answer: Received<K> }
  | { readonly is: 'incomplete' }
  | { readonly is: 'not-mine'; readonly why: FaultCode }
  | { readonly is: 'broken'; readonly fault: AgentError }

/**
 * Judges a file that came under an answer's name. An XML that does not read may be half written
 * until it `isFinal`; a ZIP says by itself whether it is whole. Pure.
 */
export function judge<K extends MessageKind>(
  expected: Expected<K>,
  { name, bytes }: Pick<FoundFile, 'name' | 'bytes'>,
  isFinal: boolean,
): Verdict<K> {
  const isZip = name.endsWith('.zip')
  try {
    const xml = isZip ? unzipMessage(bytes, expected.limitBytes) : bytes
    if (xml !== 'incomplete') return { is: 'answer', answer: receive(expected, xml) }
    if (!isFinal) return { is: 'incomplete' }
    throw new AgentError('ANSWER_MALFORMED', 'the ZIP was never written to its end')
  } catch (error) {
    const fault = asFault(error)
    if (NOT_MINE.has(fault.code)) return { is: 'not-mine', why: fault.code }
    const canGrow = !isZip && !isFinal && fault.code !== 'ANSWER_TOO_LARGE'
    return canGrow ? { is: 'incomplete' } : { is: 'broken', fault }
  }
}

const NOT_MINE: ReadonlySet<FaultCode> = new Set([
  'ANSWER_OF_ANOTHER_INSTITUTION',
  'ANSWER_OF_ANOTHER_QUESTION',
])

function receive<K extends MessageKind>(
  { kind, institutionCode, identifiers, limitBytes, echoes }: Expected<K>,
  bytes: Uint8Array,
): Received<K> {
  const { message, charset } = decodeMessage(kind, bytes, { limitBytes })
  checkAddressee(message, institutionCode, identifiers)
  if (!echoes(message))
    throw new AgentError('ANSWER_OF_ANOTHER_QUESTION', 'the answer echoes another question')
  return { message, bytes, charset }
}
