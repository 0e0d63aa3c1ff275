import type { FastifyRequest } from 'fastify'
import { AgentError } from '../kernel/errors.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The body is a CSV file, and comes to the route as bytes. */
    takesCsv?: boolean
  }
}

/** The bytes of a file, for routes that take one. Throws `MEDIA_TYPE_REFUSED` elsewhere. */
export async function parseCsvBody(request: FastifyRequest, bytes: Buffer): Promise<Buffer> {
  const { 'content-encoding': encoding = 'identity' } = request.headers
  if (request.routeOptions.config.takesCsv !== true || encoding.toLowerCase() !== 'identity')
    throw new AgentError('MEDIA_TYPE_REFUSED', 'only application/json in UTF-8 is read')
  return bytes
}

/** The file that came. Throws `MEDIA_TYPE_REFUSED`. */
export function csvIn({ body }: { readonly body: unknown }): Buffer {
  if (Buffer.isBuffer(body)) return body
  throw new AgentError('MEDIA_TYPE_REFUSED', 'only text/csv is read here')
}

/** Whether a client asked for a file. */
export const wantsCsv = ({ headers }: Pick<FastifyRequest, 'headers'>): boolean =>
  /(^|,)\s*text\/csv\s*(;|,|$)/i.test(headers.accept ?? '')

export const CSV_TYPE = 'text/csv; charset=utf-8'
