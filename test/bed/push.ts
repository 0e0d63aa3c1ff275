import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Type } from 'typebox'
import { Value } from 'typebox/value'

/* A push of Standard Webhooks, as a receiver that believes nothing reads it. */

const TOLERANCE_SECONDS = 5 * 60

const Body = Type.Object(
  {
    type: Type.String({ pattern: '^[a-z]+(\\.[a-z_]+)+$' }),
    timestamp: Type.String({ format: 'date-time' }),
    data: Type.Object({ id: Type.String() }),
    truncated: Type.Optional(Type.Literal(true)),
  },
  { additionalProperties: false },
)

/** The whole body; null: the sender broke off. */
export async function textOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of request) chunks.push(chunk)
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null
    throw error
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** What a push says, or, as a text, what is wrong with it. */
export function readPush(
  { method, headers }: IncomingMessage,
  text: string,
  secret: string,
): string | { readonly type: string; readonly data: { readonly id: string } } {
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': given } = headers
  if (method !== 'POST') return `method ${method}`
  if (headers['content-type'] !== 'application/json') return 'content-type'
  if (typeof id !== 'string' || !/^[0-9a-zA-Z_-]+$/.test(id)) return 'webhook-id'
  if (typeof time !== 'string' || !/^\d{10}$/.test(time)) return 'webhook-timestamp'
  if (Math.abs(Date.now() / 1_000 - Number(time)) > TOLERANCE_SECONDS) return 'untimely'
  if (typeof given !== 'string' || !isSigned(given, `${id}.${time}.${text}`, secret))
    return 'webhook-signature'
  const body = parsed(text)
  if (!Value.Check(Body, body)) return 'body'
  if (body.data.id !== id) return 'webhook-id is not the event’s'
  return { type: body.type, data: body.data }
}

function isSigned(given: string, content: string, secret: string): boolean {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const own = createHmac('sha256', key).update(content).digest()
  return given.split(' ').some((one) => {
    const [version, mac = ''] = one.split(',')
    const bytes = Buffer.from(mac, 'base64')
    return version === 'v1' && bytes.length === own.length && timingSafeEqual(bytes, own)
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
