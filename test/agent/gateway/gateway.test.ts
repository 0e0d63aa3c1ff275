import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Protocol } from '../../../agent/gateway/assumptions.ts'
import { type GatewayQuestion, openGateway } from '../../../agent/gateway/gateway.ts'
import { bodyOf } from '../../../agent/gateway/response.ts'
import type { AgentError } from '../../../agent/kernel/errors.ts'
import type { AskOptions } from '../../../agent/uplink/asking.ts'
import type { Request, Response } from '../../../agent/uplink/exchange.ts'
import { decodeMessage } from '../../../agent/xmlmsg/codec.ts'

const protocol: Protocol = {
  loginPath: '/login',
  queryPath: '/ask',
  statusPath: '/status',
  contentType: 'application/xml',
  accept: 'application/xml',
  tokenHeader: 'X-Token',
  tokenPrefix: 'T ',
  tokenField: 'idToken',
  cardCertificateElement: 'Card',
  challengePath: '/challenge',
  challengeField: 'challenge',
  cardChallengeElement: 'Challenge',
  cardSignatureElement: 'Signature',
  extraHeaders: { 'x-extra': '1' },
}
const settings = {
  institutionCode: '1319999991',
  charset: 'UTF-8' as const,
  answerLimitBytes: 100_000,
  protocol,
  account: { user: 'u', password: 'p' },
}
const question: GatewayQuestion = {
  id: 'q-1',
  confirmationDate: '20260401',
  about: { kind: 'card-face', searchInfo: { insurerNumber: '  138990', birthdate: '19800502' } },
}
const response = (status: number, body: string, type = 'application/xml'): Response => ({
  status,
  headers: { 'content-type': type },
  body: Buffer.from(body),
})
const answerTo = (id: string, code = '1319999991') =>
  response(
    200,
    `<XmlMsg><MessageHeader><MedicalInstitutionCode>${code}</MedicalInstitutionCode>
<ArbitraryFileIdentifier>${id}</ArbitraryFileIdentifier><SegmentOfResult>1</SegmentOfResult>
</MessageHeader></XmlMsg>`,
  )
const token = (value: string) =>
  response(200, JSON.stringify({ status: 'success', result: { idToken: value } }))

/** An uplink that answers from a script and keeps what was sent. */
function scripted(script: (request: Request) => Response) {
  const sent: Request[] = []
  const ask = async <A>(request: Request, { accept }: AskOptions<A>) => {
    sent.push(request)
    return { answer: accept(script(request)), line: 'line-a' }
  }
  return { sent, ask }
}
const never = new AbortController().signal
const clock = { now: () => 0 }

test('a question carries the token of one login, which later questions share', async () => {
  const uplink = scripted(({ path }) => (path === '/login' ? token('t1') : answerTo('q-1')))
  const gateway = openGateway(uplink, settings, clock)
  await Promise.all([gateway.ask(question, never), gateway.ask(question, never)])
  const logins = uplink.sent.filter(({ path }) => path === '/login')
  assert.equal(logins.length, 1)
  assert.deepEqual(JSON.parse(String(Buffer.from(logins[0]?.body ?? []))), {
    user: 'u',
    password: 'p',
  })
  const asked = uplink.sent.filter(({ path }) => path === '/ask')
  assert.equal(asked.length, 2)
  assert.deepEqual(asked[0]?.headers, {
    'x-extra': '1',
    'content-type': 'application/xml; charset=UTF-8',
    accept: 'application/xml',
    'X-Token': 'T t1',
  })
  const { message } = decodeMessage('eligibilityRequest', asked[0]?.body ?? new Uint8Array())
  assert.deepEqual(message.messageHeader, {
    qualificationConfirmationDate: '20260401',
    medicalInstitutionCode: '1319999991',
    arbitraryFileIdentifier: 'q-1',
  })
  assert.equal(message.messageBody?.qualificationConfirmSearchInfo?.insurerNumber, '  138990')
})

test('a session that ended is renewed once, and the question is asked again', async () => {
  let logins = 0
  const uplink = scripted(({ path, headers }) => {
    if (path === '/login') {
      logins += 1
      return token(`t${logins}`)
    }
    return headers['X-Token'] === 'T t1' ? response(401, '') : answerTo('q-1')
  })
  const answered = await openGateway(uplink, settings, clock).ask(question, never)
  assert.deepEqual([logins, answered.line], [2, 'line-a'])

  const broken = scripted(({ path }) => (path === '/login' ? token('t') : response(401, '')))
  await assert.rejects(openGateway(broken, settings, clock).ask(question, never), {
    code: 'LOGIN_REFUSED',
  })
  assert.equal(broken.sent.length, 4, 'two logins and two questions, not more')
})

test('a refused login is not repeated by itself; after five minutes one question tries again', async () => {
  let now = 0
  let isRight = false
  const uplink = scripted(({ path }) => {
    if (path === '/ask') return answerTo('q-1')
    return isRight ? token('t') : response(401, '{}', 'application/json')
  })
  const gateway = openGateway(uplink, settings, { now: () => now })
  for (let n = 0; n < 3; n += 1)
    await assert.rejects(gateway.ask(question, never), { code: 'LOGIN_REFUSED' })
  assert.equal(uplink.sent.length, 1)
  isRight = true
  now = 5 * 60_000
  assert.equal((await gateway.ask(question, never)).line, 'line-a')
})

