import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Check } from 'typebox/schema'
import { LineQuality } from '../../../agent/api/desk-shapes.ts'
import { LineList } from '../../../agent/api/lines.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'
import type { LineMinute } from '../../../agent/kernel/line.ts'
import { billingToken } from '../../fakes/consumers.ts'
import { FakeLines, lineItem } from '../../fakes/lines.ts'
import { pathReport } from '../ops/line-reports.ts'
import { problem, serve, until } from './served.ts'

const at = Date.parse('2026-04-01T09:30:00+09:00')
const broken = lineItem({
  standing: 'down',
  isCurrent: false,
  fault: 'LINE_AUTH_LOST',
  lastAnswerAt: at,
  path: pathReport('ngn', at, 'LINE_AUTH_LOST'),
})

test('each line is told with its standing, its path and what to do', async (t) => {
  const { lines, call } = await serve(t)
  lines.items = [broken, lineItem({ name: 'ipsec', kind: 'ipsec', family: 'ipv4' })]
  const answer = await call('/v1/lines')
  const body: unknown = JSON.parse(await answer.text())
  assert.equal(answer.status, 200)
  assert.ok(Check(LineList, body), 'as /openapi.json says')
  const [first = assert.fail(), second = assert.fail()] = body.items
  assert.deepEqual([first.name, second.name], ['ngn', 'ipsec'])
  assert.equal(first.lastAnswerAt, '2026-04-01T09:30:00+09:00')
  assert.equal(first.fault?.number, 'E408')
  assert.match(first.fault?.title ?? '', /回線認証/)
  assert.equal(first.path?.at, '2026-04-01T09:30:00+09:00')
  assert.deepEqual(
    first.path?.steps.map(({ step, result, fault }) => [step, result, fault?.code]),
    [
      ['link', 'pass', undefined],
      ['tcp', 'fail', 'LINE_AUTH_LOST'],
    ],
  )
  assert.equal(first.contact.customerId, 'CAF1234567890')
  assert.deepEqual([second.fault, second.path, second.family], [null, null, 'ipv4'])
})

test('who asks for a test gets what it finds, and those who ask meanwhile share it', async (t) => {
  const { lines, call } = await serve(t)
  const asked = [call('/v1/lines?test=true'), call('/v1/lines?test=true')]
  await until(() => lines.tests > 0)
  await call('/v1/lines?test=false')
  assert.equal(lines.tests, 1)
  lines.items = [broken]
  lines.done()
  for (const answer of await Promise.all(asked))
    assert.equal(JSON.parse(await answer.text()).items[0].standing, 'down')
  const again = call('/v1/lines?test=true')
  await until(() => lines.tests === 2)
  lines.done()
  assert.equal((await again).status, 200)
})

test('a test that takes too long is not waited for', async (t) => {
  const { lines, call, clock, bugs } = await serve(t)
  const asked = call('/v1/lines?test=true')
  await until(() => lines.tests === 1 && clock.sleeping() > 0)
  await clock.advance(30_000)
  assert.equal((await asked).status, 200)
  lines.done(new AgentError('LINE_TIMEOUT', 'late'))
  const next = call('/v1/lines?test=true')
  await until(() => lines.tests === 2 && clock.sleeping() > 0)
  await clock.advance(30_000)
  await next
  const bug = new TypeError('a bug')
  lines.done(bug)
  await until(() => bugs.length > 0)
  assert.deepEqual(bugs, [bug])
})

test('what is no test is refused', async (t) => {
  const { call } = await serve(t)
  assert.equal((await problem(await call('/v1/lines?test=1')))['code'], 'REQUEST_INVALID')
  assert.equal((await problem(await call('/v1/lines?retest=true')))['code'], 'REQUEST_INVALID')
})

