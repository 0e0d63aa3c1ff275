import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import { type TestContext, test } from 'node:test'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { goodToken } from '../../fakes/consumers.ts'
import { serve, until } from './served.ts'

/** An event stream, read into `text()` unless `paused`. */
async function stream(t: TestContext, url: string, headers = {}, paused = false) {
  const request = http.get(`${url}/v1/events`, {
    headers: { authorization: `Bearer ${goodToken}`, accept: 'text/event-stream', ...headers },
    agent: false,
  })
  request.on('error', () => undefined)
  t.after(() => request.destroy())
  const [response] = await once(request, 'response')
  let seen = ''
  let closed = false
  response.on('close', () => {
    closed = true
  })
  response.on('error', () => undefined)
  if (!paused) {
    response.setEncoding('utf8').on('data', (chunk: string) => {
      seen += chunk
    })
  }
  return { request, response, text: () => seen, closed: () => closed }
}

const idsIn = (text: string) => [...text.matchAll(/^id: (.*)$/gm)].map(([, id]) => id)

test('a stream sends what is there and then each commit, with its cursor as id', async (t) => {
  const { url, feed, audit } = await serve(t)
  const first = feed.commit('v1', 'a\nb')
  const { response, text } = await stream(t, url)
  assert.match(response.headers['content-type'] ?? '', /^text\/event-stream/)
  assert.equal(response.headers['cache-control'], 'private, no-store')
  await until(() => text().includes('id: c1'))
  feed.commit('v2')
  await until(() => text().includes('id: c2'))
  assert.ok(text().includes(`id: c1\ndata: ${String(first)}\n\n`))
  assert.deepEqual(idsIn(text()), ['c1', 'c2'])
  assert.deepEqual(audit.reads, ['receipt events ..c1', 'receipt events c1..c2'])
})

test('a stream resumes after Last-Event-ID', async (t) => {
  const { url, feed } = await serve(t)
  for (let at = 1; at <= 250; at += 1) feed.commit(`v${at}`)
  const { text } = await stream(t, url, { 'last-event-id': 'c10' })
  await until(() => text().includes('id: c250\n'))
  assert.deepEqual(
    idsIn(text()),
    Array.from({ length: 240 }, (_, at) => `c${at + 11}`),
  )
})

test('a purged Last-Event-ID is a problem, not a stream', async (t) => {
  const { call, feed } = await serve(t)
  feed.commit('v1')
  feed.commit('v2')
  feed.oldest = 1
  const response = await call('/v1/events', {
    headers: { accept: 'text/event-stream', 'last-event-id': 'c0' },
  })
  assert.equal(response.status, 410)
  assert.match(await response.text(), /"oldest":"c1"/)
  assert.equal(feed.subscribers.size, 0)
})

test('an idle stream gets a comment every 15 s', async (t) => {
  const { url, clock } = await serve(t)
  const { text } = await stream(t, url)
  for (const beats of [1, 2]) {
    await until(() => clock.sleeping() === 1)
    await clock.advance(15_000)
    await until(() => text().split('\n:\n').length === beats + 1)
  }
})

test('a reader that leaves takes its subscription with it', async (t) => {
  const { url, feed, clock } = await serve(t)
  const { request } = await stream(t, url)
  await until(() => feed.subscribers.size === 1 && clock.sleeping() === 1)
  request.destroy()
  await until(() => feed.subscribers.size === 0)
  assert.equal(clock.sleeping(), 0)
})

test('a reader that does not keep up is cut off, and can resume', async (t) => {
  const { url, feed, clock, log } = await serve(t)
  for (let at = 1; at <= 300; at += 1) feed.commit(`v${at}`, 'x'.repeat(100_000))
  const { closed, response } = await stream(t, url, {}, true)
  await until(() => clock.sleeping() === 1)
  assert.equal(closed(), false)
  // What fits the buffers of the kernel may still drain once or twice.
  while (feed.subscribers.size > 0) await clock.advance(30_000)
  assert.deepEqual(log.lines.at(-1)?.level, 'warn')
  response.resume()
  await until(closed)
  const resumed = await stream(t, url, { 'last-event-id': 'c299' })
  await until(() => resumed.text().includes('id: c300\n'))
})

test('a revoked token ends its stream', async (t) => {
  const { url, feed, consumers } = await serve(t)
  const { closed, text: seen } = await stream(t, url)
  await until(() => feed.subscribers.size === 1)
  await consumers.revoke('receipt')
  feed.commit('v1')
  await until(closed)
  assert.deepEqual(idsIn(seen()), [])
})

test('a stream without audit ends without data', async (t) => {
  const { url, feed, audit, bugs } = await serve(t)
  const { closed, text } = await stream(t, url)
  await until(() => feed.subscribers.size === 1)
  audit.refuse = new AgentError('AUDIT_UNAVAILABLE', 'no audit can be written')
  feed.commit('v1')
  await until(closed)
  assert.deepEqual(idsIn(text()), [])
  assert.deepEqual(bugs, [])
})

test('closing ends streams at once', async (t) => {
  const { url, api, feed } = await serve(t)
  const { closed } = await stream(t, url)
  await until(() => feed.subscribers.size === 1)
  await api.close()
  await until(closed)
})

test('two hundred streams and two hundred long polls at once all get the next event', async (t) => {
  const { url, feed, call } = await serve(t)
  const streams = await Promise.all(Array.from({ length: 200 }, () => stream(t, url)))
  const polls = Array.from({ length: 200 }, async () => {
    const response = await call('/v1/events', { headers: { prefer: 'wait=60' } })
    return (await response.text()).includes('event-v1')
  })
  await until(() => feed.subscribers.size === 400)
  feed.commit('v1')
  assert.ok((await Promise.all(polls)).every((hasIt) => hasIt))
  await until(() => streams.every(({ text }) => text().includes('id: c1\n')))
})
