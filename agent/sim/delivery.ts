import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Reply } from './http.ts'

/** How a reply is sent. */
export interface Delivery {
  /**
   * hang: never; reset: the connection is destroyed; cut, stall: headers and half of the body, and then
   * the connection is destroyed, or silence; slow-body: in pieces. Any other: whole.
   */
  readonly mode?: string
  /** Before it is sent; of slow-body between the pieces (default 200). */
  readonly delayMs?: number
}

export const firstHalf = ({ body }: Reply): Buffer => body.subarray(0, Math.floor(body.length / 2))

const PIECES = 16
const PIECE_PAUSE_MS = 200

const writeSlowly = async (
  response: ServerResponse,
  body: Buffer,
  pauseMs: number,
  signal: AbortSignal,
) => {
  const size = Math.max(1, Math.ceil(body.length / PIECES))
  for (let at = 0; at < body.length && !response.destroyed; at += size) {
    if (at > 0) await sleep(pauseMs, undefined, { signal })
    response.write(body.subarray(at, at + size))
  }
  response.end()
}

/** Rejects with an AbortError when `signal` aborts. */
export const deliver = async (
  response: ServerResponse,
  reply: Reply,
  { mode, delayMs }: Delivery,
  signal: AbortSignal,
): Promise<void> => {
  if (mode === 'hang') return
  if (delayMs !== undefined && mode !== 'slow-body') await sleep(delayMs, undefined, { signal })
  if (mode === 'reset') {
    response.socket?.destroy()
    return
  }
  response.writeHead(reply.status, { ...reply.headers, 'content-length': reply.body.length })
  if (mode === 'slow-body') {
    await writeSlowly(response, reply.body, delayMs ?? PIECE_PAUSE_MS, signal)
  } else if (mode === 'cut') {
    response.write(firstHalf(reply), () => response.socket?.destroy())
  } else if (mode === 'stall') {
    response.write(firstHalf(reply))
  } else {
    response.end(reply.body)
  }
}
