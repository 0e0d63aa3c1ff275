import type { FastifyRequest } from 'fastify'
import { AgentError } from '../kernel/errors.ts'

/** The file that came. Throws `MEDIA_TYPE_REFUSED`. */
export function csvIn({ body }: { readonly body: unknown }): Buffer {
  if (Buffer.isBuffer(body)) return body
  throw new AgentError('MEDIA_TYPE_REFUSED', 'only text/csv is read here')
}

/** Whether a client asked for a file. */
export const wantsCsv = ({ headers }: Pick<FastifyRequest, 'headers'>): boolean =>
  /(^|,)\s*text\/csv\s*(;|,|$)/i.test(headers.accept ?? '')

export const CSV_TYPE = 'text/csv; charset=utf-8'
