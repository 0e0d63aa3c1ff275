import assert from 'node:assert/strict'
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { MODES } from '../agent/sim/gateway/behaviour.ts'
import { patientByNumber } from '../agent/sim/patients.ts'
import { connect, openDatabase } from '../agent/store/database.ts'
import { type Bed, makeBed } from './bed/agent.ts'
import {
  certificateNeedles,
  certificateOnLink,
  officialNeedles,
  secretNeedles,
  secrets,
  sent,
  sentNeedles,
  tokenNeedle,
} from './bed/canaries.ts'
import { type Client, clientOf, eventually, type Presentation } from './bed/client.ts'
import { type Evidence, openEvidence, watchSessions } from './bed/evidence.ts'
import { found, leaks, type Needle, textNeedle } from './bed/needles.ts'
import type { AgentProcess } from './bed/process.ts'
import { canaryFace, receive, refusedBytes, refusedRequests } from './bed/refusals.ts'

const faceOf = (number: string) => patientByNumber(number)?.cardFace ?? {}
/** One chart a patient: another person under a number would be held. */
const chartOf = (number: string) =>
  number === '07' ? sent.patientNumber : `${sent.patientNumber}-${number}`
const isTap = ({ kind, state }: Presentation) => kind === 'my-number-card' && state === 'waiting'

/** Every path that answers, with canaries in what is asked and in what is answered. */
async function goodPaths(bed: Bed, client: Client): Promise<string> {
  const canary = await client.ask(
    { ...canaryFace },
    { 'idempotency-key': sent.idempotencyKey, prefer: 'wait=10' },
  )
  assert.equal(canary.outcome, 'not-found')
  const echoed = {
    arbitraryIdentifier: sent.identifier,
    limitConsent: { by: sent.by },
  }
  for (const number of ['07', '08', '14', '22', '27'])
    await client.ask({ ...faceOf(number), ...echoed, patientNumber: chartOf(number) })
  await client.post(`/v1/verifications/${canary.id}/recheck`, {})
  const note = {
    kind: 'original-sighted',
    by: sent.by,
    text: `${sent.note} ${sent.name} ${sent.kana} ${sent.address}`,
  }
  assert.equal((await client.post(`/v1/verifications/${canary.id}/notes`, note)).status, 201)
  for (const charset of ['utf-8', 'shift_jis'])
    await client.get(`/v1/verifications/${canary.id}/message?charset=${charset}`)
  await client.get(`/v1/patients/${sent.patientNumber}/verifications/latest`)
  await receive(client)

  await bed.card.tap({ kind: 'my-number', patient: '01' })
  const tap = await client.presentation(isTap)
  assert.equal((await client.confirm(tap.id, sent.by)).outcome, 'valid')
  await bed.card.tap({ kind: 'my-number', patient: '02', expired: true })
  const expired = await client.presentation(isTap)
  assert.equal((await client.confirm(expired.id, sent.by)).card?.certificateExpired, true)
  for (const pullAfterApdus of [2, 4, 6]) {
    await bed.card.tap({ kind: 'my-number', patient: '01', pullAfterApdus })
    await client.presentation(({ fault }) => fault?.code === 'CARD_GONE')
    await bed.card.remove()
  }
  return canary.id
}

/** Whatever the gateway does wrong, with a canary question under way. */
async function gatewayFaults(bed: Bed, client: Client, evidence: Evidence): Promise<void> {
  for (const mode of MODES) {
    bed.gateway.behave({ mode, times: 2, ...(mode === 'slow-body' && { delayMs: 60 }) })
    await client.ask({ ...faceOf('14'), patientNumber: chartOf('14') })
    evidence.reply('/health', await client.get('/health'))
  }
  bed.gateway.behave({})
}

/** What is told without the feed. */
async function talk(bed: Bed, client: Client, evidence: Evidence): Promise<void> {
  for (const path of [
    '/health',
    '/health?format=nagios',
    '/metrics',
    '/livez',
    '/readyz',
    '/v1/lines',
    '/v1/lines?test=true',
    '/v1/lines/sim-line/report',
    '/v1/outages',
    '/v1/readers',
    '/openapi.json',
  ])
    evidence.reply(path, await client.get(path))
  evidence.reply('/v1/presentations', await client.get('/v1/presentations'))
  for (const command of ['status', 'readers', 'consumer list', 'line list', 'cert list'])
    evidence.printed(await bed.cli(...command.split(' ')))
}

