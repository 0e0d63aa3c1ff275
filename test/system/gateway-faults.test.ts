import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type FaultCode, faults } from '../../agent/kernel/faults.ts'
import type { Behaviour } from '../../agent/sim/gateway/behaviour.ts'
import { DEMO_ACCOUNT } from '../../agent/sim/gateway/server.ts'
import { patientByNumber } from '../../agent/sim/patients.ts'
import { makeBed, startBed } from '../bed/agent.ts'
import { type Client, clientOf, eventually } from '../bed/client.ts'

const face = patientByNumber('01')?.cardFace ?? {}
/** Enough for a good answer of a machine that tests much at a time. */
const PROMPT = 'timeout_ms = 2500\nconnect_timeout_ms = 1000\n'

/** What each behaviour of the gateway is called. */
const CASES: readonly (readonly [Behaviour, fault: FaultCode, outcome: string])[] = [
  [{ mode: 'hang' }, 'GATEWAY_TIMEOUT', 'failed'],
  [{ mode: 'normal', delayMs: 10_000 }, 'GATEWAY_TIMEOUT', 'failed'],
  [{ mode: 'slow-body', delayMs: 1_000 }, 'GATEWAY_TIMEOUT', 'failed'],
  [{ mode: 'cut' }, 'LINE_BROKEN', 'offline'],
  [{ mode: 'reset' }, 'LINE_BROKEN', 'offline'],
  [{ mode: 'status' }, 'GATEWAY_ERROR', 'failed'],
  [{ mode: 'status', status: 404 }, 'GATEWAY_REFUSED', 'failed'],
  [{ mode: 'status', status: 302 }, 'LOGIN_PAGE', 'offline'],
  [{ mode: 'busy' }, 'GATEWAY_BUSY', 'failed'],
  [{ mode: 'login-page' }, 'LOGIN_PAGE', 'offline'],
  [{ mode: 'not-xml' }, 'ANSWER_NOT_XML', 'failed'],
  [{ mode: 'truncated' }, 'ANSWER_MALFORMED', 'failed'],
  [{ mode: 'other-institution' }, 'ANSWER_OF_ANOTHER_INSTITUTION', 'failed'],
  [{ mode: 'other-question' }, 'ANSWER_OF_ANOTHER_QUESTION', 'failed'],
  [{ mode: 'huge' }, 'ANSWER_TOO_LARGE', 'failed'],
]

test('whatever the gateway does, the question ends with the code of what it did, and the next is answered', async (t) => {
  const { client, gateway } = await startBed(t, { gatewayKeys: PROMPT })
  await client.ask(face)
  for (const [behaviour, fault, outcome] of CASES) {
    const name = JSON.stringify(behaviour)
    gateway.behave(behaviour)
    const got = await client.ask(face)
    assert.deepEqual([got.outcome, got.fault?.code], [outcome, fault], name)
    assert.equal(got.fault?.number, faults[fault].number, name)
    assert.deepEqual([got.official, got.results, got.patient], [null, [], null], name)
    gateway.behave({})
    assert.equal((await client.ask(face)).outcome, 'valid', `after ${name}`)
  }
  const asked = Object.values(gateway.stats().questionsByIdentifier)
  assert.ok(
    asked.every((times) => times <= 2),
    'a question goes out again at most once',
  )
  // Those that ended `offline` are asked again by themselves.
  const first = (await client.feed()).filter(
    (item) => item.type === 'verification' && item.verification.supersedes === null,
  )
  assert.equal(first.length, 1 + 2 * CASES.length)
})

test('a connection that is cut once is asked again at once, and answered', async (t) => {
  const { client, gateway } = await startBed(t)
  gateway.behave({ mode: 'cut', times: 1 })
  const { id, outcome } = await client.ask(face)
  assert.equal(outcome, 'valid')
  assert.equal(gateway.stats().questionsByIdentifier[id], 2)
})

