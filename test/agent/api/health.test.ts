import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type ConditionCode,
  components,
  conditions,
  type Showing,
} from '../../../agent/kernel/conditions.ts'
import { itToken } from '../../fakes/consumers.ts'
import { serve } from './served.ts'

const it = { headers: { authorization: `Bearer ${itToken}` } }
const since = Date.parse('2026-04-01T09:00:00+09:00')
const show = (code: ConditionCode, subject: string): Showing => ({
  ...conditions[code],
  code,
  subject,
  since,
  facts: { code: 'READER_GONE' },
})

test('health passes when nothing is wrong', async (t) => {
  const { call } = await serve(t)
  const response = await call('/health', it)
  assert.equal(response.status, 200)
  assert.match(response.headers.get('content-type') ?? '', /^application\/health\+json/)
  const body = JSON.parse(await response.text())
  assert.deepEqual(body, {
    status: 'pass',
    version: '1',
    releaseId: '0.1.0',
    versions: { schema: 1, nodejs: '24.0.0', nodejsEndsAt: '2028-04-30', os: 'Debian 13' },
    components: Object.fromEntries(components.map((component) => [component, 'pass'])),
    checks: {},
  })
})

test('each component has a status at a path that does not move, and line authentication is its own', async (t) => {
  const { call, health } = await serve(t)
  health.shows.push(show('LINE_AUTH_LOST', 'ngn'), show('JOB_FAILED', 'roster'))
  health.shows.push({ ...show('LINE_NOT_VISIBLE', 'terminal') })
  const body = JSON.parse(await (await call('/health', it)).text())
  const wrong = Object.entries(body.components).filter(([, status]) => status !== 'pass')
  assert.deepEqual(wrong, [
    ['line-authentication', 'fail'],
    ['job', 'warn'],
  ])
  assert.equal(Object.keys(body.components).length, 12)
  assert.equal(body.checks['line-authentication'][0].code, 'LINE_AUTH_LOST')
})

test('a warning is 200 with what to do, in Japanese, by component', async (t) => {
  const { call, health } = await serve(t)
  health.shows.push(show('READER_DOWN', 'desk-1'))
  const response = await call('/health', it)
  assert.equal(response.status, 200)
  const { status, checks } = JSON.parse(await response.text())
  assert.equal(status, 'warn')
  const { number, title, action, hint } = conditions.READER_DOWN
  assert.deepEqual(checks, {
    reader: [
      {
        componentId: 'desk-1',
        status: 'warn',
        code: 'READER_DOWN',
        number,
        title,
        action,
        hint,
        since: '2026-04-01T09:00:00+09:00',
        facts: { code: 'READER_GONE' },
      },
    ],
  })
})

test('a failure is 503', async (t) => {
  const { call, health } = await serve(t)
  health.shows.push(show('READER_DOWN', 'desk-1'), show('LINE_DOWN', 'ngn'))
  const response = await call('/health', it)
  assert.equal(response.status, 503)
  assert.equal(JSON.parse(await response.text()).status, 'fail')
})

test('a monitoring plug-in gets one line, the worst first', async (t) => {
  const { call, health } = await serve(t)
  const line = async () => (await call('/health?format=nagios', it)).text()
  assert.match(await line(), /^ONSHI-AGENT OK - [^\n]+\n$/)
  health.shows.push(show('READER_DOWN', 'desk|1\n'))
  assert.equal(await line(), 'ONSHI-AGENT WARNING - C901 READER_DOWN desk 1\n')
  health.shows.push(show('LINE_DOWN', 'ngn'))
  assert.equal(await line(), 'ONSHI-AGENT CRITICAL - C902 LINE_DOWN ngn; C901 READER_DOWN desk 1\n')
  assert.equal((await call('/health?format=xml', it)).status, 400)
})

test('health asks for a token, except from a monitor', async (t) => {
  const closed = await serve(t)
  assert.equal((await fetch(`${closed.url}/health`)).status, 401)
  const { url } = await serve(t, { monitorFrom: ['127.0.0.1'] })
  assert.equal((await fetch(`${url}/health`)).status, 200)
  assert.equal((await fetch(`${url}/v1/events`)).status, 401)
})

test('the probes are open and say nothing', async (t) => {
  const { url, health } = await serve(t)
  health.shows.push(show('LINE_DOWN', 'ngn'))
  for (const path of ['/livez', '/readyz']) {
    const response = await fetch(url + path)
    assert.equal(response.status, 200)
    assert.equal(await response.text(), 'ok\n')
    assert.equal((await fetch(url + path, { method: 'HEAD' })).status, 200)
  }
  health.isReady = false
  assert.equal((await fetch(`${url}/livez`)).status, 200)
  const response = await fetch(`${url}/readyz`)
  assert.equal(response.status, 503)
  assert.equal(await response.text(), 'not ready\n')
})