test('the report of a line is one page of text', async (t) => {
  const { call } = await serve(t)
  const answer = await call('/v1/lines/ngn/report?days=30')
  assert.equal(answer.headers.get('content-type'), 'text/plain; charset=utf-8')
  assert.equal(await answer.text(), '回線 ngn、30 日\n')
  assert.equal(await (await call('/v1/lines/ngn/report')).text(), '回線 ngn、7 日\n')
  assert.equal((await problem(await call('/v1/lines/other/report')))['code'], 'NOT_FOUND')
  for (const days of ['0', '91', '-1', 'x', '1.5', ''])
    assert.equal(
      (await problem(await call(`/v1/lines/ngn/report?days=${days}`)))['code'],
      'REQUEST_INVALID',
    )
})

test('a line is used and released by hand, in the name of who did it', async (t) => {
  const { lines, post, call } = await serve(t)
  const headers = { authorization: `Bearer ${billingToken}` }
  lines.items = [lineItem(), lineItem({ name: 'ipsec' })]
  const held = async (answer: Response) => {
    const body: unknown = JSON.parse(await answer.text())
    assert.equal(answer.status, 200)
    assert.ok(Check(LineList, body))
    return body.items.flatMap(({ name, isHeldByHand }) => (isHeldByHand ? [name] : []))
  }
  assert.deepEqual(await held(await post('/v1/lines/ipsec/use', {}, headers)), ['ipsec'])
  assert.deepEqual(
    await held(await call('/v1/lines/ipsec/release', { method: 'POST', headers })),
    [],
  )
  assert.deepEqual(lines.actors, ['id-of-billing use ipsec', 'id-of-billing release ipsec'])
})

test('a line that there is not, or is not held, is not found', async (t) => {
  const { lines, post } = await serve(t)
  const headers = { authorization: `Bearer ${billingToken}` }
  for (const path of ['/v1/lines/x/use', '/v1/lines/x/release', '/v1/lines/ngn/release'])
    assert.equal((await problem(await post(path, {}, headers)))['code'], 'NOT_FOUND')
  assert.equal(
    (await problem(await post('/v1/lines/ngn/use', { by: 'x' }, headers)))['code'],
    'REQUEST_INVALID',
  )
  assert.deepEqual(lines.actors, [])
})

const minute = (when: number): LineMinute => ({
  at: when,
  standing: 'trial',
  probes: 6,
  lost: 1,
  questions: 2,
  failed: 1,
  rttMedianMs: 8.46,
})

test('the quality of a line is a row a minute', async (t) => {
  const { lines, call } = await serve(t)
  lines.minutes = Array.from({ length: 2 * 60 }, (_, i) => minute(at + i * 60_000))
  const answer = await call('/v1/lines/ngn/quality?hours=1')
  const body: unknown = JSON.parse(await answer.text())
  assert.ok(Check(LineQuality, body), 'as /openapi.json says')
  assert.equal(body.items.length, 60)
  assert.deepEqual(body.items[0], {
    at: '2026-04-01T10:30:00+09:00',
    standing: 'trial',
    probes: 6,
    lost: 1,
    questions: 2,
    failed: 1,
    rttMedianMs: 8.5,
  })
  lines.minutes = [{ ...minute(at), rttMedianMs: null }]
  const day = JSON.parse(await (await call('/v1/lines/ngn/quality')).text())
  assert.deepEqual(
    day.items.map((item: { rttMedianMs: unknown }) => item.rttMedianMs),
    [null],
  )
  assert.equal((await problem(await call('/v1/lines/x/quality')))['code'], 'NOT_FOUND')
  for (const hours of ['0', '49', 'x', '1.5'])
    assert.equal(
      (await problem(await call(`/v1/lines/ngn/quality?hours=${hours}`)))['code'],
      'REQUEST_INVALID',
    )
})

test('lines are for who has a token', async (t) => {
  const { url } = await serve(t, { lines: new FakeLines() })
  for (const path of ['/v1/lines', '/v1/lines/ngn/report', '/v1/lines/ngn/quality'])
    assert.equal((await problem(await fetch(`${url}${path}`)))['code'], 'UNAUTHENTICATED')
})
