import { request } from 'node:http'
import { request as requestTls } from 'node:https'
import { codeOf } from '../../kernel/errors.ts'

const LIMIT_MS = 10_000
const OK = 200
/** It was let in by nobody's leave: `allow` names others, and the listener is there. */
const HUNG_UP = ['ECONNRESET', 'EPIPE']

/**
 * Whether a listener of this machine answers polls (`/readyz`). Nothing is told and nothing is taken
 * from it, so that its certificate, for the names of clients, is not looked at.
 */
export function answersPolls(url: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const signal = AbortSignal.timeout(LIMIT_MS)
  const options = { signal, agent: false, rejectUnauthorized: false } as const
  const send = url.startsWith('https:') ? requestTls : request
  send(new URL('/readyz', url), options, (answer) => {
    answer.resume()
    resolve(answer.statusCode === OK)
  })
    .once('error', (error) => resolve(HUNG_UP.includes(codeOf(error))))
    .end()
  return promise
}
