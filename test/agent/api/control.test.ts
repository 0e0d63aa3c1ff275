import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openControl } from '../../../agent/api/control.ts'
import { callControl } from '../../../agent/api/control-client.ts'
import { conditions } from '../../../agent/kernel/conditions.ts'
import { fakePorts } from '../../fakes/api-ports.ts'

function place(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-control-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return join(folder, 'control.sock')
}

async function open(t: TestContext, socket = place(t)) {
  const ports = fakePorts()
  const control = await openControl({
    socket,
    version: '0.1.0',
    urls: ['http://127.0.0.1:8480'],
    ...ports,
  })
  t.after(() => control.close())
  return { ...ports, socket, control }
}

test('a consumer is added, listed and revoked through the socket', async (t) => {
  const { socket } = await open(t)
  const added = await callControl(socket, 'POST', '/consumers', {
    name: '受付 PC',
    role: 'billing',
  })
  assert.deepEqual(added, {
    consumer: {
      id: 'id-of-受付 PC',
      name: '受付 PC',
      role: 'billing',
      sources: [],
      sink: null,
      createdAt: '1970-01-01T09:00:00+09:00',
      usedAt: null,
      uses: 0,
      revokedAt: null,
    },
    token: 'token-of-受付 PC',
  })
  const listed = JSON.stringify(await callControl(socket, 'GET', '/consumers'))
  assert.ok(listed.includes('受付 PC') && !listed.includes('token'))
  const revoked = await callControl(socket, 'DELETE', `/consumers/${encodeURIComponent('受付 PC')}`)
  assert.match(JSON.stringify(revoked), /"revokedAt":"1970/)
})

test('status and readers are told', async (t) => {
  const { socket, health } = await open(t)
  health.isReady = false
  const coming = conditions.OWN_CA_OUTGROWN
  health.comes.push({ ...coming, code: 'OWN_CA_OUTGROWN', subject: 'own', since: 0, facts: {} })
  const status = Object(await callControl(socket, 'GET', '/status'))
  assert.deepEqual(status.pending.certificate[0].code, 'OWN_CA_OUTGROWN')
  health.comes.pop()
  assert.deepEqual(await callControl(socket, 'GET', '/status'), {
    status: 'pass',
    version: '0.1.0',
    ready: false,
    node: process.versions.node,
    pid: process.pid,
    urls: ['http://127.0.0.1:8480'],
    checks: {},
    pending: {},
    readers: [],
  })
  assert.deepEqual(await callControl(socket, 'GET', '/readers'), { items: [] })
})

test('a refusal reaches the command with its code and mistakes', async (t) => {
  const { socket, bugs } = await open(t)
  await assert.rejects(callControl(socket, 'DELETE', '/consumers/nobody'), { code: 'NOT_FOUND' })
  await assert.rejects(callControl(socket, 'GET', '/nothing'), { code: 'NOT_FOUND' })
  await assert.rejects(callControl(socket, 'DELETE', '/consumers/%zz'), { code: 'REQUEST_INVALID' })
  for (const name of ['', ' ', 'x'.repeat(65), 'a/b', 'a\nb', 1, undefined]) {
    await assert.rejects(
      callControl(socket, 'POST', '/consumers', { name, role: 'ehr' }),
      ({ code, mistakes }) => {
        assert.equal(code, 'REQUEST_INVALID')
        assert.equal(mistakes[0].field, 'name')
        return true
      },
    )
  }
  const large = { name: 'x'.repeat(70_000) }
  await assert.rejects(callControl(socket, 'POST', '/consumers', large), { code: 'BODY_TOO_LARGE' })
  assert.deepEqual(bugs, [])
})

test('a bug behind a command is INTERNAL there and passed on here', async (t) => {
  const { socket, consumers, bugs } = await open(t)
  consumers.list = () => {
    throw new TypeError('canary')
  }
  await assert.rejects(callControl(socket, 'GET', '/consumers'), ({ code, message }) => {
    assert.equal(code, 'INTERNAL')
    assert.doesNotMatch(message, /canary/)
    return true
  })
  assert.equal(bugs.length, 1)
})

test('the socket is for its owner and group only', async (t) => {
  const { socket } = await open(t)
  assert.equal(statSync(socket).mode & 0o777, 0o660)
})

test('without an agent a command says so', async (t) => {
  const socket = place(t)
  await assert.rejects(callControl(socket, 'GET', '/status'), { code: 'AGENT_NOT_RUNNING' })
  const { control } = await open(t, socket)
  await control.close()
  assert.ok(!existsSync(socket))
  await assert.rejects(callControl(socket, 'GET', '/status'), { code: 'AGENT_NOT_RUNNING' })
})

test('the socket of an agent that was killed is replaced', async (t) => {
  const socket = place(t)
  const script = `require('node:net').createServer().listen(${JSON.stringify(socket)}, () => console.log('up'))`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
  assert.ok(existsSync(socket))
  await assert.rejects(callControl(socket, 'GET', '/status'), { code: 'AGENT_NOT_RUNNING' })
  await open(t, socket)
  assert.ok(await callControl(socket, 'GET', '/status'))
})

test('the socket of a living agent is left alone', async (t) => {
  const { socket } = await open(t)
  await assert.rejects(open(t, socket), { code: 'STORE_IN_USE' })
  assert.ok(await callControl(socket, 'GET', '/status'))
})

test('a file that is no socket is not removed', async (t) => {
  const socket = place(t)
  writeFileSync(socket, 'precious')
  await assert.rejects(open(t, socket), { code: 'LISTEN_FAILED' })
  assert.equal(readFileSync(socket, 'utf8'), 'precious')
  await assert.rejects(open(t, '/nowhere/control.sock'), { code: 'LISTEN_FAILED' })
})

test('hostile bytes on the socket end their connection only', async (t) => {
  const { socket } = await open(t)
  const connection = net.connect(socket)
  connection.end('no HTTP\r\n\r\n')
  connection.resume()
  await once(connection, 'close')
  assert.ok(await callControl(socket, 'GET', '/status'))
})

test('what doctor finds is handed on as it is, and only where it can be found', async (t) => {
  const { socket } = await open(t)
  await assert.rejects(callControl(socket, 'GET', '/doctor'), { code: 'NOT_FOUND' })
  const elsewhere = place(t)
  const found = { lines: [], forwarding: { result: 'pass' } }
  const options = { socket: elsewhere, version: '0.1.0', urls: [], ...fakePorts() }
  const control = await openControl({ ...options, examine: async () => found })
  t.after(() => control.close())
  assert.deepEqual(await callControl(elsewhere, 'GET', '/doctor'), found)
})
