import { Type } from 'typebox'
import { checked, type Fetch } from '../client.ts'
import type { Callee } from './calls.ts'

/** A request on its way to the process that sends it; bodies as base64. */
export const Sent = Type.Object({
  url: Type.String(),
  method: Type.String(),
  headers: Type.Array(Type.Tuple([Type.String(), Type.String()])),
  body: Type.Union([Type.String(), Type.Null()]),
  timeoutMs: Type.Number(),
})

const Received = Type.Object({
  status: Type.Number(),
  headers: Type.Array(Type.Tuple([Type.String(), Type.String()])),
  body: Type.String(),
})

/** Nothing here waits longer for an answer. */
const PATIENCE_MS = 60_000
/** Statuses without a body, which `Response` refuses to be given one. */
const BODILESS = new Set([204, 205, 304])

/** `fetch` by another process; whole bodies only. Rejects with its error, `code` as it was there. */
export const fetchBy =
  (callee: Callee): Fetch =>
  async (url, init = {}) => {
    const request = new Request(url, init)
    const sent = await request.arrayBuffer()
    const { status, headers, body } = checked(
      Received,
      await callee.call('fetch', {
        url,
        method: request.method,
        headers: [...request.headers],
        body: sent.byteLength === 0 ? null : Buffer.from(sent).toString('base64'),
        timeoutMs: PATIENCE_MS,
      }),
    )
    const bytes = new Uint8Array(Buffer.from(body, 'base64'))
    return new Response(BODILESS.has(status) ? null : bytes, { status, headers })
  }
