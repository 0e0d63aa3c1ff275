import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Check } from 'typebox/schema'
import { LineList } from '../../../agent/api/lines.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'
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

test('lines are for who has a token', async (t) => {
  const { url } = await serve(t, { lines: new FakeLines() })
  for (const path of ['/v1/lines', '/v1/lines/ngn/report'])
    assert.equal((await problem(await fetch(`${url}${path}`)))['code'], 'UNAUTHENTICATED')
})
