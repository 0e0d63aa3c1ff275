import type { FastifyRequest, preValidationAsyncHookHandler } from 'fastify'
import { invalid } from './problem.ts'
import { propertiesOf } from './validation.ts'

/**
 * Who is signed in speaks for themself: `by`, wherever a body takes it, is their name, and nobody
 * else’s. Programs go on to say who it was.
 */
export const sayWho: preValidationAsyncHookHandler = async (request) => {
  const { caller, deskSession } = request
  const { body: schema } = request.routeOptions.schema ?? {}
  if (caller === null || deskSession === null || typeof schema !== 'object') return
  if (schema !== null && !isByPin(request)) fill(schema, request.body, caller.consumer.name, '')
}

/** 本人認証 by PIN is the holder’s own; no member of staff vouches for it. */
const isByPin = ({ body }: FastifyRequest) =>
  typeof body === 'object' && body !== null && 'method' in body && body.method === 'pin'

/** In place: the body is ours since it was parsed. Throws `REQUEST_INVALID`. */
function fill(schema: object, value: unknown, name: string, path: string): void {
  if (Array.isArray(value) && 'items' in schema && isObject(schema.items)) {
    const { items } = schema
    for (const [at, one] of value.entries()) fill(items, one, name, `${path}[${at}]`)
  }
  if (!isObject(value) || Array.isArray(value)) return
  const properties = propertiesOf(schema)
  if ('by' in properties) {
    const { by = name }: { by?: unknown } = value
    if (by !== name)
      throw invalid(
        inside(path, 'by'),
        'サインインしている人の名前だけ使えます。',
        'is not who is signed in',
      )
    Object.assign(value, { by })
  }
  for (const [key, part] of Object.entries(properties))
    if (isObject(part))
      fill(part, Object.entries(value).find(([own]) => own === key)?.[1], name, inside(path, key))
}

const inside = (path: string, key: string) => (path === '' ? key : `${path}.${key}`)

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