/** Ends a running agent while a canary question is at the gateway; keeps what is left of it. */
async function crash(bed: Bed, token: string, signal: NodeJS.Signals, evidence: Evidence) {
  const agent = await bed.start()
  const client = clientOf(agent.url, token)
  bed.gateway.behave({ mode: 'hang' })
  const before = bed.gateway.stats().questions
  const open = await client.post('/v1/verifications', { ...canaryFace }, { prefer: 'wait=0' })
  assert.equal(open.status, 202)
  await eventually('the question', async () =>
    bed.gateway.stats().questions > before ? true : undefined,
  )
  evidence.state(bed.state)
  await agent.stop(signal)
  evidence.add('standard output and standard error', agent.output())
  evidence.state(bed.state)
  bed.gateway.behave({})
}

/** A bug: a table is gone from under the agent, in the middle of a question. */
async function bugCrash(bed: Bed, token: string, evidence: Evidence): Promise<AgentProcess> {
  const agent = await bed.start()
  const client = clientOf(agent.url, token)
  const db = openDatabase(
    join(bed.state, 'agent.db'),
    Buffer.from(secrets.storeKey, 'hex'),
    'read-write',
  )
  db.exec('DROP TABLE patient_links')
  db.close()
  const face = { ...faceOf('08'), arbitraryIdentifier: sent.identifier }
  await client.post('/v1/verifications', face).then(
    ({ status }) => assert.notEqual(status, 201, 'the agent lived on'),
    () => undefined,
  )
  assert.notEqual((await agent.ended).code, 0)
  evidence.add('standard output and standard error', agent.output())
  evidence.state(bed.state)
  return agent
}

/** Starts that are refused, with secrets where they do not belong. */
async function refusedStarts(bed: Bed, evidence: Evidence): Promise<void> {
  const { configFile, state, files } = bed
  const good = readFileSync(configFile, 'utf8')
  const refused = async (text: string) => {
    writeFileSync(configFile, text)
    const printed = await bed.cli('run')
    assert.notEqual(printed.code, 0)
    evidence.printed(printed)
  }
  await refused(good.replace('[store]', `[store]\npassword = "${secrets.password}"`))
  await refused(good.replace(/password_file = .*/, `password_file = "${secrets.password}"`))
  await refused(good.replace(/user = .*/, `user = ["${secrets.user}"]`))
  await refused(good.replace(/key_file = .*/, `key_file = "${secrets.storeKey}"`))
  await refused(good.replace(/"X-Clinic" = ".*"/, `"X-Clinic" = ["${secrets.header}"]`))
  await refused(good.replace('[gateway.account]', `[gateway.account\n"${secrets.user}"`))
  writeFileSync(configFile, good)
  writeFileSync(files.passphrase, `${secrets.passphrase}x`)
  await refused(good)
  writeFileSync(files.passphrase, secrets.passphrase)
  const path = join(state, 'agent.db')
  writeFileSync(path, readFileSync(path).fill(7, 4096))
  rmSync(`${path}-wal`, { force: true })
  const standIn = await bed.start()
  evidence.reply('/health', await clientOf(standIn.url, '').get('/health'))
  await standIn.stop()
  evidence.add('standard output and standard error', standIn.output())
  evidence.state(state)
}

