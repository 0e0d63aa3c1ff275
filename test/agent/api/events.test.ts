import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { problem, serve, until } from './served.ts'

test('the feed comes in pages that join to the whole, oldest first, byte for byte', async (t) => {
  const { call, feed } = await serve(t)
  for (let at = 0; at < 7; at += 1) feed.commit(`v${at}`, '髙﨑"\\\n')
  let cursor = ''
  const seen: string[] = []
  for (;;) {
    const response = await call(`/v1/events?limit=3&after=${cursor}`)
    const body = await response.text()
    const page = JSON.parse(body)
    for (const item of page.items) seen.push(JSON.stringify(item))
    cursor = page.cursor
    if (page.items.length === 0) break
    assert.ok(body.startsWith('{"items":[{') && body.endsWith(`],"cursor":"${cursor}"}`))
  }
  assert.deepEqual(seen, feed.items.map(String))
})

test('a page is private, varies by caller, and is JSON', async (t) => {
  const { call } = await serve(t)
  const { headers, status } = await call('/v1/events')
  assert.equal(status, 200)
  assert.equal(headers.get('cache-control'), 'private, no-store')
  assert.equal(headers.get('vary'), 'Authorization')
  assert.equal(headers.get('x-content-type-options'), 'nosniff')
  assert.match(headers.get('content-type') ?? '', /^application\/json/)
})

test('a page that the client has is 304, without body and without audit', async (t) => {
  const { call, feed, audit } = await serve(t)
  feed.commit('v1')
  const first = await call('/v1/events')
  const etag = first.headers.get('etag') ?? ''
  assert.deepEqual(audit.reads, ['receipt events ..c1'])
  for (const known of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
    const again = await call('/v1/events', { headers: { 'if-none-match': known } })
    assert.equal(again.status, 304, known)
    assert.equal(again.headers.get('etag'), etag)
    assert.equal(await again.text(), '')
  }
  assert.equal(audit.reads.length, 1)
  feed.commit('v2')
  const changed = await call('/v1/events', { headers: { 'if-none-match': etag } })
  assert.equal(changed.status, 200)
  assert.notEqual(changed.headers.get('etag'), etag)
})

test('an empty page is not audited; a page with items is, before it leaves', async (t) => {
  const { call, feed, audit } = await serve(t)
  assert.equal((await call('/v1/events')).status, 200)
  assert.deepEqual(audit.reads, [])
  feed.commit('v1')
  audit.refuse = new AgentError('AUDIT_UNAVAILABLE', 'no audit can be written')
  const refused = await call('/v1/events')
  assert.equal((await problem(refused))['code'], 'AUDIT_UNAVAILABLE')
  assert.ok(Number(refused.headers.get('retry-after')) > 0)
})

test('a purged cursor is 410 with the oldest, a strange one 400', async (t) => {
  const { call, feed } = await serve(t)
  for (let at = 0; at < 4; at += 1) feed.commit(`v${at}`)
  feed.oldest = 2
  const gone = await call('/v1/events?after=c1')
  assert.equal(gone.status, 410)
  assert.equal((await problem(gone))['oldest'], 'c2')
  assert.equal((await problem(await call('/v1/events?after=hello')))['code'], 'CURSOR_INVALID')
  assert.equal((await call('/v1/events?after=')).status, 200)
})

test('a limit outside 1 to 500 is refused by name', async (t) => {
  const { call } = await serve(t)
  for (const limit of ['0', '501', '-1', 'ten', '1.5', '', '1&limit=2', '9'.repeat(30)]) {
    const response = await call(`/v1/events?limit=${limit}`)
    assert.equal(response.status, 400, limit)
    const { code, mistakes } = await problem(response)
    assert.equal(code, 'REQUEST_INVALID')
    assert.match(JSON.stringify(mistakes), /"field":"limit"/)
  }
  assert.equal((await call('/v1/events?limit=500')).status, 200)
  assert.equal((await problem(await call('/v1/events?since=1')))['code'], 'REQUEST_INVALID')
})

