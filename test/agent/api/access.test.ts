import assert from 'node:assert/strict'
import { test } from 'node:test'
import { routeRoles } from '../../../agent/api/access.ts'
import type { ServedRoute } from '../../../agent/api/api.ts'
import { appOf } from '../../../agent/api/api.ts'
import { defaultLimits } from '../../../agent/api/limits.ts'
import { roleNames } from '../../../agent/kernel/roles.ts'
import { fakePorts } from '../../fakes/api-ports.ts'
import { face, json, problem, serve, until } from './served.ts'

/** What of a path a test puts in the place of its parameters. */
const concrete = (path: string) => path.replaceAll(/\{\w+\}/g, '1')
/** Routes that no role is needed for. */
const OPEN = ['GET /livez', 'GET /readyz', 'GET /ca.crt']
/** Of the page: its files and what leads there, and signing in, which whoever has a session may go on with. */
const isOfPage = ({ access, url }: ServedRoute) =>
  (url === '/' || url.startsWith('/desk')) && (access === 'open' || access === 'session')

/** Every route that is served, as the table writes it. */
function served(): readonly ServedRoute[] {
  const { signal: closing } = new AbortController()
  const ports = fakePorts()
  const context = { ...ports, limits: defaultLimits, closing }
  const { served: all } = appOf({ ...ports, monitorFrom: [], version: '0.1.0' }, context)
  return all.filter(({ method }) => method !== 'HEAD')
}

test('every route has a row in the route × role table, and no row is stale', () => {
  const needed = served().filter((one) => !isOfPage(one))
  const routes = needed.map(({ method, url }) => `${method} ${url}`)
  assert.deepEqual(
    routes.filter((route) => !OPEN.includes(route)).sort(),
    Object.keys(routeRoles).sort(),
  )
})

test('every route that the document names is one that programs may use, and is served', async (t) => {
  const { call } = await serve(t)
  const document = JSON.parse(await (await call('/openapi.json')).text())
  const named = Object.entries<object>(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  const forPrograms = served()
    .filter(({ access }) => access !== 'desk' && access !== 'session')
    .filter((one) => !isOfPage(one))
  assert.deepEqual(
    named.sort(),
    forPrograms.map(({ method, url }) => `${method} ${url.replaceAll(/:(\w+)/g, '{$1}')}`).sort(),
  )
})

for (const role of roleNames)
  test(`a program of role ${role} may use the routes that the table gives it, and none of the desk’s own`, async (t) => {
    const { url, consumers } = await serve(t)
    const { token } = await consumers.add({ name: role, role, sources: [], sink: null })
    const desk = served().filter(({ access }) => access === 'desk')
    const ofPeople = new Set(desk.map(({ method, url }) => `${method} ${url}`))
    for (const [route, allowed] of Object.entries(routeRoles)) {
      const [method = '', path = ''] = route.split(' ')
      const response = await fetch(url + concrete(path.replaceAll(/:(\w+)/g, '{$1}')), {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          prefer: 'wait=0',
        },
        ...(method === 'POST' && { body: '{}' }),
      })
      const isRefused = response.status === 403
      const mayBe = allowed.includes(role) && !ofPeople.has(route)
      assert.equal(isRefused, !mayBe, `${role} ${route} ${response.status}`)
      if (isRefused) assert.equal((await problem(response))['code'], 'FORBIDDEN')
      else await response.text()
    }
  })

test('a role that is refused learns nothing of what is there', async (t) => {
  const { url, consumers, feed, audit } = await serve(t)
  feed.commit('v1', 'CANARY')
  const { token } = await consumers.add({ name: 'it2', role: 'it', sources: [], sink: null })
  for (const path of ['/v1/events', '/v1/verifications/v1', '/v1/verifications/v1/message']) {
    const response = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } })
    assert.equal(response.status, 403)
    assert.ok(!(await response.text()).includes('CANARY'))
  }
  assert.deepEqual(audit.reads, [])
})

test('a consumer from outside is let in from its sources only', async (t) => {
  const { url, consumers } = await serve(t)
  const add = (name: string, sources: readonly string[]) =>
    consumers.add({ name, role: 'after-hours', sources, sink: null })
  const here = await add('vpn', ['127.0.0.0/8'])
  const elsewhere = await add('other', ['10.8.0.0/24', '2001:db8::/32'])
  const status = async (token: string) =>
    (await fetch(`${url}/v1/events`, { headers: { authorization: `Bearer ${token}` } })).status
  assert.equal(await status(here.token), 200)
  assert.equal(await status(elsewhere.token), 403)
})

test('revoking ends a long poll and a stream that are open, at once', async (t) => {
  const { url, consumers, feed } = await serve(t)
  const { token } = await consumers.add({ name: 'old', role: 'ehr', sources: [], sink: null })
  const headers = { authorization: `Bearer ${token}` }
  const poll = fetch(`${url}/v1/events`, { headers: { ...headers, prefer: 'wait=60' } })
  const stream = await fetch(`${url}/v1/events`, {
    headers: { ...headers, accept: 'text/event-stream' },
  })
  const text = stream.text()
  while (feed.subscribers.size < 2) await new Promise((resolve) => setImmediate(resolve))
  await consumers.revoke('old')
  assert.equal((await poll).status, 401)
  assert.doesNotMatch(await text, /^data:/m)
  assert.equal(feed.subscribers.size, 0)
})

test('a revoked token gets no answer that it waited for, though what it asked is done', async (t) => {
  const { url, consumers, verifications } = await serve(t)
  const { token } = await consumers.add({ name: 'old', role: 'ehr', sources: [], sink: null })
  const headers = { ...json, authorization: `Bearer ${token}`, prefer: 'wait=60' }
  const body = JSON.stringify(face)
  const asked = fetch(`${url}/v1/verifications`, { method: 'POST', headers, body })
  await until(() => verifications.waiters === 1)
  const read = fetch(`${url}/v1/verifications/v1`, { headers })
  await until(() => verifications.waiters === 2)
  await consumers.revoke('old')
  for (const response of [await asked, await read])
    assert.deepEqual([response.status, (await problem(response))['code']], [401, 'UNAUTHENTICATED'])
  assert.deepEqual([verifications.asked.length, verifications.waiters], [1, 0])
})