test('a session that the gateway ended costs one login, and the question is answered', async (t) => {
  const { client, gateway } = await startBed(t)
  await client.ask(face)
  gateway.logout()
  assert.equal((await client.ask(face)).outcome, 'valid')
  gateway.behave({ mode: 'logout', times: 1 })
  assert.equal((await client.ask(face)).outcome, 'valid')
  assert.equal(gateway.stats().logins, 3)
  gateway.behave({ mode: 'logout', times: 10 })
  const refused = await client.ask(face)
  assert.equal(refused.fault?.code, 'LOGIN_REFUSED')
  assert.ok(gateway.stats().logins <= 5, 'tokens that are refused at once end the tries')
})

test('a refused login is not repeated by itself, health says so, and a restart with the right password cures it', async (t) => {
  const bed = await startBed(t, { password: 'wrong' })
  const { client, gateway } = bed
  for (let round = 0; round < 3; round += 1) {
    const got = await client.ask(face)
    assert.deepEqual([got.outcome, got.fault?.code], ['failed', 'LOGIN_REFUSED'])
  }
  assert.equal(gateway.stats().loginsRefused, 1)
  assert.equal(gateway.stats().questions, 0)
  const { status, checks } = await client.health()
  assert.equal(status, 'fail')
  const found = checks['gateway']?.find(({ code }) => code === 'LOGIN_REFUSED_HOLDS')
  assert.equal(found?.number, 'C907')
  assert.equal(found?.facts['code'], 'LOGIN_REFUSED')
  assert.equal((await client.get('/health')).status, 503)
  assert.equal((await client.get('/readyz')).status, 200)
  await bed.agent.stop()
  writeFileSync(join(bed.folder, 'password'), DEMO_ACCOUNT.password)
  const cured = clientOf((await bed.start()).url, bed.token)
  assert.equal((await cured.ask(face)).outcome, 'valid')
  assert.equal((await cured.health()).status, 'warn')
})

/** Waits until health shows a condition of the gateway's side; it has a grace of 10 s. */
const shows = (
  client: Client,
  component: 'line' | 'line-authentication' | 'gateway',
  wanted: string,
) =>
  eventually(wanted, async () =>
    (await client.health()).checks[component]?.find(({ code }) => code === wanted),
  )

test('with the gateway down questions end as `offline`, polls are answered, health says so until the next answer', async (t) => {
  const bed = await startBed(t, { gatewayKeys: PROMPT })
  const { client } = bed
  await bed.cutGateway()
  const got = await client.ask(face)
  assert.equal(got.outcome, 'offline')
  assert.match(got.fault?.code ?? '', /^(LINE|GATEWAY)_UNREACHABLE$/)
  assert.equal((await client.get('/readyz')).status, 200)
  assert.equal((await client.events()).items.length, 1)
  const shown = await shows(client, 'gateway', 'GATEWAY_UNREACHABLE')
  assert.equal(shown.facts['lines'], 'sim-line')
  assert.equal((await client.health()).status, 'warn', 'an outage outside is nothing to cure here')
  assert.equal((await client.get('/readyz')).status, 200)
  await bed.restoreGateway()
  await eventually('an answer', async () => {
    const { outcome } = await client.ask(face)
    return outcome === 'valid' ? outcome : undefined
  })
  const after = await client.health()
  assert.deepEqual(after.checks['line'] ?? [], [])
  assert.equal(after.status, 'warn', 'the simulator is still in use, which health warns of')
})

test('a gateway that answers wrongly is a warning in health until the next answer', async (t) => {
  const { client, gateway } = await startBed(t)
  gateway.behave({ mode: 'truncated' })
  await client.ask(face)
  const shown = await shows(client, 'gateway', 'GATEWAY_FAULT')
  assert.equal(shown.facts['code'], 'ANSWER_MALFORMED')
  assert.equal((await client.get('/health')).status, 200)
  gateway.behave({})
  await client.ask(face)
  const codes = ((await client.health()).checks['gateway'] ?? []).map(({ code }) => code)
  assert.deepEqual(codes, ['SIMULATOR_IN_USE'])
})

