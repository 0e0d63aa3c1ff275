import type { IncomingMessage } from 'node:http'
import { type Delivery, firstHalf } from '../delivery.ts'
import { htmlReply, isSame, type Reply, readBody, targetOf, textReply } from '../http.ts'
import type { Behaviour } from './behaviour.ts'
import type { Behaviours } from './behaviours.ts'
import type { Answer, Call, Clinic } from './clinic.ts'
import { textOf } from './fields.ts'
import { errorAnswer, patientOf, ROUTES, type Route, readFor, refusal } from './routes.ts'
import { type Format, write2 } from './write2.ts'

/** User and password of the login. */
export interface Account {
  readonly user: string
  readonly password: string
}

export interface Parts {
  readonly clinic: Clinic
  readonly behaviours: Behaviours
  readonly account: Account
  /** `/api` of a WebORCA, or '' of the classic one. */
  readonly prefix: string
  /** Every lock is lost; the connections see to themselves. */
  restart(): void
}

/** What becomes of a request. `call` is for a person who watches. */
export interface Served {
  readonly reply: Reply
  readonly delivery: Delivery
  readonly call?: string
  readonly result?: string
  readonly mode: string
}

/** A body of any call that is played is far below. */
const LIMIT_BYTES = 1024 * 1024

const isLoggedIn = (request: IncomingMessage, { user, password }: Account): boolean => {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/.exec(request.headers.authorization ?? '')?.[1]
  return (
    encoded !== undefined &&
    isSame(Buffer.from(encoded, 'base64').toString(), `${user}:${password}`)
  )
}

const plain = (reply: Reply): Served => ({ reply, delivery: {}, mode: 'normal' })

/** Assumption `routing`. */
const notServed = (method: string): Served =>
  method === 'GET'
    ? plain(htmlReply(404, '404 Not Found'))
    : plain(textReply(405, 'Method Not Allowed', { allow: 'OPTIONS, GET' }))

const DEFAULT_SLOW_MS = 1000
const DEFAULT_RETRY_SECONDS = 2

/** The reply that a mode puts in the place of the good one. */
const replaced = (reply: Reply, { mode, status, retryAfterSeconds }: Behaviour): Reply => {
  const wait = { 'retry-after': String(retryAfterSeconds ?? DEFAULT_RETRY_SECONDS) }
  switch (mode) {
    case 'status':
      return htmlReply(status ?? 500, 'Simulated error')
    case 'busy':
      return textReply(503, 'busy', wait)
    case 'too-many':
      return textReply(429, 'too many requests', wait)
    case 'html':
      return htmlReply(200, 'Simulated page')
    case 'garbage':
      return { ...reply, body: firstHalf(reply) }
    default:
      return reply
  }
}

/** How a mode sends the reply. */
const deliveryOf = ({ mode, delayMs }: Behaviour): Delivery => {
  const delay = delayMs === undefined ? {} : { delayMs }
  switch (mode) {
    case 'drop':
    case 'restart':
      return { mode: 'reset', ...delay }
    case 'hang':
    case 'cut':
    case 'stall':
    case 'slow-body':
      return { mode, ...delay }
    case 'slow':
      return { delayMs: delayMs ?? DEFAULT_SLOW_MS }
    default:
      return delay
  }
}

/** Modes that come instead of the request, unless it is to be carried out before. */
const INSTEAD: readonly string[] = ['drop', 'hang', 'status', 'busy', 'too-many', 'html', 'restart']

const NOTHING: Reply = { status: 200, headers: {}, body: Buffer.alloc(0) }

const TYPES: Readonly<Record<Format, string>> = {
  xml: 'application/xml; charset=UTF-8',
  json: 'application/json; charset=UTF-8',
}

const SIMULATED = 'シミュレーターの応答です'

/** What a request is answered; carried out unless it cannot be read, or a mode speaks instead. */
const answerTo = (
  route: Route,
  read: ReturnType<typeof readFor>,
  call: Call,
  behaviour: Behaviour,
  clinic: Clinic,
): Answer => {
  const { mode, result, processed = false } = behaviour
  if (mode === 'result' && result !== undefined && !processed)
    return refusal(route, result, SIMULATED, clinic)
  if (read.is === 'error') return errorAnswer(route, read.code, clinic)
  const answer = carryOut(route, call, behaviour, clinic)
  return mode === 'result' && result !== undefined
    ? {
        ...answer,
        fields: { ...answer.fields, Api_Result: result, Api_Result_Message: SIMULATED },
      }
    : answer
}

/** Carries the request out; with a person on the patient where the mode says so. */
const carryOut = (route: Route, call: Call, { mode }: Behaviour, clinic: Clinic) => {
  const patient = patientOf(call)
  const person =
    mode === 'in-use' && patient !== ''
      ? clinic.locks.take({ Patient_ID: patient, Karte_Uid: '', person: '受付' })
      : undefined
  try {
    return route.handle(call, clinic)
  } finally {
    if (person !== undefined) clinic.locks.end(person, 'closed')
  }
}

const routed = (request: IncomingMessage, { prefix }: Parts) => {
  const url = targetOf(request)
  const route = ROUTES.find(({ path }) => prefix + path === url.pathname)
  const format: Format = url.searchParams.get('format') === 'json' ? 'json' : 'xml'
  return { route, format, query: url.searchParams }
}

/** Decides on one request and carries it out. Sending is left to others. */
export const serve = async (request: IncomingMessage, parts: Parts): Promise<Served> => {
  const { clinic, behaviours, account } = parts
  clinic.tally.request()
  if (!isLoggedIn(request, account)) {
    clinic.tally.loginRefused()
    return plain(textReply(401, 'Unauthorized', { 'www-authenticate': 'Basic realm="ORCA"' }))
  }
  const { route, format, query } = routed(request, parts)
  const method = request.method ?? ''
  if (route === undefined) return notServed(method)
  if (method !== route.method)
    return plain(textReply(405, 'Method Not Allowed', { allow: `OPTIONS, ${route.method}` }))
  const bytes = await readBody(request, LIMIT_BYTES)
  if (bytes === undefined) return plain(textReply(413, 'Request Entity Too Large'))
  const read = readFor(route, request, bytes, format)
  const call = { client: account.user, query, fields: read.is === 'fields' ? read.fields : {} }
  const step = route.stepOf(call)
  const behaviour = behaviours.take({ call: route.call, step, patient: patientOf(call) })
  const { mode, processed = false } = behaviour
  const name = `${route.call} ${step}`.trim()
  if (mode !== 'normal') clinic.tally.fault(mode)
  if (INSTEAD.includes(mode) && !processed) {
    if (mode === 'restart') parts.restart()
    const reply = replaced(NOTHING, behaviour)
    return { reply, delivery: deliveryOf(behaviour), call: name, mode }
  }
  const answer = answerTo(route, read, call, behaviour, clinic)
  const result = textOf(answer.fields, 'Api_Result')
  clinic.tally.call(name, result)
  if (mode === 'restart') parts.restart()
  const reply = {
    status: 200,
    headers: { 'content-type': TYPES[format] },
    body: write2(answer.root, answer.fields, format),
  }
  return {
    reply: replaced(reply, behaviour),
    delivery: deliveryOf(behaviour),
    call: name,
    result,
    mode,
  }
}
