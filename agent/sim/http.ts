import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'

/** A whole HTTP answer, before any behaviour spoils its delivery. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export const textReply = (
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Reply => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', ...headers },
  body: Buffer.from(`${text}\n`),
})

export const jsonReply = (status: number, value: unknown): Reply => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: Buffer.from(JSON.stringify(value)),
})

export const pageReply = (
  status: number,
  html: string,
  headers: Readonly<Record<string, string>> = {},
): Reply => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8', ...headers },
  body: Buffer.from(`<!DOCTYPE html><html>${html}</html>`),
})

export const htmlReply = (
  status: number,
  title: string,
  headers: Readonly<Record<string, string>> = {},
): Reply =>
  pageReply(
    status,
    `<head><title>${title}</title></head><body>
<h1>${title}</h1><form method="post"><input name="user"><input name="password"></form>
</body>`,
    headers,
  )

/**
 * Path and query that were asked for. What is no path, as the `*` of OPTIONS, is `/`: nobody's request
 * ends a simulator.
 */
export const targetOf = ({ url = '' }: IncomingMessage): URL =>
  URL.parse(`http://localhost${url}`) ?? new URL('http://localhost/')

/** The media type without parameters, in small letters. */
export const mediaType = (request: IncomingMessage): string =>
  (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''

/** The body, or undefined when it is longer than `limitBytes` (the rest is not read). */
export const readBody = async (
  request: IncomingMessage,
  limitBytes: number,
): Promise<Buffer | undefined> => {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) return undefined
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    const piece = Buffer.from(chunk)
    bytes += piece.length
    if (bytes > limitBytes) return undefined
    chunks.push(piece)
  }
  return Buffer.concat(chunks)
}

/** What the bytes say, or undefined when they are no JSON. */
export const parseJson = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString())
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return undefined
  }
}

const ENDED_EARLY: readonly unknown[] = ['ABORT_ERR', 'ECONNRESET', 'EPIPE']

/** For `catch`: a client that goes away, or our own close, ends a request early; nothing else may. */
export const endedEarly =
  (response: ServerResponse) =>
  (error: unknown): void => {
    response.destroy()
    if (!(error instanceof Error && 'code' in error && ENDED_EARLY.includes(error.code)))
      throw error
  }

/** For secrets: takes as long wherever they differ. */
export const isSame = (one: string, other: string): boolean => {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
