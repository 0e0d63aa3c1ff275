import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tokenIn } from '../../../agent/api/auth.ts'
import { goodToken } from '../../fakes/consumers.ts'
import { problem, serve } from './served.ts'

const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`

test('a token opens the door as Bearer, and as password of Basic with any user', async (t) => {
  const { call } = await serve(t)
  const good = [
    `Bearer ${goodToken}`,
    `bearer ${goodToken}`,
    basic(`orca:${goodToken}`),
    basic(`:${goodToken}`),
  ]
  for (const authorization of good) {
    assert.equal((await call('/v1/events', { headers: { authorization } })).status, 200)
  }
})

test('missing, wrong and revoked tokens get the same answer', async (t) => {
  const { url, consumers } = await serve(t)
  const { token } = await consumers.add({ name: 'old', role: 'ehr', sources: [], sink: null })
  await consumers.revoke('old')
  const answers = new Set<string>()
  const tried: Record<string, string>[] = [
    {},
    { authorization: 'Bearer wrong' },
    { authorization: `Bearer ${token}` },
    { authorization: basic('user') },
  ]
  for (const headers of tried) {
    const response = await fetch(`${url}/v1/events`, { headers })
    assert.equal(response.status, 401)
    assert.match(response.headers.get('www-authenticate') ?? '', /Bearer.*Basic/)
    answers.add(JSON.stringify(await problem(response)))
  }
  assert.equal(answers.size, 1)
  assert.equal(consumers.tried, tried.length)
})

test('after five failures in a minute a source is told to wait; a good token still passes', async (t) => {
  const { call, clock } = await serve(t)
  const wrong = () => call('/v1/events', { headers: { authorization: 'Bearer wrong' } })
  for (let at = 0; at < 5; at += 1) assert.equal((await wrong()).status, 401)
  await clock.advance(20_000)
  const refused = await wrong()
  assert.equal((await problem(refused))['code'], 'TOO_MANY_REQUESTS')
  assert.equal(refused.headers.get('retry-after'), '40')
  assert.equal((await call('/v1/events')).status, 200)
  await clock.advance(40_000)
  assert.equal((await wrong()).status, 401)
})

test('every route but the probes and the CA asks for a token', async (t) => {
  const { url, call } = await serve(t)
  const document = JSON.parse(await (await call('/openapi.json')).text())
  for (const [path, methods] of Object.entries<object>(document.paths)) {
    for (const method of Object.keys(methods)) {
      const init = { method: method.toUpperCase() }
      const response = await fetch(url + path.replaceAll(/\{\w+\}/g, 'x'), init)
      const isOpen = path === '/livez' || path === '/readyz'
      // Of which there is none here.
      const expected = isOpen ? [200] : path === '/ca.crt' ? [404] : [401, 429]
      assert.ok(expected.includes(response.status), `${method} ${path} ${response.status}`)
    }
  }
})

test('a header that holds no token is read as an empty one', () => {
  for (const header of [
    undefined,
    '',
    'Bearer',
    'Bearer a b',
    'Digest x',
    'Basic !',
    'Basic Og==',
    `Bearer ${'x'.repeat(2_000)}`,
  ]) {
    assert.equal(tokenIn(header), '', header)
  }
})
