import assert from 'node:assert/strict'
import { Agent } from 'node:https'
import { createServer } from 'node:net'
import { after, before, beforeEach, test } from 'node:test'
import { BehaviourError } from '../../../../agent/sim/behaviour.ts'
import type { GatewaySimulator } from '../../../../agent/sim/gateway/server.ts'
import { listen } from '../../../../agent/sim/listen.ts'
import { ask, asked, open, question, tls } from './bed.ts'
import { send } from './client.ts'

/** The two loopback families are the two lines. */
const LINES = [
  { host: '::1', port: 0 },
  { host: '127.0.0.1', port: 0 },
]
const good = question('01')

let gateway: GatewaySimulator
let six: { readonly url: string }
let four: { readonly url: string }
before(async () => {
  gateway = await open({ listen: LINES })
  const [first = '', second = ''] = gateway.urls
  six = { url: first }
  four = { url: second }
})
after(() => gateway.close())
beforeEach(() => gateway.behave({}))

const statuses = async () => [(await ask(six, good)).status, (await ask(four, good)).status]

test('it listens at several endpoints, with one session store and one count behind them', async (t) => {
  const other = await open({ listen: LINES, account: { user: 'u', password: 'p' } })
  t.after(() => other.close())
  const [first = '', second = ''] = other.urls
  assert.equal(other.url, first)
  assert.match(first, /^https:\/\/\[::1\]:\d+$/)
  assert.match(second, /^https:\/\/127\.0\.0\.1:\d+$/)
  const { bytes } = await send({
    url: `${first}/login`,
    tls,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"user":"u","password":"p"}',
  })
  const token = /"idToken":"([^"]+)"/.exec(bytes.toString())?.[1]
  const headers = { authorization: `Bearer ${token}` }
  for (const url of [second, first, second]) await asked({ url }, good, { headers })
  const { questions, questionsFrom, logins } = other.stats()
  assert.deepEqual(
    { questions, questionsFrom, logins },
    { questions: 3, questionsFrom: { '127.0.0.1': 2, '::1': 1 }, logins: 1 },
  )
})

test('when one of several endpoints is taken it starts at none', async (t) => {
  const taken = createServer()
  const port = Number(new URL(await listen(taken, 'http', { host: '127.0.0.1', port: 0 })).port)
  t.after(() => taken.close())
  const free = { host: '::1', port }
  await assert.rejects(open({ listen: [free, { host: '127.0.0.1', port }] }), {
    code: 'EADDRINUSE',
  })
  const again = await open({ listen: free })
  await again.close()
})

test('a behaviour with a source holds on that line only, beside those of other lines', async () => {
  gateway.behave({ mode: 'busy', from: '::1' })
  assert.deepEqual(await statuses(), [503, 200])
  gateway.behave({ mode: 'too-many', from: '127.0.0.0/8' })
  assert.deepEqual(await statuses(), [503, 429])
  gateway.behave({ mode: 'status', status: 502, from: '0:0::1/128' })
  assert.deepEqual(await statuses(), [502, 429])
  gateway.behave({ mode: 'normal', from: '::1' })
  assert.deepEqual(await statuses(), [200, 429])
  gateway.behave({ mode: 'normal' })
  assert.deepEqual(await statuses(), [200, 200])
})

test('the narrowest source that matches wins, and only one that holds for the request', async (t) => {
  gateway.behave({ mode: 'busy' })
  gateway.behave({ mode: 'status', status: 501, from: '127.0.0.0/8' })
  gateway.behave({ mode: 'status', status: 502, from: '127.0.0.2' })
  const agent = new Agent({ localAddress: '127.0.0.2' })
  t.after(() => agent.destroy())
  const fromTwo = async () =>
    (
      await send({
        url: `${four.url}/onshi/kakunin`,
        tls,
        agent,
        method: 'POST',
        headers: { 'content-type': 'application/xml' },
        body: good,
      })
    ).status
  assert.deepEqual([...(await statuses()), await fromTwo()], [503, 501, 502])
  gateway.behave({ mode: 'hang', from: '127.0.0.2', at: 'login' })
  assert.equal(await fromTwo(), 501)
  gateway.behave({ mode: 'hang', from: '127.0.0.0/8', patient: 2 })
  assert.deepEqual([...(await statuses()), await fromTwo()], [503, 503, 503])
})

test('each line has its own count of times', async () => {
  gateway.behave({ mode: 'busy', times: 1, from: '::1' })
  gateway.behave({ mode: 'busy', times: 2, from: '127.0.0.1' })
  assert.deepEqual(await statuses(), [503, 503])
  assert.deepEqual(await statuses(), [200, 503])
  assert.deepEqual(await statuses(), [200, 200])
})

test('an IPv4 client of an endpoint for both families is known by its IPv4 address', async (t) => {
  const both = await open({ listen: { host: '::', port: 0 } })
  t.after(() => both.close())
  const url = `https://127.0.0.1:${new URL(both.url).port}`
  for (const from of ['127.0.0.0/8', '127.0.0.1', '::ffff:127.0.0.1', '::ffff:127.0.0.0/104']) {
    both.behave({ mode: 'busy', from })
    assert.equal((await ask({ url }, good)).status, 503, from)
    both.behave({})
  }
  both.behave({ mode: 'busy', from: '127.0.0.2' })
  await asked({ url }, good)
  assert.deepEqual(both.stats().questionsFrom, { '127.0.0.1': 5 })
})

test('logging out on command leaves what other lines do', async () => {
  gateway.behave({ mode: 'busy', from: '::1' })
  gateway.behave({ mode: 'logout' })
  assert.deepEqual(await statuses(), [503, 200])
})

test('the control port takes the source, and says what is wrong with one', async () => {
  const set = async (body: object) => {
    const answer = await fetch(`${gateway.controlUrl}/behaviour`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return [answer.status, await answer.text()] as const
  }
  const [status, echo] = await set({ mode: 'busy', from: '127.0.0.1/32' })
  assert.equal(status, 200)
  assert.deepEqual(JSON.parse(echo), { mode: 'busy', at: 'question', from: '127.0.0.1/32' })
  assert.deepEqual(await statuses(), [200, 503])
  for (const [wrong, reason] of [
    [{ from: 'line-a' }, /address/],
    [{ from: 1 }, /from/],
    [{ mode: 'refuse', at: 'question' }, /at: connection/],
    [{ mode: 'busy', at: 'connection' }, /refuse/],
    [{ at: 'connection', delayMs: 5 }, /refuse/],
  ] as const) {
    const [code, text] = await set(wrong)
    assert.equal(code, 400, text)
    assert.match(text, reason)
  }
  assert.throws(() => gateway.behave({ mode: 'busy', from: '10.0.0.0/64' }), BehaviourError)
  assert.deepEqual(await statuses(), [200, 503])
})

test('a question that comes again is tallied as repeated, whatever line it takes', async () => {
  const before = gateway.stats().questionsRepeated
  await asked(six, question('01', 'over-two-lines'))
  assert.equal(gateway.stats().questionsRepeated, before)
  await asked(four, question('01', 'over-two-lines'))
  await asked(six, question('01', 'another'))
  await asked(six, question('01'))
  await asked(six, question('01'))
  assert.equal(gateway.stats().questionsRepeated, before + 1)
})
