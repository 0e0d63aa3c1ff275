import type { FastifyRequest } from 'fastify'
import { AgentError } from '../kernel/errors.ts'
import { isCsv } from './csv-body.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })
const jsonType = /^application\/json[ \t]*(;[ \t]*charset[ \t]*=[ \t]*("utf-8"|utf-8)[ \t]*)?$/i

/** JSON in strict UTF-8. A body of no bytes is no body. Throws `MEDIA_TYPE_REFUSED`, `REQUEST_INVALID`. */
export async function parseJsonBody(request: FastifyRequest, bytes: Buffer): Promise<unknown> {
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = request.headers
  if (!jsonType.test(type) || encoding.toLowerCase() !== 'identity') {
    throw new AgentError('MEDIA_TYPE_REFUSED', 'only application/json in UTF-8 is read')
  }
  return bytes.byteLength === 0 ? undefined : parsed(decoded(bytes))
}

function decoded(bytes: Buffer): string {
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw new AgentError('REQUEST_INVALID', 'the body is not UTF-8', { cause })
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's message quotes the body, so it goes nowhere, not even as a cause.
    throw new AgentError('REQUEST_INVALID', 'the body is not JSON')
  }
}

/**
 * A CSV file, where the route takes one: what the route makes of it, in the form of its JSON body.
 * Throws `MEDIA_TYPE_REFUSED`, and what the route says of the file.
 */
export async function parseCsvBody(request: FastifyRequest, bytes: Buffer): Promise<unknown> {
  const { 'content-encoding': encoding = 'identity' } = request.headers
  const { csv } = request.routeOptions.config
  if (csv === undefined || !isCsv(request) || encoding.toLowerCase() !== 'identity') {
    throw new AgentError('MEDIA_TYPE_REFUSED', 'no CSV file is read here')
  }
  return csv(bytes)
}