test('a long poll is answered by the commit, not by a timer', async (t) => {
  const { call, feed, clock } = await serve(t)
  const waiting = call('/v1/events', { headers: { prefer: 'wait=25' } })
  await until(() => feed.subscribers.size === 1)
  feed.commit('v1')
  const page = JSON.parse(await (await waiting).text())
  assert.equal(page.items.length, 1)
  assert.equal(page.cursor, 'c1')
  assert.equal(feed.subscribers.size, 0)
  assert.equal(clock.sleeping(), 0)
})

test('a long poll that times out is 200 with no items and the same cursor', async (t) => {
  const { call, feed, clock, audit } = await serve(t)
  feed.commit('v1')
  const waiting = call('/v1/events?after=c1', { headers: { prefer: 'wait=25' } })
  await until(() => clock.sleeping() === 1)
  await clock.advance(24_999)
  assert.equal(feed.subscribers.size, 1)
  await clock.advance(1)
  const response = await waiting
  assert.equal(response.status, 200)
  assert.deepEqual(JSON.parse(await response.text()), { items: [], cursor: 'c1' })
  assert.equal(feed.subscribers.size, 0)
  assert.deepEqual(audit.reads, [])
})

test('a wait is at most 60 s', async (t) => {
  const { call, clock } = await serve(t)
  const waiting = call('/v1/events', { headers: { prefer: 'wait=86400' } })
  await until(() => clock.sleeping() === 1)
  await clock.advance(60_000)
  assert.equal((await waiting).status, 200)
})

test('commits that bring a reader nothing do not answer it, and pile nothing up', async (t) => {
  const warnings: string[] = []
  const onWarning = ({ name }: Error) => warnings.push(name)
  process.on('warning', onWarning)
  t.after(() => process.off('warning', onWarning))
  const { call, feed } = await serve(t)
  const waiting = call('/v1/events', { headers: { prefer: 'wait=25' } })
  await until(() => feed.subscribers.size === 1)
  for (let at = 0; at < 30; at += 1) {
    for (const wake of feed.subscribers) wake()
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.equal(feed.subscribers.size, 1)
  feed.commit('v1')
  assert.equal(JSON.parse(await (await waiting).text()).items.length, 1)
  assert.deepEqual(warnings, [])
})

test('twenty pollers are all answered by one commit', async (t) => {
  const { call, feed, audit } = await serve(t)
  const headers = { prefer: 'wait=25' }
  const pollers = Array.from({ length: 20 }, () => call('/v1/events', { headers }))
  await until(() => feed.subscribers.size === 20)
  feed.commit('v1')
  for (const response of await Promise.all(pollers)) assert.equal(response.status, 200)
  assert.equal(audit.reads.length, 20)
  assert.equal(feed.subscribers.size, 0)
})

test('a client that goes away leaves nothing behind', async (t) => {
  const { call, feed, clock } = await serve(t)
  const gone = new AbortController()
  const waiting = call('/v1/events', { headers: { prefer: 'wait=25' }, signal: gone.signal })
  await until(() => feed.subscribers.size === 1)
  gone.abort()
  await assert.rejects(waiting)
  await until(() => feed.subscribers.size === 0)
  assert.equal(clock.sleeping(), 0)
})

test('a token that is revoked during a long poll gets nothing', async (t) => {
  const { call, feed, consumers } = await serve(t)
  const waiting = call('/v1/events', { headers: { prefer: 'wait=25' } })
  await until(() => feed.subscribers.size === 1)
  await consumers.revoke('receipt')
  feed.commit('v1')
  assert.equal((await waiting).status, 401)
})

test('closing answers long polls at once', async (t) => {
  const { call, feed, api } = await serve(t)
  const waiting = call('/v1/events', { headers: { prefer: 'wait=25' } })
  await until(() => feed.subscribers.size === 1)
  await api.close()
  assert.equal((await waiting).status, 200)
  assert.equal(feed.subscribers.size, 0)
})
