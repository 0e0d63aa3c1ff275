import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import { type TestContext, test } from 'node:test'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { DeskState } from '../../../agent/api/desk-shapes.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { goodToken } from '../../fakes/consumers.ts'
import { problem, serve, until } from './served.ts'

/** Somebody of reception who is signed in, and a page of theirs. */
async function signedIn(t: TestContext) {
  const served = await serve(t)
  const session = served.sessions.signedIn('reception')
  const open = (query = '', headers = {}) =>
    openLive(t, `${served.url}/desk/live${query}`, { cookie: session.headers.cookie, ...headers })
  const refusal = (headers: Record<string, string>, query = '') =>
    fetch(`${served.url}/desk/live${query}`, { headers })
  return { ...served, session, open, refusal }
}

interface Told {
  readonly event: string
  readonly id: string | undefined
  readonly data: string
}

async function openLive(t: TestContext, url: string, headers: Record<string, string>) {
  const request = http.get(url, { headers, agent: false })
  request.on('error', () => undefined)
  t.after(() => request.destroy())
  const [response] = await once(request, 'response')
  assert.equal(response.statusCode, 200)
  let text = ''
  let closed = false
  response.on('close', () => {
    closed = true
  })
  response.on('error', () => undefined)
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  const told = (): Told[] =>
    [...text.matchAll(/^event: (\w+)\n(?:id: (.*)\n)?data: (.*)\n\n/gm)].map(
      ([, event = '', id, data = '']) => ({ event, id, data }),
    )
  const of = (event: string) => told().filter((one) => one.event === event)
  return { request, told, of, closed: () => closed, text: () => text }
}

const ready = {
  name: 'desk-1',
  driver: 'sim',
  state: 'ready',
  since: 0,
  fault: null,
  device: null,
} as const

test('a page is told at once how everything is, and each change of a reader without waiting', async (t) => {
  const { open, desk } = await signedIn(t)
  const { of } = await open()
  await until(() => of('state').length === 1)
  assert.deepEqual(JSON.parse(of('state')[0]?.data ?? '').readers, [])
  desk.states.push(ready)
  desk.changed()
  await until(() => of('state').length === 2)
  assert.equal(JSON.parse(of('state')[1]?.data ?? '').readers[0].name, 'desk-1')
})

test('what does not tell of its changes is looked at ten times a second, and told when it is another', async (t) => {
  const { open, clock, outages } = await signedIn(t)
  const { of } = await open()
  await until(() => of('state').length === 1 && clock.sleeping() === 2)
  await clock.advance(100)
  await until(() => clock.sleeping() === 2)
  assert.equal(of('state').length, 1, 'nothing is another')
  const startedAt = clock.now()
  outages.outages.push({ id: 'o1', startedAt, endedAt: null, cause: 'NO_LINE' })
  await clock.advance(100)
  await until(() => of('state').length === 2)
  assert.ok(JSON.parse(of('state')[1]?.data ?? '').outage.startedAt.endsWith('+09:00'))
})

test('every page is told of a change, also when another one saw it first', async (t) => {
  const { open, clock, outages } = await signedIn(t)
  const pages = [await open(), await open(), await open()]
  await until(() => pages.every(({ of }) => of('state').length === 1))
  outages.outages.push({ id: 'o1', startedAt: clock.now(), endedAt: null, cause: 'NO_LINE' })
  const late = await open()
  await until(() => late.of('state').length === 1)
  await clock.advance(100)
  await until(() => pages.every(({ of }) => of('state').length === 2))
})

test('the state is said again every ten seconds, so that a dead connection shows', async (t) => {
  const { open, clock } = await signedIn(t)
  const { of } = await open()
  for (const times of [1, 2, 3]) {
    await until(() => of('state').length === times && clock.sleeping() === 2)
    for (let step = 0; step < 100; step += 1) {
      await until(() => clock.sleeping() === 2)
      await clock.advance(100)
    }
  }
  await until(() => of('state').length === 4)
})

test('items come from now on, or after the last one that the page got, each with its cursor', async (t) => {
  const { open, feed, audit } = await signedIn(t)
  feed.commit('v1')
  const page = await open()
  await until(() => page.of('state').length === 1)
  const second = feed.commit('v2')
  await until(() => page.of('item').length === 1)
  assert.deepEqual(page.of('item'), [{ event: 'item', id: 'c2', data: String(second) }])
  assert.deepEqual(audit.reads, ['受付 見本 events c1..c2'])
  const after = await open('?after=c0')
  const resumed = await open('?after=c0', { 'last-event-id': 'c1' })
  await until(() => after.of('item').length === 2 && resumed.of('item').length === 1)
  assert.equal(resumed.of('item')[0]?.id, 'c2')
  assert.ok(!/^id: .*\n?event: state/m.test(page.text()), 'the state is no place to go on from')
})

