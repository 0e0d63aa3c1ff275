import { hash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { DeskSession } from './desk-ports.ts'

/**
 * On TLS a browser takes a cookie with this prefix only from the very host, for the whole of it and
 * with `Secure`. [RFC 6265bis, 4.1.3.2]
 */
const OVER_TLS = '__Host-onshi-desk'
const PLAIN = 'onshi-desk'

const isSecure = (request: FastifyRequest) => request.protocol === 'https'
const nameFor = (request: FastifyRequest) => (isSecure(request) ? OVER_TLS : PLAIN)

/** The cookie of the desk in a request; '' where there is none. */
export function cookieIn(request: FastifyRequest): string {
  const name = `${nameFor(request)}=`
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim())
  return pairs.find((pair) => pair.startsWith(name))?.slice(name.length) ?? ''
}

/** The header that sets the cookie of the desk; '' takes it away. It ends with the browser at the latest. */
export function setCookie(request: FastifyRequest, cookie: string): Record<string, string> {
  const lasts = cookie === '' ? '; Max-Age=0' : ''
  const secure = isSecure(request) ? '; Secure' : ''
  const value = `${nameFor(request)}=${cookie}; Path=/; HttpOnly; SameSite=Strict`
  return { 'set-cookie': `${value}${secure}${lasts}` }
}

export const isChange = ({ method }: FastifyRequest): boolean =>
  method !== 'GET' && method !== 'HEAD'

/**
 * Whether the page of this very origin sent it, as far as the browser says; a read may also be what
 * somebody typed. SameSite knows no ports: a page of another program of this host comes with our
 * cookie, and could have patients read, though it would not see them.
 */
export function isFromHere(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site']
  return site === undefined || site === 'same-origin' || (site === 'none' && !isChange(request))
}

/** Whether it says the token of its session. In constant time. */
export function saysToken({ headers }: FastifyRequest, { token }: DeskSession): boolean {
  const given = headers['x-desk-token']
  if (typeof given !== 'string') return false
  return timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', token, 'buffer'))
}
