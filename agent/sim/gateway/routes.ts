import type { IncomingMessage } from 'node:http'
import { jsonReply, mediaType, parseJson, type Reply, readBody, textReply } from '../http.ts'
import type { CardFace, Patient } from '../patients/element.ts'
import { compose, find, type Message, type Twist } from './answer.ts'
import type { Behaviour, Mode } from './behaviour.ts'
import type { Behaviours, Moment } from './behaviours.ts'
import type { Challenges } from './challenges.ts'
import { replaced } from './replaced.ts'
import { type CardElements, readRequest } from './request.ts'
import type { Sessions } from './sessions.ts'
import { plainAddress } from './source.ts'
import type { Tally } from './stats.ts'
import { type Arrange, type Charset, write } from './write.ts'

/** Names that nobody outside knows for sure, so they can be changed. */
export interface GatewayNames {
  readonly loginPath: string
  readonly questionPath: string
  readonly statusPath: string
  /** The header that carries the idToken, and the word before the token ('' for none). */
  readonly tokenHeader: string
  readonly tokenScheme: string
  readonly contentType: string
  /** Where a challenge for a card is fetched. */
  readonly challengePath: string
  readonly card: CardElements
}

export const DEFAULT_NAMES: GatewayNames = {
  loginPath: '/login',
  questionPath: '/onshi/kakunin',
  statusPath: '/status',
  tokenHeader: 'authorization',
  tokenScheme: 'Bearer',
  contentType: 'application/xml',
  challengePath: '/onshi/challenge',
  card: { certificate: 'CardCertificate', challenge: 'CardChallenge', signature: 'CardSignature' },
}

/** The parts that a route works on. */
export interface Parts {
  readonly names: GatewayNames
  readonly charset: Charset
  readonly arrange: Arrange
  /** Undefined when no login is asked for. */
  readonly sessions: Sessions | undefined
  readonly challenges: Challenges
  readonly behaviours: Behaviours
  readonly tally: Tally
  /** People beside the forty. */
  readonly alsoKnown: (asked: CardFace) => Patient | undefined
  now(): number
}

/** Whose request it is. */
interface Client {
  /** What the certificate bears. */
  readonly institutionCode: string | undefined
  readonly source: string
}

/** A reply, what to do to it, and whom it is about. */
export interface Handled {
  readonly reply: Reply
  readonly behaviour: Behaviour
  readonly patient?: string
}

/** 64 KiB; a question is below 2 KiB, a card's below 4 KiB. */
const LIMIT_BYTES = 64 * 1024

const CLOSE = { connection: 'close' }
const tooLong = () => textReply(413, 'the body is longer than 64 KiB', CLOSE)

const login = async (request: IncomingMessage, parts: Parts): Promise<Reply> => {
  const body = await readBody(request, LIMIT_BYTES)
  if (body === undefined) return tooLong()
  if (mediaType(request) !== 'application/json')
    return textReply(415, 'the content type must be application/json')
  const json = parseJson(body)
  if (json === undefined) return textReply(400, 'the body is not JSON')
  const tokens = parts.sessions?.login(json)
  parts.tally.add(tokens === undefined ? 'loginsRefused' : 'logins')
  if (tokens === undefined)
    return jsonReply(401, { status: 'error', msg: 'ユーザーまたはパスワードが違います' })
  const linkSysCharCd = parts.charset === 'utf-8' ? '0' : '1'
  return jsonReply(200, { status: 'success', msg: '', result: { ...tokens, linkSysCharCd } })
}

const hasSession = (request: IncomingMessage, { names, sessions }: Parts) => {
  if (sessions === undefined) return true
  const value = request.headers[names.tokenHeader.toLowerCase()]
  const prefix = names.tokenScheme === '' ? '' : `${names.tokenScheme} `
  return typeof value === 'string' && value.startsWith(prefix)
    ? sessions.holds(value.slice(prefix.length))
    : false
}

const TWISTS: Partial<Record<Mode, Twist>> = {
  'other-institution': 'other-institution',
  'other-question': 'other-question',
  huge: 'huge',
}