test('trouble 13: a page instead of an answer is a lost line authentication, until the next answer', async (t) => {
  const { client, gateway } = await startBed(t)
  gateway.behave({ mode: 'login-page' })
  const got = await client.ask(face)
  assert.deepEqual([got.outcome, got.fault?.code], ['offline', 'LOGIN_PAGE'])
  const shown = await shows(client, 'line-authentication', 'LINE_AUTH_LOST')
  assert.equal(shown.componentId, 'sim-line')
  gateway.behave({})
  assert.equal((await client.ask(face)).outcome, 'valid')
})

test('trouble 30: staff, clinic IT and the vendor read one number over the phone, and the official code is not lost', async (t) => {
  const bed = await startBed(t)
  const { client, gateway, agent } = bed
  gateway.behave({ mode: 'busy' })
  const { fault } = await client.ask(face)
  assert.equal(fault?.code, 'GATEWAY_BUSY')
  assert.match(fault.number, /^E\d{3}$/)
  for (const role of ['it', 'vendor'] as const) {
    const theirs = clientOf(agent.url, await bed.addConsumer(role, role))
    await eventually('the code in health', async () => {
      const shown = Object.values((await theirs.health()).checks).flat()
      return shown.find(({ facts }) => facts['code'] === fault.code)
    })
    assert.equal((await theirs.get('/v1/events')).status, 403, 'and nothing of a patient')
  }
  assert.match(agent.output(), /GATEWAY_BUSY/)
  gateway.behave({})
  const failed = await client.ask(patientByNumber('37')?.cardFace ?? {})
  assert.deepEqual(
    [failed.fault?.code, failed.official?.code, failed.official?.message],
    ['OFFICIAL_ERROR', 'SIM0901E', '（模擬）システムエラーが発生しました。'],
  )
})

for (const [what, pki, code] of [
  ['a server certificate of another CA', { server: 'other-ca' }, 'SERVER_CERTIFICATE_UNTRUSTED'],
  ['an expired server certificate', { server: 'expired' }, 'SERVER_CERTIFICATE_EXPIRED'],
  ['a client certificate of another CA', { client: 'other-ca' }, 'CLIENT_CERTIFICATE_REFUSED'],
  ['an expired client certificate', { client: 'expired' }, 'CLIENT_CERTIFICATE_EXPIRED'],
] as const) {
  test(`${what} ends a question as ${code}, before anything is asked`, async (t) => {
    const { client, gateway } = await startBed(t, { pki })
    const got = await client.ask(face)
    const outcome = code.startsWith('SERVER_') ? 'offline' : 'failed'
    assert.deepEqual([got.outcome, got.fault?.code], [outcome, code])
    assert.equal(gateway.stats().questions, 0)
  })
}

test('a server of another name is refused', async (t) => {
  const { client } = await startBed(t, { gatewayKeys: 'server_name = "gateway.example"\n' })
  const got = await client.ask(face)
  assert.equal(got.fault?.code, 'SERVER_NAME_MISMATCH')
})

test('questions beyond the queue end as `offline`, and none is lost', async (t) => {
  const bed = await makeBed(t, { gatewayKeys: 'sessions = 1\nqueue_limit = 1\n' })
  const token = await bed.addConsumer('receipt-computer')
  const client = clientOf((await bed.start()).url, token)
  // Long enough that all four are there before the first is answered.
  bed.gateway.behave({ mode: 'normal', delayMs: 3_000 })
  const asked = await Promise.all(Array.from({ length: 4 }, () => client.ask(face)))
  assert.deepEqual(asked.map(({ outcome }) => outcome).sort(), [
    'offline',
    'offline',
    'valid',
    'valid',
  ])
  const full = asked.find(({ outcome }) => outcome === 'offline')
  assert.equal(full?.fault?.code, 'QUEUE_FULL')
  // A question that ended `offline` is asked again by itself, perhaps already.
  const first = (await client.feed()).filter(
    (item) => item.type === 'verification' && item.verification.supersedes === null,
  )
  assert.equal(first.length, 4)
})