test('without an account no login is tried and no token sent', async () => {
  const uplink = scripted(() => answerTo('q-1'))
  await openGateway(uplink, { ...settings, account: null }, clock).ask(question, never)
  assert.deepEqual(
    uplink.sent.map(({ path, headers }) => [path, 'X-Token' in headers]),
    [['/ask', false]],
  )
})

test('a card question carries the certificate in the configured element, and no search fields', async () => {
  const uplink = scripted(() => answerTo('q-1'))
  const about = { kind: 'card' as const, certificate: Buffer.from('DER'), proof: null }
  await openGateway(uplink, { ...settings, account: null }, clock).ask(
    { ...question, about },
    never,
  )
  const body = Buffer.from(uplink.sent[0]?.body ?? []).toString()
  assert.match(body, /<Card>REVS<\/Card>/)
  assert.ok(!body.includes('QualificationConfirmSearchInfo'))
})

test('a character that Shift_JIS cannot hold stops the question before it is sent', async () => {
  const uplink = scripted(() => answerTo('q-1'))
  const gateway = openGateway(uplink, { ...settings, account: null, charset: 'Shift_JIS' }, clock)
  const about = { kind: 'card-face' as const, searchInfo: { insuredCardSymbol: '𠮷' } }
  await assert.rejects(gateway.ask({ ...question, about }, never), {
    code: 'CHARACTER_UNENCODABLE',
  })
  assert.equal(uplink.sent.length, 0)
})

test('an answer of another institution, of another question, or of nobody is discarded', async () => {
  const headerOnly = (inner: string) =>
    response(200, `<XmlMsg><MessageHeader>${inner}</MessageHeader></XmlMsg>`)
  const cases: [Response, string | null][] = [
    [answerTo('q-1', '1319999992'), 'ANSWER_OF_ANOTHER_INSTITUTION'],
    [answerTo('q-2'), 'ANSWER_OF_ANOTHER_QUESTION'],
    [answerTo(''), null],
    [response(200, '<XmlMsg/>'), 'ANSWER_MALFORMED'],
    [headerOnly('<SegmentOfResult>1</SegmentOfResult>'), 'ANSWER_MALFORMED'],
    [headerOnly('<SegmentOfResult>9</SegmentOfResult>'), null],
  ]
  for (const [answer, code] of cases) {
    const gateway = openGateway(
      scripted(() => answer),
      { ...settings, account: null },
      clock,
    )
    const asked = gateway.ask(question, never)
    if (code === null) await asked
    else await assert.rejects(asked, { code })
  }
})

test('what is no answer is told apart by status and content', () => {
  const page = '<!DOCTYPE html><html><body>ログイン</body></html>'
  const refusal = '<html><head><title>400 The SSL certificate error</title></head></html>'
  const cases: [Response, string][] = [
    [response(200, page, 'text/html'), 'LOGIN_PAGE'],
    [response(200, `\n ${page}`), 'LOGIN_PAGE'],
    [response(302, ''), 'LOGIN_PAGE'],
    [response(400, refusal, 'text/html'), 'CLIENT_CERTIFICATE_REFUSED'],
    [response(400, 'bad'), 'GATEWAY_REFUSED'],
    [response(404, page, 'text/html'), 'GATEWAY_REFUSED'],
    [response(429, ''), 'GATEWAY_BUSY'],
    [response(503, page, 'text/html'), 'GATEWAY_BUSY'],
    [response(500, ''), 'GATEWAY_ERROR'],
    [response(204, ''), 'GATEWAY_REFUSED'],
  ]
  for (const [answer, code] of cases)
    assert.throws(
      () => bodyOf(answer),
      (error: AgentError) => error.code === code,
      code,
    )
  assert.equal(bodyOf(response(401, page, 'text/html')), 'session-ended')
  assert.deepEqual(bodyOf(response(200, '<XmlMsg/>')), Buffer.from('<XmlMsg/>'))
})

test('the challenge is fetched with the token and given as bytes; what holds none is malformed', async () => {
  const bytes = Buffer.alloc(32, 7)
  const given = (result: object) => response(200, JSON.stringify({ result }), 'application/json')
  const uplink = scripted(({ path }) =>
    path === '/login' ? token('t1') : given({ challenge: bytes.toString('base64') }),
  )
  const challenge = await openGateway(uplink, settings, clock).challenge(never)
  assert.deepEqual(Buffer.from(challenge), bytes)
  const fetched = uplink.sent.find(({ path }) => path === '/challenge')
  assert.deepEqual([fetched?.method, fetched?.headers['X-Token']], ['GET', 'T t1'])
  for (const answer of [given({}), given({ challenge: 'AAAA' }), response(200, 'no JSON')])
    await assert.rejects(
      openGateway(
        scripted(() => answer),
        { ...settings, account: null },
        clock,
      ).challenge(never),
      { code: 'ANSWER_MALFORMED' },
    )
})

test('a card question whose holder entered the PIN carries challenge and signature', async () => {
  const uplink = scripted(() => answerTo('q-1'))
  const proof = { challenge: Buffer.from('challenge'), signature: Buffer.from('signature') }
  const about = { kind: 'card' as const, certificate: Buffer.from('DER'), proof }
  const gateway = openGateway(uplink, { ...settings, account: null }, clock)
  await gateway.ask({ ...question, about }, never)
  const body = Buffer.from(uplink.sent[0]?.body ?? []).toString()
  assert.match(body, /<Card>REVS<\/Card>\s*<Challenge>Y2hhbGxlbmdl<\/Challenge>/)
  assert.match(body, /<Signature>c2lnbmF0dXJl<\/Signature>/)
})
