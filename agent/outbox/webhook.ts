import { createHmac } from 'node:crypto'
import type { Delivered, Delivery, Sink } from '../kernel/delivery.ts'
import { AgentError } from '../kernel/errors.ts'
import type { Clock } from '../kernel/ports.ts'
import type { WebhookSink } from '../kernel/sink.ts'
import { type Http, type HttpAnswer, openHttp, passing } from './http.ts'
import type { Targets } from './targets.ts'

/*
 * Standard Webhooks 1.0.0 (https://www.standardwebhooks.com): POST with the headers `webhook-id`,
 * `webhook-timestamp` and `webhook-signature`, and a JSON body `{ type, timestamp, data }`.
 *
 * type: `verification.ended` or `note.added`. timestamp: when it happened, RFC 3339 with +09:00.
 * data, thin: `id`, `cursor`, `at` and `type` as in the feed, `verificationId`, `outcome` (of a
 * verification), `path` (where to read). Nothing of the patient: what is read is audited there.
 * data, full: the item of the feed, byte for byte, as the consumer's role sees it. A longer one than
 * `FULL_LIMIT_BYTES` comes thin, with `truncated: true` beside `data`.
 */

/**
 * Of a whole body: what is advised [Standard Webhooks, payload size], far under what receivers take
 * unasked. An answer makes 1 to 3 kB; one of many results and 医療券 may make 60, and comes thin: what is
 * read instead is audited there.
 */
export const FULL_LIMIT_BYTES = 20_000

/** 15 to 30 s are recommended; what waits behind this one waits as long. [Standard Webhooks] */
const TIMEOUT_MS = 15_000
/** What receivers say beside their status is not read. */
const ANSWER_LIMIT_BYTES = 16_384

/** How often one that may be refused for its signature is tried, before it counts as refused. */
const DOUBTFUL_ATTEMPTS = 12
/** How long an endpoint that says it is gone is left alone. */
const GONE_SECONDS = 60 * 60

/** Fewer are refused by the libraries of receivers, more are not in the standard. */
const KEY_BYTES_LEAST = 24
const KEY_BYTES_MOST = 64

export interface WebhookPorts {
  readonly targets: Targets
  readonly clock: Pick<Clock, 'now'>
}

/**
 * Pushes each event to one URL. Throws `CONFIG_INVALID` for a key that is none, and what `openHttp`
 * throws. `deliver` throws what `Http.send` and `passing` throw, and `SINK_ANSWER_INVALID` for an
 * answer that judges the URL and not the event.
 */
export function openWebhookSink(settings: WebhookSink, { targets, clock }: WebhookPorts): Sink {
  const { secrets, payload } = settings
  const url = new URL(settings.url)
  const key = keyBytes(secrets.key)
  const http: Http = openHttp({
    targets,
    caPem: secrets.caPem,
    timeoutMs: TIMEOUT_MS,
    answerLimitBytes: ANSWER_LIMIT_BYTES,
    whenLonger: 'cut',
  })
  /** Whether the last one that the receiver judged was taken: key and clock agree. */
  let hasTaken = false
  return {
    async deliver(delivery, signal) {
      const body = bodyOf(delivery, payload)
      const seconds = Math.floor(clock.now() / 1_000)
      const headers = {
        ...signed(key, delivery.id, seconds, body),
        'content-type': 'application/json',
        'user-agent': 'onshi-agent',
      }
      const answer = await http.send({ method: 'POST', url, headers, body }, signal)
      const delivered = judge(answer, delivery.attempt, hasTaken)
      // The first 400 is the event's; a second in a row may be the key's, and then all would be refused.
      if (delivered.is === 'delivered' || answer.status === 400)
        hasTaken = delivered.is === 'delivered'
      return delivered
    },
    close: () => http.close(),
  }
}

/** The three headers. [Standard Webhooks, signature scheme `v1`] */
export function signed(key: Uint8Array, id: string, seconds: number, body: Uint8Array) {
  const mac = createHmac('sha256', key).update(`${id}.${seconds}.`).update(body).digest('base64')
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${mac}`,
  }
}

function keyBytes(key: string): Uint8Array {
  const bytes = Buffer.from(key, 'base64')
  const isWhole = bytes.toString('base64') === key
  if (!isWhole || bytes.length < KEY_BYTES_LEAST || bytes.length > KEY_BYTES_MOST)
    throw new AgentError('CONFIG_INVALID', 'the key of a webhook is not Base64 of 24 to 64 bytes')
  return bytes
}

const utf8 = new TextEncoder()

/** Pure. */
function bodyOf({ event, item }: Delivery, payload: WebhookSink['payload']): Uint8Array {
  const { at: timestamp } = event
  const type = event.type === 'verification' ? 'verification.ended' : 'note.added'
  if (payload === 'full') {
    const head = utf8.encode(`${JSON.stringify({ type, timestamp }).slice(0, -1)},"data":`)
    if (head.length + item.length < FULL_LIMIT_BYTES) return Buffer.concat([head, item, CLOSING])
  }
  const data = thin(event)
  const isCut = payload === 'full'
  return utf8.encode(JSON.stringify({ type, timestamp, data, ...(isCut && { truncated: true }) }))
}

const CLOSING = utf8.encode('}')

function thin(event: Delivery['event']) {
  const { type, id, cursor, at } = event
  const verificationId =
    event.type === 'verification' ? event.verification.id : event.note.verificationId
  return {
    type,
    id,
    cursor,
    at,
    verificationId,
    ...(event.type === 'verification' && { outcome: event.verification.outcome }),
    path: `/v1/verifications/${verificationId}`,
  }
}

/**
 * Only what judges this one event ends it: 409, 413 and 422. Anything else holds for every event,
 * and sorting a clinic's events out one by one as refused would be the worse fault:
 *
 * - 429, 503, 408, 5xx, 401, 403: as everywhere, see `passing`
 * - 3xx: redirects are not followed, the URL is to be corrected. [Standard Webhooks]
 * - 410: wants no more. It is asked again once an hour, so that a mistake heals. [Standard Webhooks]
 * - 400: what receivers say of a bad event, and of a signature that they cannot verify, as when they
 *   changed the key or their clock is wrong. Right after one was taken it is the event; else it is tried
 *   for long enough that somebody looks.
 * - others (404, 405, 415 ...): a wrong URL, or no webhook endpoint
 */
function judge(answer: HttpAnswer, attempt: number, hasTaken: boolean): Delivered {
  const { status } = answer
  if (status >= 200 && status < 300) return { is: 'delivered', comparison: null }
  const facts = { status }
  const isDoubtful = status === 400 && !hasTaken && attempt < DOUBTFUL_ATTEMPTS
  if (!isDoubtful && [400, 409, 413, 422].includes(status))
    return { is: 'refused', code: 'SINK_REFUSED', facts }
  passing(answer)
  throw new AgentError('SINK_ANSWER_INVALID', `the target answered ${status}`, {
    facts: { ...facts, ...(status === 410 && { retryAfterSeconds: GONE_SECONDS }) },
  })
}