const answer = (message: Message, { institutionCode, source }: Client, parts: Parts): Handled => {
  const { charset, arrange, tally, names } = parts
  const { ArbitraryFileIdentifier: identifier = '', MedicalInstitutionCode: code = '' } =
    message.header
  const now = parts.now()
  const found = find(message, now, parts)
  const patient = found.is === 'patient' ? found.patient.number : undefined
  const behaviour = parts.behaviours.take('question', source, patient)
  const twist = TWISTS[behaviour.mode ?? 'normal']
  const stranger = /^\d{10}$/.test(code) && code !== institutionCode
  tally.question({ identifier, source, patient })
  if (stranger || message.is === 'refused') tally.add('questionsRefused')
  const reply = stranger
    ? textReply(403, 'the certificate is of another institution')
    : {
        status: 200,
        headers: { 'content-type': names.contentType },
        body: write(compose(message, found, { now, charset, twist }), charset, arrange),
      }
  return { reply, behaviour, ...(patient === undefined ? {} : { patient }) }
}

const question = async (
  request: IncomingMessage,
  client: Client,
  parts: Parts,
): Promise<Handled> => {
  const body = await readBody(request, LIMIT_BYTES)
  const refuse = (reply: Reply): Handled => ({
    reply,
    behaviour: parts.behaviours.take('question', client.source),
  })
  if (body === undefined) return refuse(tooLong())
  if (mediaType(request) !== parts.names.contentType)
    return refuse(textReply(415, `the content type must be ${parts.names.contentType}`))
  if (!hasSession(request, parts))
    return refuse(jsonReply(401, { status: 'error', msg: 'ログインしてください' }))
  const message = readRequest(body, parts.names.card)
  if (message.is === 'not-a-message') {
    parts.tally.question({ identifier: '', source: client.source })
    parts.tally.add('questionsRefused')
    return refuse(textReply(400, message.reason))
  }
  return answer(message, client, parts)
}

const methodOf = ({ names }: Parts, path: string) =>
  new Map([
    [names.loginPath, 'POST'],
    [names.questionPath, 'POST'],
    [names.statusPath, 'GET'],
    [names.challengePath, 'GET'],
  ]).get(path)

const placeOf = ({ names }: Parts, path: string): Moment => {
  if (path === names.loginPath) return 'login'
  return path === names.questionPath ? 'question' : 'status'
}

const replyAt = async (path: string, request: IncomingMessage, parts: Parts): Promise<Reply> => {
  if (path === parts.names.loginPath) return await login(request, parts)
  if (path === parts.names.statusPath) return textReply(200, 'ok')
  if (!hasSession(request, parts))
    return jsonReply(401, { status: 'error', msg: 'ログインしてください' })
  const challenge = parts.challenges.give().toString('base64')
  return jsonReply(200, { status: 'success', msg: '', result: { challenge } })
}

const LOGGED_OUT = () => jsonReply(401, { status: 'error', msg: '強制ログアウトされました' })

/** Answers one request of a client whose certificate bears `institutionCode`. */
export const handle = async (
  request: IncomingMessage,
  institutionCode: string | undefined,
  parts: Parts,
): Promise<Handled> => {
  const path = request.url ?? ''
  // Read now: a client that leaves takes its address along.
  const client = { institutionCode, source: plainAddress(request.socket.remoteAddress) }
  const method = methodOf(parts, path)
  if (method === undefined) return { reply: textReply(404, 'no such path'), behaviour: {} }
  if (method !== request.method)
    return { reply: textReply(405, 'wrong method', { allow: method }), behaviour: {} }
  const place = placeOf(parts, path)
  const handled: Handled =
    place === 'question'
      ? await question(request, client, parts)
      : {
          reply: await replyAt(path, request, parts),
          behaviour: parts.behaviours.take(place, client.source),
        }
  const { reply, behaviour } = handled
  if (behaviour.mode !== 'logout') return { ...handled, reply: replaced(reply, behaviour) }
  parts.sessions?.clear()
  return { ...handled, reply: LOGGED_OUT() }
}
