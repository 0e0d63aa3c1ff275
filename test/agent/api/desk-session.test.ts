import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { routeRoles } from '../../../agent/api/access.ts'
import { staffRoles } from '../../../agent/kernel/staff.ts'
import { goodToken } from '../../fakes/consumers.ts'
import { face, json, problem, raw, serve, until } from './served.ts'

/** The API with somebody of a role signed in, and what their page can send. */
async function desk(t: TestContext, role: (typeof staffRoles)[number] = 'reception') {
  const served = await serve(t)
  const session = served.sessions.signedIn(role)
  const send = (method: string, path: string, body?: unknown, headers: object = {}) =>
    fetch(served.url + path, {
      method,
      headers: { ...session.headers, ...(body !== undefined && json), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  return { ...served, session, send }
}
const codeOf = async (response: Response) => (await problem(response))['code']

test('signing in sets a cookie that only this host gets, and tells the page what it may', async (t) => {
  const { url, session } = await desk(t)
  const body = JSON.stringify({ name: session.staff.name, secret: 'right' })
  const answer = await fetch(`${url}/desk/session`, { method: 'POST', headers: json, body })
  assert.equal(answer.status, 200)
  const cookie = answer.headers.get('set-cookie')
  assert.equal(cookie, `onshi-desk=${session.cookie}; Path=/; HttpOnly; SameSite=Strict`)
  const page = Object(await answer.json())
  assert.deepEqual(
    [page.state, page.token, page.staff.role, page.staff.roleTitle, page.lockSeconds, page.version],
    ['active', session.token, 'reception', '受付', 600, '1.2.3'],
  )
  assert.ok(page.may.includes('GET /v1/events') && !page.may.includes('GET /desk/staff'))
  assert.equal(JSON.stringify(page).includes(session.cookie), false)
})

test('a wrong attempt is refused without a challenge, which browsers would answer by themselves', async (t) => {
  const { url, call } = await desk(t)
  const body = JSON.stringify({ name: 'x', secret: 'x' })
  const wrong = await fetch(`${url}/desk/session`, { method: 'POST', headers: json, body })
  assert.deepEqual([wrong.status, wrong.headers.get('www-authenticate')], [401, null])
  assert.equal(await codeOf(wrong), 'SIGN_IN_REFUSED')
  const page = { 'sec-fetch-site': 'same-origin' }
  for (const [path, headers] of [
    ['/desk/staff', {}],
    ['/v1/events', page],
  ] as const) {
    const answer = await fetch(url + path, { headers })
    assert.deepEqual([answer.status, answer.headers.get('www-authenticate')], [401, null])
    assert.equal(await codeOf(answer), 'UNAUTHENTICATED')
  }
  const program = await call('/v1/events', { headers: { authorization: 'Bearer wrong' } })
  assert.match(program.headers.get('www-authenticate') ?? '', /Bearer/)
})

test('who opens an address in a browser is asked for the token, as for the digest to print', async (t) => {
  const { port } = await desk(t)
  const asked = async (path: string, mode: string) => {
    const fetched = `Sec-Fetch-Site: none\r\nSec-Fetch-Mode: ${mode}\r\n`
    const head = `Host: 127.0.0.1:${port}\r\nConnection: close\r\n${fetched}`
    const answer = await raw(port, `GET ${path} HTTP/1.1\r\n${head}\r\n`)
    assert.match(answer, /^HTTP\/1\.1 401 /)
    return /^www-authenticate: Basic/im.test(answer)
  }
  assert.equal(await asked('/v1/digest?format=html', 'navigate'), true)
  assert.equal(await asked('/v1/digest?format=html', 'cors'), false, 'a script of the page')
  assert.equal(await asked('/desk/staff', 'navigate'), false, 'no token opens it')
})

test('who is not signed in is told so, and whether anybody could be', async (t) => {
  const { url, sessions } = await serve(t)
  const look = async () => Object(await (await fetch(`${url}/desk/session`)).json())
  const nobody = await look()
  assert.deepEqual(
    [nobody.state, nobody.hasStaff, nobody.staff, nobody.token, nobody.may],
    ['signed-out', false, null, null, []],
  )
  assert.deepEqual(nobody.documents, ['資格確認書', '資格情報のお知らせ'])
  sessions.signedIn('reception')
  assert.equal((await look()).hasStaff, true)
})

for (const role of staffRoles)
  test(`somebody of role ${role} may use the routes that the table gives them, and no others`, async (t) => {
    const { send, session } = await desk(t, role)
    for (const [route, allowed] of Object.entries(routeRoles)) {
      const [method = '', path = ''] = route.split(' ')
      const body = method === 'GET' ? undefined : {}
      const response = await send(method, path.replaceAll(/:\w+/g, '1'), body, { prefer: 'wait=0' })
      const isRefused = response.status === 403
      assert.equal(isRefused, !allowed.includes(role), `${route} ${response.status}`)
      if (isRefused) assert.equal(await codeOf(response), 'FORBIDDEN')
      else await response.body?.cancel()
    }
    assert.ok(session.state() === 'active')
  })

test('what changes something needs the token of the page and comes from it', async (t) => {
  const { send, url, session, verifications } = await desk(t, 'billing')
  const note = { kind: 'original-sighted' }
  const forged: (readonly [string, object])[] = [
    ['no token', { 'x-desk-token': '' }],
    ['another token', { 'x-desk-token': `${session.token}x` }],
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['another host of the site', { 'sec-fetch-site': 'same-site' }],
  ]
  const routes = [
    ['POST', '/v1/verifications/v1/notes', note],
    ['PUT', '/v1/roster/1', {}],
    ['DELETE', '/v1/roster/1', undefined],
    ['DELETE', '/desk/session', undefined],
    ['POST', '/desk/session/lock', undefined],
    ['POST', '/desk/session/unlock', { pin: '2580' }],
  ] as const
  for (const [what, headers] of forged)
    for (const [method, path, body] of routes) {
      const answer = await send(method, path, body, headers)
      assert.deepEqual([answer.status, await codeOf(answer)], [403, 'REQUEST_FORGED'], what)
    }
  const { cookie } = session.headers
  const bare = await fetch(`${url}/v1/verifications/v1/notes`, {
    method: 'POST',
    headers: { ...json, cookie },
    body: JSON.stringify(note),
  })
  assert.equal(await codeOf(bare), 'REQUEST_FORGED')
  assert.deepEqual([verifications.notes, session.state(), session.touched], [[], 'active', 0])
  const signIn = await fetch(`${url}/desk/session`, {
    method: 'POST',
    headers: { ...json, 'sec-fetch-site': 'cross-site' },
    body: JSON.stringify({ name: session.staff.name, secret: 'right' }),
  })
  assert.equal(await codeOf(signIn), 'REQUEST_FORGED')
  assert.equal((await send('POST', '/v1/verifications/v1/notes', note)).status, 201)
})

test('a page of another program on this host has nothing read in the name of who is signed in', async (t) => {
  const { send, audit, feed } = await desk(t, 'billing')
  feed.commit('v1')
  for (const site of ['same-site', 'cross-site'])
    for (const path of ['/v1/events', '/desk/live']) {
      const answer = await send('GET', path, undefined, { 'sec-fetch-site': site })
      assert.deepEqual([answer.status, await codeOf(answer)], [403, 'REQUEST_FORGED'])
    }
  assert.deepEqual(audit.reads, [])
  for (const site of ['same-origin', 'none'])
    assert.equal(
      (await send('GET', '/v1/events', undefined, { 'sec-fetch-site': site })).status,
      200,
    )
})

test('only what a person does counts against idle time', async (t) => {
  const { send, session } = await desk(t)
  await send('GET', '/v1/presentations')
  await send('GET', '/desk/session')
  assert.equal(session.touched, 0)
  await send('POST', '/desk/session/touch')
  await send('POST', '/v1/verifications/v1/notes', { kind: 'original-sighted' })
  assert.equal(session.touched, 2)
})

test('a locked session opens nothing but its own lock; it says who it is, and no more', async (t) => {
  const { send, session, feed } = await desk(t)
  feed.commit('v1', 'CANARY')
  await send('POST', '/desk/session/lock')
  for (const path of ['/v1/events', '/v1/presentations', '/v1/verifications/v1'])
    assert.equal(await codeOf(await send('GET', path)), 'DESK_LOCKED')
  const page = Object(await (await send('GET', '/desk/session')).json())
  assert.deepEqual([page.state, page.staff.id], ['locked', session.staff.id])
  assert.equal(
    await codeOf(await send('POST', '/desk/session/unlock', { pin: '1' })),
    'SIGN_IN_REFUSED',
  )
  const unlocked = await send('POST', '/desk/session/unlock', { pin: '2580' })
  assert.equal(Object(await unlocked.json()).state, 'active')
  assert.equal((await send('GET', '/v1/presentations')).status, 200)
})

test('who has to set a secret can do nothing else; who left, or whose cookie is old, signs in', async (t) => {
  const { send, session } = await desk(t)
  session.become('setting')
  assert.equal(await codeOf(await send('GET', '/v1/presentations')), 'SECRET_UNSET')
  assert.equal((await send('GET', '/desk/session/second-factor')).status, 200)
  const done = await send('POST', '/desk/session/secret', { secret: 'x'.repeat(13), pin: '2580' })
  const { session: page, recoveryCodes } = Object(await done.json())
  assert.deepEqual([page.state, recoveryCodes.length], ['active', 1])
  assert.match(done.headers.get('set-cookie') ?? '', /^onshi-desk=cookie-of-staff-reception;/)

  const left = await send('DELETE', '/desk/session')
  assert.match(left.headers.get('set-cookie') ?? '', /^onshi-desk=; .*Max-Age=0$/)
  assert.equal(Object(await left.json()).state, 'signed-out')
  const after = await send('GET', '/v1/presentations')
  assert.deepEqual([after.status, await codeOf(after)], [401, 'SESSION_ENDED'])
})

test('a long poll and a stream end at once when the session locks or ends', async (t) => {
  for (const to of ['locked', 'ended'] as const) {
    const { send, session, feed } = await desk(t)
    const poll = send('GET', '/v1/events', undefined, { prefer: 'wait=60' })
    const stream = await send('GET', '/v1/events', undefined, { accept: 'text/event-stream' })
    const text = stream.text()
    await until(() => feed.subscribers.size === 2)
    session.become(to)
    assert.equal(await codeOf(await poll), to === 'locked' ? 'DESK_LOCKED' : 'SESSION_ENDED')
    assert.doesNotMatch(await text, /^data:/m)
    assert.equal(feed.subscribers.size, 0)
  }
})

test('who locks the page while a question is out is told so, and gets nothing of its answer', async (t) => {
  const codes = { locked: 'DESK_LOCKED', ended: 'SESSION_ENDED' } as const
  for (const to of ['locked', 'ended'] as const) {
    const { send, session, verifications, log } = await desk(t)
    const asked = send('POST', '/v1/verifications', face, { prefer: 'wait=60' })
    await until(() => verifications.waiters === 1)
    session.become(to)
    const answer = await asked
    assert.deepEqual([answer.status, await codeOf(answer)], [401, codes[to]])
    assert.deepEqual([verifications.asked.length, verifications.waiters], [1, 0])
    assert.ok(!log.lines.some(({ level }) => level === 'error'), 'nothing went wrong')
  }
})

test('a token opens nothing of the desk’s own, and goes before a cookie', async (t) => {
  const { url, session, sessions, call } = await desk(t, 'it')
  for (const path of ['/desk/staff', '/desk/session/second-factor'])
    assert.equal(await codeOf(await call(path)), 'FORBIDDEN')
  const { cookie } = session.headers
  const both = { authorization: `Bearer ${goodToken}`, cookie }
  assert.equal((await fetch(`${url}/v1/presentations`, { headers: both })).status, 200)
  const wrong = { authorization: 'Bearer wrong', cookie }
  assert.equal(
    await codeOf(await fetch(`${url}/v1/readers`, { headers: wrong })),
    'UNAUTHENTICATED',
  )
  const elsewhere = sessions.signedIn('remote-billing', { sources: ['10.8.0.0/24'] })
  const answer = await fetch(`${url}/v1/events`, { headers: { cookie: elsewhere.headers.cookie } })
  assert.equal(await codeOf(answer), 'FORBIDDEN')
})

test('reads of who is signed in are in the audit by their name and id, as those of a program', async (t) => {
  const { send, feed, audit } = await desk(t)
  feed.commit('v1')
  assert.equal((await send('GET', '/v1/events')).status, 200)
  assert.deepEqual(audit.reads, ['受付 見本 events ..c1'])
})
