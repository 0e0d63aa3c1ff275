import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Protocol } from '../../../agent/gateway/assumptions.ts'
import { openSession } from '../../../agent/gateway/session.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'
import type { AskOptions } from '../../../agent/uplink/asking.ts'
import type { Response } from '../../../agent/uplink/exchange.ts'
import { FakeClock } from '../../fakes/clock.ts'

const protocol: Protocol = {
  loginPath: '/login',
  queryPath: '/ask',
  statusPath: '/status',
  contentType: 'application/xml',
  accept: 'application/xml',
  tokenHeader: 'X-Token',
  tokenPrefix: '',
  tokenField: 'idToken',
  cardCertificateElement: 'Card',
  challengePath: '/challenge',
  challengeField: 'challenge',
  cardChallengeElement: 'Challenge',
  cardSignatureElement: 'Signature',
  extraHeaders: {},
}
const MINUTE_MS = 60_000
const never = new AbortController().signal

const answer = (status: number, body = '', type = 'application/json'): Response => ({
  status,
  headers: { 'content-type': type },
  body: Buffer.from(body),
})
const tokenIs = (idToken: unknown) => answer(200, JSON.stringify({ result: { idToken } }))

/** A session whose logins are answered by `login`, and how many there were. */
function sessionOf(login: () => Response) {
  const clock = new FakeClock()
  let logins = 0
  const ask = async <A>(_: unknown, { accept }: AskOptions<A>) => {
    logins += 1
    return { answer: accept(login()), line: 'line-a' }
  }
  const session = openSession({ ask }, protocol, { user: 'u', password: 'p' }, clock)
  return { clock, token: () => session.token(never), logins: () => logins }
}

test('a token that no header can hold is a malformed answer; a long JWT is a token', async () => {
  for (const bad of ['abc\n', 'a b', 'トークン', '', '\0', 'x'.repeat(8_001), 7, null])
    await assert.rejects(sessionOf(() => tokenIs(bad)).token(), { code: 'ANSWER_MALFORMED' })
  const jwt = `${'eyJhbGci'.repeat(200)}.-_`
  assert.equal(await sessionOf(() => tokenIs(jwt)).token(), jwt)
})

test('an answer to a login that gives no token, of whatever kind, is not provoked again', async () => {
  const page = '<html><body>login</body></html>'
  const cases: [Response, string][] = [
    [answer(400, '{}'), 'GATEWAY_REFUSED'],
    [answer(401), 'LOGIN_REFUSED'],
    [answer(403), 'LOGIN_REFUSED'],
    [answer(404), 'GATEWAY_REFUSED'],
    [answer(302), 'LOGIN_PAGE'],
    [answer(200, page, 'text/html'), 'LOGIN_PAGE'],
    [answer(200, '{"result":{}}'), 'ANSWER_MALFORMED'],
    [answer(200, '{"status":"error"}'), 'ANSWER_MALFORMED'],
    [answer(200, 'no JSON'), 'ANSWER_MALFORMED'],
    [tokenIs('abc\n'), 'ANSWER_MALFORMED'],
  ]
  for (const [response, code] of cases) {
    const { token, logins, clock } = sessionOf(() => response)
    for (let n = 0; n < 3; n += 1) await assert.rejects(token(), { code })
    await clock.advance(5 * MINUTE_MS - 1)
    await assert.rejects(token(), { code })
    assert.equal(logins(), 1, `${response.status} ${code}`)
    await clock.advance(1)
    await assert.rejects(token(), { code })
    assert.equal(logins(), 2)
  }
})

test('a gateway that is busy or down does not hold the next login', async () => {
  for (const login of [() => answer(429), () => answer(503), () => answer(500)]) {
    const { token, logins } = sessionOf(login)
    for (let n = 0; n < 3; n += 1) await assert.rejects(token())
    assert.equal(logins(), 3)
  }
})

test('a login whose line dies under it is done once more, over the line that is left', async () => {
  let lives = 1
  const { token, logins } = sessionOf(() => {
    if (lives === 0) return tokenIs('t')
    lives -= 1
    throw new AgentError('LINE_SILENT', 'cut')
  })
  assert.equal(await token(), 't')
  assert.equal(logins(), 2)
})

test('a login that no line carries is not tried without end', async () => {
  const { token, logins } = sessionOf(() => {
    throw new AgentError('LINE_BROKEN', 'cut')
  })
  await assert.rejects(token(), { code: 'LINE_BROKEN' })
  assert.equal(logins(), 2)
})

test('a login that was refused while the clock was ahead is tried again when it is right', async () => {
  let response = answer(401)
  const { clock, token } = sessionOf(() => response)
  await assert.rejects(token(), { code: 'LOGIN_REFUSED' })
  response = tokenIs('t')
  await clock.advance(-30 * 24 * 60 * MINUTE_MS)
  assert.equal(await token(), 't')
})