test('no name, number, key, token or certificate leaves the agent but in what it is asked for', async (t) => {
  const sessions = watchSessions(t)
  const bed = await makeBed(t, {
    reader: 'sim',
    pki: { passphrase: secrets.passphrase },
    gateway: { account: { user: secrets.user, password: secrets.password } },
    user: secrets.user,
    password: secrets.password,
    storeKey: secrets.storeKey,
    gatewayKeys: `timeout_ms = 500\nprotocol.extra_headers = { "X-Clinic" = "${secrets.header}" }\n`,
  })
  await bed.card.tap({ kind: 'my-number', patient: '01' })
  const certificate = certificateNeedles(await certificateOnLink(bed.card.linkPort ?? 0))
  await bed.card.remove()

  const evidence = openEvidence()
  const token = await bed.addConsumer('receipt-computer')
  const agent = await bed.start()
  const client = clientOf(agent.url, token)
  evidence.add('the command line', readFileSync(`/proc/${agent.pid}/cmdline`))
  const id = await goodPaths(bed, client)
  for (const reply of await refusedRequests(client, id)) {
    assert.ok(reply.status >= 400, `${reply.status}: ${reply.text}`)
    evidence.reply('refusals', reply)
  }
  for (const answer of await refusedBytes(agent, token)) {
    assert.match(answer.toString(), /^HTTP\/1\.1 4\d\d /)
    evidence.add('refusals', answer)
  }
  await gatewayFaults(bed, client, evidence)
  await talk(bed, client, evidence)
  const feed = JSON.stringify(await client.feed())
  evidence.state(bed.state)
  assert.equal((await agent.stop()).code, 0)
  evidence.add('standard output and standard error', agent.output())
  evidence.state(bed.state)
  for (const signal of ['SIGKILL', 'SIGABRT', 'SIGTERM'] as const)
    await crash(bed, token, signal, evidence)
  const crashed = await bugCrash(bed, token, evidence)
  await refusedStarts(bed, evidence)

  const needles = [
    ...sentNeedles,
    ...officialNeedles,
    ...secretNeedles,
    ...certificate,
    tokenNeedle(token),
    ...[...sessions].map((session, at) => textNeedle(`session token ${at}`, session)),
  ]
  assert.ok(sessions.size >= 2, 'the sessions’ tokens were seen')
  await t.test('the crash was a bug that printed its stack', () => {
    assert.match(crashed.output(), /\n {4}at /)
  })
  for (const wanted of [
    'agent.db',
    'agent.db-wal',
    'agent.db-shm',
    'agent.db.audit',
    'agent.db.audit.anchor',
    'agent.db.audit.reserve',
    'agent.db.anchor',
    'agent.db.lock',
  ])
    assert.ok(evidence.places.has(`the file ${wanted}`), wanted)
  for (const [place, bytes] of evidence.places)
    await t.test(`nothing is in ${place}`, () => {
      assert.ok(bytes.length > 0)
      assert.deepEqual(leaks(needles, Buffer.concat(bytes)), [])
    })
  await controls(t, bed, needles, feed)
})

/** The same search finds what is there, or its silence above would mean nothing. */
async function controls(t: TestContext, bed: Bed, needles: readonly Needle[], feed: string) {
  await t.test('control: what the receipt computer got holds what was asked and answered', () => {
    const delivered = [...officialNeedles, ...sentNeedles].map(({ name }) => name)
    const notDelivered = [
      'sent symbol',
      'sent number',
      'sent birthdate',
      'sent individualNumber',
      'sent idempotencyKey',
      'sent wrongToken',
    ]
    const expected = delivered.filter((name) => !notDelivered.includes(name))
    assert.deepEqual(found([...officialNeedles, ...sentNeedles], Buffer.from(feed)), expected)
  })
  await t.test('control: every form of every needle is found in a file that holds it', () => {
    const path = join(bed.folder, 'control')
    for (const { name, forms } of needles) {
      for (const { encoding, bytes } of forms) {
        writeFileSync(path, 'before ')
        appendFileSync(path, bytes)
        appendFileSync(path, ' after')
        assert.ok(leaks(needles, readFileSync(path)).includes(`${name} (${encoding})`))
      }
    }
  })
  await t.test('control: a longer text in base64, at any place, is found', () => {
    const [name] = officialNeedles
    assert.ok(name)
    for (const before of ['', 'x', 'xx', '氏名'])
      for (const encoding of ['utf8', 'utf16le'] as const) {
        const text = Buffer.from(`${before}検証　一郎の記録`, encoding).toString('base64')
        assert.equal(leaks([name], Buffer.from(text)).length, 1, `${before} ${encoding}`)
      }
  })
  await t.test('control: a database without a key shows the feed to the search', () => {
    const path = join(bed.folder, 'plain.db')
    const db = connect(path, 'read-write')
    db.pragma('journal_mode = WAL')
    db.exec('CREATE TABLE events (body BLOB)')
    db.prepare('INSERT INTO events VALUES (?)').run(Buffer.from(feed))
    const wal = readFileSync(`${path}-wal`)
    assert.ok(found(officialNeedles, wal).length > officialNeedles.length / 2)
    db.close()
    assert.ok(found(officialNeedles, readFileSync(path)).length > officialNeedles.length / 2)
  })
  await t.test('control: the secrets are in their own files and the configuration', () => {
    const own = ['store.key', 'password', 'agent.toml', 'pki/client.p12.passphrase']
    const held = Buffer.concat(own.map((name) => readFileSync(join(bed.folder, name))))
    const named = found(secretNeedles, held)
    assert.deepEqual(
      named,
      secretNeedles.map(({ name }) => name).filter((name) => named.includes(name)),
    )
    assert.equal(named.length, secretNeedles.length)
  })
}
