import assert from 'node:assert/strict'
import { request } from 'node:https'
import { after, before, beforeEach, test } from 'node:test'
import type { GatewaySimulator } from '../../../../agent/sim/gateway/server.ts'
import { ask, asked, open, question, tls } from './bed.ts'
import { groups, send, value } from './client.ts'

let gateway: GatewaySimulator
before(async () => {
  gateway = await open()
})
after(() => gateway.close())
beforeEach(() => gateway.behave({}))

const good = question('01', 'asked')

const login = (to: string, user: string, password: string) =>
  send({
    url: `${to}/login`,
    tls,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user, password }),
  })
const tokenOf = (bytes: Buffer): string => {
  const match = /"idToken":"([^"]+)"/.exec(bytes.toString())
  assert.ok(match?.[1])
  return match[1]
}
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

test('with an account, a question needs a session that is not idle for too long', async (t) => {
  let now = Date.UTC(2026, 3, 1)
  const other = await open({
    account: { user: 'clinic', password: 'right' },
    idleMs: 1000,
    now: () => now,
  })
  t.after(() => other.close())
  const to = other.url
  assert.equal((await ask(other, good)).status, 401)
  assert.equal((await ask(other, good, { headers: bearer('wrong') })).status, 401)
  const refused = await login(to, 'clinic', 'wrong')
  assert.equal(refused.status, 401)
  assert.match(refused.bytes.toString(), /"status":"error"/)

  const { status, bytes } = await login(to, 'clinic', 'right')
  assert.equal(status, 200)
  assert.match(bytes.toString(), /"linkSysCharCd":"0"/)
  const headers = bearer(tokenOf(bytes))
  await asked(other, good, { headers })
  now += 900
  await asked(other, good, { headers })
  now += 900
  await asked(other, good, { headers })
  now += 1001
  assert.equal((await ask(other, good, { headers })).status, 401)

  const again = bearer(tokenOf((await login(to, 'clinic', 'right')).bytes))
  other.logout()
  assert.equal((await ask(other, good, { headers: again })).status, 401)
  const { logins, loginsRefused } = other.stats()
  assert.deepEqual({ logins, loginsRefused }, { logins: 2, loginsRefused: 1 })
})

test('told to log out, it drops the sessions at once, or again on the next questions', async (t) => {
  const other = await open({ account: { user: 'u', password: 'p' } })
  t.after(() => other.close())
  const session = async () => ({
    headers: bearer(tokenOf((await login(other.url, 'u', 'p')).bytes)),
  })
  const first = await session()
  other.behave({ mode: 'logout' })
  assert.equal((await ask(other, good, first)).status, 401)
  const second = await session()
  await asked(other, good, second)
  other.behave({ mode: 'logout', times: 1 })
  const third = await session()
  assert.equal((await ask(other, good, third)).status, 401)
  assert.equal((await ask(other, good, third)).status, 401)
  await asked(other, good, await session())
})

test('told to fail with a status, to be busy, to show a page or no XML, it does', async () => {
  gateway.behave({ mode: 'status', status: 502 })
  assert.equal((await ask(gateway, good)).status, 502)
  gateway.behave({ mode: 'busy' })
  const busy = await ask(gateway, good)
  assert.equal(busy.status, 503)
  assert.equal(busy.headers['retry-after'], '2')
  gateway.behave({ mode: 'login-page' })
  const page = await ask(gateway, good)
  assert.equal(page.status, 200)
  assert.match(String(page.headers['content-type']), /text\/html/)
  gateway.behave({ mode: 'not-xml' })
  const text = await ask(gateway, good)
  assert.equal(text.headers['content-type'], 'application/xml')
  assert.doesNotMatch(text.bytes.toString(), /</)
  gateway.behave({ mode: 'truncated' })
  const cut = await ask(gateway, good)
  assert.equal(Number(cut.headers['content-length']), cut.bytes.length)
  assert.doesNotMatch(cut.bytes.toString(), /<\/XmlMsg>/)
})

test('told to lie, it answers for another institution, another question, or hugely', async () => {
  gateway.behave({ mode: 'other-institution' })
  assert.equal(value(await asked(gateway, good), 'MedicalInstitutionCode'), '1319999983')
  gateway.behave({ mode: 'other-question' })
  const other = await asked(gateway, good)
  assert.equal(value(other, 'ArbitraryFileIdentifier'), 'another-question')
  assert.doesNotMatch(groups(other, 'QualificationConfirmSearchInfo')[0] ?? '', /19800502/)
  gateway.behave({ mode: 'huge' })
  const huge = await ask(gateway, good)
  assert.ok(huge.bytes.length > 5_000_000)
  assert.match(huge.bytes.subarray(-20).toString(), /<\/XmlMsg>/)
})

