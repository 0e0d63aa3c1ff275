import http from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { Fetch } from './client.ts'

/** As `fetch`, for plain HTTP and a body of text, from this address of the machine. */
export const fetchFrom =
  (localAddress: string): Fetch =>
  async (url, { method = 'GET', headers, body } = {}) => {
    const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>()
    const options = {
      method,
      localAddress,
      headers: Object.fromEntries(new Headers(headers)),
      agent: false,
    }
    http
      .request(url, options, resolve)
      .once('error', reject)
      .end(typeof body === 'string' ? body : '')
    const answer = await promise
    const bytes = await buffer(answer)
    const status = answer.statusCode ?? 0
    return new Response([204, 304].includes(status) ? null : Buffer.from(bytes), {
      status,
      headers: Object.entries(answer.headersDistinct).flatMap(([name, values = []]) =>
        values.map((value): [string, string] => [name, value]),
      ),
    })
  }
