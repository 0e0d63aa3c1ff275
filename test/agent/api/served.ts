import { once } from 'node:events'
import net from 'node:net'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { type ApiOptions, openApi } from '../../../agent/api/api.ts'
import { fakePorts } from '../../fakes/api-ports.ts'
import { goodToken } from '../../fakes/consumers.ts'

export const face = {
  insurerNumber: '06139992',
  insuredIdentificationNumber: '1',
  birthdate: '19800101',
}
export const json = { 'content-type': 'application/json' }
export const anywhere = { address: '127.0.0.1:0', allow: [], tls: null, hosts: [] }

/** The API on a free loopback port, over fake ports. Asks with a good token unless told otherwise. */
export async function serve(t: TestContext, options: Partial<ApiOptions> = {}) {
  const ports = fakePorts()
  const api = await openApi({
    listen: [anywhere],
    monitorFrom: [],
    version: '0.1.0',
    ...ports,
    ...options,
  })
  t.after(() => api.close())
  const url = api.urls[0] ?? ''
  const call = (path: string, init: RequestInit = {}) =>
    fetch(`${url}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${goodToken}`, ...init.headers },
    })
  const post = (path: string, body: unknown, headers = {}) =>
    call(path, { method: 'POST', body: JSON.stringify(body), headers: { ...json, ...headers } })
  return { ...ports, api, url, call, post, port: Number(new URL(url).port) }
}

/** Resolves once `condition` holds; the runner's time-out bounds it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await wait(2)
}

/** Sends bytes as they are; everything that comes back until the other side ends. */
export async function raw(port: number, bytes: string): Promise<string> {
  const socket = net.connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.write(bytes)
  return text(socket).catch(() => '')
}

/** A problem's `code`, its shape checked. */
export async function problem(response: Response): Promise<Record<string, unknown>> {
  const type = response.headers.get('content-type') ?? ''
  const body = JSON.parse(await response.text())
  const strings = ['code', 'number', 'title', 'detail', 'action']
  const whole = strings.every((key) => typeof body[key] === 'string' && body[key] !== '')
  if (!type.startsWith('application/problem+json') || !whole || body.status !== response.status) {
    throw new Error(`no problem: ${response.status} ${type} ${JSON.stringify(body)}`)
  }
  return body
}