test('told to hang, to reset or to cut, it leaves the client without an answer', async () => {
  gateway.behave({ mode: 'hang' })
  const before = gateway.stats().questions
  await assert.rejects(ask(gateway, good, { timeoutMs: 300 }), /timed out/)
  assert.equal(gateway.stats().questions, before + 1)
  gateway.behave({ mode: 'reset' })
  await assert.rejects(ask(gateway, good), /hang up|ECONNRESET/)
  gateway.behave({ mode: 'cut' })
  await assert.rejects(ask(gateway, good), /aborted|ECONNRESET/)
})

test('told to stall, it stops in mid-answer and keeps the connection', async () => {
  gateway.behave({ mode: 'stall' })
  await assert.rejects(ask(gateway, good, { timeoutMs: 300 }), /timed out/)
  const received = await new Promise<{ length: number; got: number }>((resolve, reject) => {
    const headers = { 'content-type': 'application/xml' }
    const asking = request(
      `${gateway.url}/onshi/kakunin`,
      { ...tls, method: 'POST', headers, agent: false },
      (response) => {
        const length = Number(response.headers['content-length'])
        response.once('data', (chunk: Buffer) => {
          resolve({ length, got: chunk.length })
          asking.destroy()
        })
        response.on('error', () => undefined)
      },
    )
    asking.on('error', reject)
    asking.end(good)
  })
  assert.equal(received.got, Math.floor(received.length / 2))
})

test('told that there are too many questions, or that 回線認証 is lost, it says so', async () => {
  gateway.behave({ mode: 'too-many' })
  const tooMany = await ask(gateway, good)
  assert.equal(tooMany.status, 429)
  assert.equal(tooMany.headers['retry-after'], '2')
  gateway.behave({ mode: 'captive', at: 'any' })
  for (const page of [
    await ask(gateway, good),
    await send({ url: `${gateway.url}/status`, tls }),
  ]) {
    assert.equal(page.status, 200)
    assert.match(String(page.headers['content-type']), /text\/html/)
    assert.match(page.bytes.toString(), /回線認証/)
  }
})

test('told to be slow, it answers late, or drips the body', async () => {
  const startedAt = performance.now()
  gateway.behave({ delayMs: 120 })
  await asked(gateway, good)
  gateway.behave({ mode: 'slow-body', delayMs: 10 })
  const xml = await asked(gateway, good)
  assert.match(xml, /<\/XmlMsg>\n$/)
  assert.ok(performance.now() - startedAt >= 120 + 15 * 9)
})

test('a behaviour can hold for some requests, one patient or one kind of request', async () => {
  gateway.behave({ mode: 'busy', times: 2 })
  const statuses = [
    await ask(gateway, good),
    await ask(gateway, good),
    await ask(gateway, good),
  ].map((one) => one.status)
  assert.deepEqual(statuses, [503, 503, 200])
  gateway.behave({ mode: 'busy', patient: 2 })
  assert.equal((await ask(gateway, question('01'))).status, 200)
  assert.equal((await ask(gateway, question('02'))).status, 503)
  gateway.behave({ mode: 'status', status: 500, at: 'status' })
  assert.equal((await ask(gateway, question('02'))).status, 200)
  assert.equal((await send({ url: `${gateway.url}/status`, tls })).status, 500)
})

test('the control port sets a behaviour, refuses a wrong one and tells the counts', async () => {
  const set = (body: string, type = 'application/json') =>
    fetch(`${gateway.controlUrl}/behaviour`, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    })
  assert.equal((await set('{"mode":"busy","times":1}')).status, 200)
  assert.equal((await ask(gateway, good)).status, 503)
  assert.equal((await ask(gateway, good)).status, 200)
  for (const wrong of [
    '{"mode":"x"}',
    '{"mod":"busy"}',
    '{"times":0}',
    '[]',
    '{',
    '{"patient":41}',
  ])
    assert.equal((await set(wrong)).status, 400, wrong)
  assert.equal((await set('{}', 'text/plain')).status, 415)
  await asked(gateway, question('01', 'seen-once'))
  const stats: unknown = await (await fetch(`${gateway.controlUrl}/stats`)).json()
  assert.deepEqual(stats, gateway.stats())
  assert.equal(gateway.stats().questionsByIdentifier['seen-once'], 1)
  assert.equal((await fetch(`${gateway.controlUrl}/`)).status, 404)
})

test('a question that is sent twice is counted twice', async () => {
  await asked(gateway, question('01', 'twice'))
  gateway.behave({ mode: 'reset', times: 1 })
  await assert.rejects(ask(gateway, question('01', 'twice')))
  assert.equal(gateway.stats().questionsByIdentifier['twice'], 2)
})

test('it closes at once while a client waits for an answer', async () => {
  const other = await open()
  other.behave({ delayMs: 3_600_000 })
  const arrived = ask(other, good)
  while (other.stats().questions === 0) await new Promise((resolve) => setImmediate(resolve))
  await Promise.all([assert.rejects(arrived), other.close()])
})
