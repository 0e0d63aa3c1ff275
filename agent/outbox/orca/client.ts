import { AgentError } from '../../kernel/errors.ts'
import type { Clock } from '../../kernel/ports.ts'
import {
  readXml2,
  recordIn,
  recordsIn,
  textIn,
  writeXml2,
  type Xml2Message,
  type Xml2Record,
} from '../../xmlmsg/xml2.ts'
import { type Http, type HttpAnswer, passing } from '../http.ts'
import { isDone, meaningOf, shownResult } from './api-result.ts'
import { within } from './deadline.ts'

/** What ORCA answered. */
export interface OrcaAnswer {
  readonly record: Xml2Record
  /** `Api_Result`, as it came. */
  readonly apiResult: string
}

/** Calls of ORCA’s API. Both throw what `Http.send` does, and `SINK_*` for answers of no ORCA. */
export interface OrcaClient {
  get(path: string, signal: AbortSignal): Promise<OrcaAnswer>
  post(path: string, request: Xml2Message, signal: AbortSignal): Promise<OrcaAnswer>
}

export interface OrcaDoor {
  /** `http://host:8000`. */
  readonly url: string
  readonly user: string
  readonly password: string
  readonly prefixes: readonly string[]
}

/** For one answer; under a lock the lock’s own time is shorter. */
export const ANSWER_MS = 10_000

/** What a wrong prefix answers: no such path, or one that takes no POST. */
const NOT_HERE: ReadonlySet<number> = new Set([404, 405])

/**
 * ORCA behind `door`. Which prefix it has shows by whether its paths are there; the one that fits
 * is remembered until it does not.
 */
export function openOrcaClient(http: Http, clock: Clock, door: OrcaDoor): OrcaClient {
  const credentials = Buffer.from(`${door.user}:${door.password}`, 'utf8').toString('base64')
  const headers = { authorization: `Basic ${credentials}`, accept: 'application/xml' }
  let fitting: string | undefined

  const send = async (
    method: 'GET' | 'POST',
    path: string,
    body: Uint8Array | undefined,
    signal: AbortSignal,
  ): Promise<OrcaAnswer> => {
    const first = fitting === undefined ? [] : [fitting]
    for (const prefix of new Set([...first, ...door.prefixes])) {
      const url = new URL(`${door.url.replace(/\/+$/, '')}${prefix}${path}`)
      const request = {
        method,
        url,
        headers: { ...headers, ...(body && { 'content-type': 'application/xml' }) },
        ...(body && { body }),
      }
      const answer = await within(clock, ANSWER_MS, signal, (limited) =>
        http.send(request, limited),
      )
      if (NOT_HERE.has(answer.status)) continue
      const read = readAnswer(answer)
      fitting = prefix
      return read
    }
    fitting = undefined
    throw new AgentError('SINK_ANSWER_INVALID', 'no prefix leads to ORCA’s API', {
      facts: { prefixes: door.prefixes.length },
    })
  }
  return {
    get: (path, signal) => send('GET', path, undefined, signal),
    post: (path, request, signal) =>
      send('POST', path, Buffer.from(writeXml2(request), 'utf8'), signal),
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function readAnswer(answer: HttpAnswer): OrcaAnswer {
  passing(answer)
  const { status } = answer
  // ORCA says in its answer what is wrong; another status is somebody else’s word.
  if (status !== 200)
    throw new AgentError('SINK_ANSWER_INVALID', `ORCA answered ${status}`, { facts: { status } })
  const { record } = readXml2(decoded(answer.body))
  const apiResult = textIn(record, 'Api_Result')
  if (apiResult === '')
    throw new AgentError('SINK_ANSWER_INVALID', 'the answer has no Api_Result', {
      facts: { status },
    })
  return { record, apiResult }
}

function decoded(body: Uint8Array): string {
  try {
    return utf8.decode(body)
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause
    throw new AgentError('SINK_ANSWER_INVALID', 'the answer is not UTF-8')
  }
}

/** The answer where ORCA did it; else throws what its `Api_Result` means. `step` says in what. */
export function expectDone(answer: OrcaAnswer, step: string): OrcaAnswer {
  if (isDone(answer.apiResult)) return answer
  throw refusalOf(answer, step)
}

/**
 * The same for a call that only reads: there is nothing in it that could be refused for good, so an
 * unknown complaint is trouble of ORCA as a whole, and everything waits.
 */
export function expectRead(answer: OrcaAnswer, step: string): OrcaAnswer {
  const meaning = meaningOf(answer.apiResult)
  const facts = { step, apiResult: shownResult(answer.apiResult) }
  if (meaning === 'refused') throw new AgentError('SINK_FAILED', 'ORCA cannot be read', { facts })
  if (meaning === 'unknown-patient')
    throw new AgentError('ORCA_LOCKED', 'the patient was removed in ORCA meanwhile', { facts })
  return expectDone(answer, step)
}

/** `Api_Result_Message` stays out of it: it may speak of the patient. */
function refusalOf({ record, apiResult }: OrcaAnswer, step: string): AgentError {
  const facts = { step, apiResult: shownResult(apiResult), ...detailsOf(record) }
  switch (meaningOf(apiResult)) {
    case 'locked':
      return new AgentError('ORCA_LOCKED', 'another terminal holds the patient', { facts })
    case 'user':
      return new AgentError('SINK_UNAUTHORIZED', 'ORCA does not know the user', { facts })
    case 'identity':
      return new AgentError('ORCA_IDENTITY_DIFFERS', 'ORCA has another person', { facts })
    case 'question':
      return new AgentError('ORCA_QUESTION', 'ORCA asks a person', { facts })
    case 'session':
      return new AgentError('SINK_FAILED', 'ORCA has forgotten the exchange', { facts })
    case 'system':
      return new AgentError('SINK_FAILED', 'ORCA as a whole is in trouble', { facts })
    case 'ours':
      return new AgentError('SINK_ANSWER_INVALID', 'ORCA does not take requests of our form', {
        facts,
      })
    default:
      return new AgentError('ORCA_REFUSED', 'ORCA refused it', { facts })
  }
}

/** Codes that stand beside `Api_Result`: of a question, and of what is wrong with a row. */
function detailsOf(record: Xml2Record): Readonly<Record<string, string>> {
  const question = textIn(recordIn(record, 'Patient_Select_Information'), 'Patient_Select')
  const [wrong] = recordsIn(
    recordIn(record, 'Patient_Message_Information'),
    'Patient_Message_Info',
  ).map((one) => textIn(one, 'Patient_Result'))
  return {
    ...(question !== '' && { question: shownResult(question) }),
    ...(wrong !== undefined && wrong !== '' && { patientResult: shownResult(wrong) }),
  }
}