test('a locked page gets the state and nothing of a patient; unlocked, what it missed', async (t) => {
  const { open, session, feed, desk, audit } = await signedIn(t)
  const page = await open()
  await until(() => page.of('state').length === 1)
  session.become('locked')
  await until(() => page.of('session').length === 1)
  assert.deepEqual(JSON.parse(page.of('session')[0]?.data ?? ''), { state: 'locked' })
  feed.commit('v1', 'CANARY')
  desk.states.push(ready)
  desk.changed()
  await until(() => page.of('state').length === 2)
  assert.deepEqual([page.of('item'), audit.reads], [[], []])
  assert.ok(!page.text().includes('CANARY'))
  session.become('active')
  await until(() => page.of('item').length === 1)
  assert.deepEqual(
    page
      .told()
      .map(({ event }) => event)
      .slice(-2),
    ['session', 'item'],
  )
})

test('a page that is opened while it is locked is told how everything is', async (t) => {
  const { open, session, feed } = await signedIn(t)
  feed.commit('v1', 'CANARY')
  session.become('locked')
  const page = await open('?after=c0')
  await until(() => page.of('state').length === 1)
  session.become('active')
  await until(() => page.of('item').length === 1)
  assert.deepEqual(
    page.told().map(({ event }) => event),
    ['state', 'session', 'item'],
  )
})

test('what is locked while its audit is written is not sent', async (t) => {
  const served = await signedIn(t)
  const { open, session, feed, audit, desk } = served
  const page = await open()
  await until(() => page.of('state').length === 1)
  audit.read = () => session.become('locked')
  feed.commit('v1', 'CANARY')
  await until(() => page.of('session').length === 1)
  desk.states.push(ready)
  desk.changed()
  await until(() => page.of('state').length === 2)
  assert.ok(!page.text().includes('CANARY'))
})

test('a session that ends ends its streams at once, and says so', async (t) => {
  const { open, session, feed, clock } = await signedIn(t)
  const page = await open()
  await until(() => page.of('state').length === 1)
  session.become('ended')
  feed.commit('v1', 'CANARY')
  await until(page.closed)
  assert.deepEqual(page.told().at(-1)?.data, '{"state":"ended"}')
  assert.ok(!page.text().includes('CANARY'))
  assert.deepEqual([feed.subscribers.size, clock.sleeping()], [0, 0])
})

/** The same schema, in which nothing but what it names can stand; open records have no patient’s place. */
const closed = (schema: Type.TSchema): Type.TSchema => {
  if (Type.IsObject(schema))
    return Type.Object(
      Object.fromEntries(
        Object.entries(schema.properties).map(([name, one]) => [name, closed(one)]),
      ),
      { additionalProperties: false },
    )
  if (Type.IsArray(schema)) return Type.Array(closed(schema.items))
  if (Type.IsUnion(schema)) return Type.Union(schema.anyOf.map(closed))
  return schema
}

test('the state is what its shape says and no more, so that nothing of a patient can be in it', async (t) => {
  const { open, desk } = await signedIn(t)
  desk.states.push(ready)
  desk.taps.push({
    id: 't1',
    reader: 'desk-1',
    at: 0,
    kind: 'my-number-card',
    state: 'waiting',
    lapsesAt: 60_000,
    cardPresent: true,
    pin: 'none',
    certificateExpired: false,
    name: null,
    fault: null,
  })
  const page = await open()
  await until(() => page.of('state').length === 1)
  const state: unknown = JSON.parse(page.of('state')[0]?.data ?? '')
  assert.deepEqual([...Value.Errors(closed(DeskState), state)], [])
  assert.ok(Value.Check(DeskState, state) && state.presentations.length === 1)
  assert.deepEqual(
    state.contacts.map(({ phone }) => phone),
    ['03-0000-0000'],
  )
})

test('a stream without audit ends without data', async (t) => {
  const { open, feed, audit, bugs } = await signedIn(t)
  const page = await open()
  await until(() => page.of('state').length === 1)
  audit.refuse = new AgentError('AUDIT_UNAVAILABLE', 'no audit can be written')
  feed.commit('v1')
  await until(page.closed)
  assert.deepEqual([page.of('item'), bugs], [[], []])
})

test('nobody who is not signed in gets a stream, nor a program; a cursor that is gone is a problem', async (t) => {
  const { refusal, session, feed } = await signedIn(t)
  const codeOf = async (response: Response) => [response.status, (await problem(response))['code']]
  assert.deepEqual(await codeOf(await refusal({})), [401, 'UNAUTHENTICATED'])
  const token = { authorization: `Bearer ${goodToken}` }
  assert.deepEqual(await codeOf(await refusal(token)), [403, 'FORBIDDEN'])
  feed.commit('v1')
  feed.oldest = 1
  const { cookie } = session.headers
  assert.deepEqual(await codeOf(await refusal({ cookie }, '?after=c0')), [410, 'CURSOR_GONE'])
  assert.deepEqual(await codeOf(await refusal({ cookie }, '?after=x')), [400, 'CURSOR_INVALID'])
  assert.equal(feed.subscribers.size, 0)
})

test('a page that leaves takes everything with it, the look at lines and conditions too', async (t) => {
  const { open, feed, desk, clock } = await signedIn(t)
  const [one, other] = [await open(), await open()]
  await until(() => feed.subscribers.size === 2 && clock.sleeping() === 3)
  one.request.destroy()
  await until(() => feed.subscribers.size === 1)
  assert.equal(desk.hearers.size, 1)
  other.request.destroy()
  await until(() => feed.subscribers.size === 0 && clock.sleeping() === 0)
  assert.equal(desk.hearers.size, 0)
})
