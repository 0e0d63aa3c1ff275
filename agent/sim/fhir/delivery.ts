import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { firstHalf } from '../delivery.ts'
import { htmlReply, type Reply } from '../http.ts'
import type { Behaviour } from './behaviour.ts'
import { issue } from './outcome.ts'
import { refuseAll } from './reply.ts'

const RETRY_AFTER_SECONDS = 2
export const DELAY_MS = 1000

const retryAfter = ({ retryAfterSeconds = RETRY_AFTER_SECONDS }: Behaviour) => ({
  'retry-after': String(retryAfterSeconds),
})

/** The answer to a request that is not carried out; undefined: none is ever given. */
export const insteadOf = (behaviour: Behaviour): Reply | undefined => {
  switch (behaviour.mode) {
    case 'status':
      return htmlReply(behaviour.status ?? 500, 'Simulated error')
    case 'busy':
      return refuseAll(503, [issue('transient', '', 'busy')], retryAfter(behaviour)).reply
    case 'too-many':
      return refuseAll(429, [issue('throttled', '', 'too many')], retryAfter(behaviour)).reply
    case 'login-page':
      return htmlReply(200, 'ログイン')
    default:
      return undefined
  }
}

/** The reply that comes in the place of a good one. */
const spoilt = (reply: Reply, { mode, status }: Behaviour): Reply => {
  switch (mode) {
    case 'status-after':
      return htmlReply(status ?? 500, 'Simulated error')
    case 'garbage':
      return { ...reply, body: Buffer.from('<<< no JSON >>>') }
    case 'truncated':
      return { ...reply, body: firstHalf(reply) }
    default:
      return reply
  }
}

const breakOff = (response: ServerResponse, mode: Behaviour['mode']) => {
  if (mode === 'reset') response.socket?.resetAndDestroy()
  else response.socket?.destroy()
}

/** Sends a reply the way the behaviour says. Rejects with an AbortError when `signal` aborts. */
export const deliver = async (
  response: ServerResponse,
  reply: Reply | undefined,
  behaviour: Behaviour,
  signal: AbortSignal,
): Promise<void> => {
  const { mode, delayMs = DELAY_MS } = behaviour
  if (mode === 'hang' || mode === 'hang-after') return
  if (mode === 'slow') await sleep(delayMs, undefined, { signal })
  if (reply === undefined || mode === 'drop-before' || mode === 'drop-after') {
    response.socket?.destroy()
    return
  }
  const sent = spoilt(reply, behaviour)
  const { status, headers, body } = sent
  response.writeHead(status, { ...headers, 'content-length': body.length })
  // Both ends must have seen the half before the connection goes, or it is no half.
  if (mode === 'cut' || mode === 'reset')
    response.write(firstHalf(sent), () => setImmediate(() => breakOff(response, mode)))
  else response.end(body)
}
