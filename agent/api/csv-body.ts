import type { FastifyReply, FastifyRequest } from 'fastify'
import { AgentError } from '../kernel/errors.ts'

const CSV = /^text\/csv[ \t]*(;|$)/i

/** Whether a client sent a file. */
export const isCsv = ({ headers }: Pick<FastifyRequest, 'headers'>): boolean =>
  CSV.test(headers['content-type'] ?? '')

/** The file that came. Throws `MEDIA_TYPE_REFUSED`. */
export function csvIn({ body }: { readonly body: unknown }): Buffer {
  if (Buffer.isBuffer(body)) return body
  throw new AgentError('MEDIA_TYPE_REFUSED', 'only text/csv is read here')
}

/** Whether a client asked for a file. */
export const wantsCsv = ({ headers }: Pick<FastifyRequest, 'headers'>): boolean =>
  /(^|,)\s*text\/csv\s*(;|,|$)/i.test(headers.accept ?? '')

/** A file for Excel; `name` without its ending. */
export const sendCsv = (reply: FastifyReply, name: string, file: Buffer): FastifyReply =>
  reply
    .type('text/csv; charset=utf-8')
    .header('content-disposition', `attachment; filename="${name}.csv"`)
    .send(file)
