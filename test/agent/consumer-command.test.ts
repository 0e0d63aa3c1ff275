import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { consumerCommand } from '../../agent/consumer-command.ts'
import type { NewConsumer } from '../../agent/kernel/consumer.ts'
import { AgentError } from '../../agent/kernel/errors.ts'
import { fakePorts } from '../fakes/api-ports.ts'
import { runningAgent } from './running-agent.ts'

const CANARY = 'CANARY-7f3a'

/** The command, and an agent that runs and keeps what it is asked to add. */
async function place(t: TestContext) {
  const ports = fakePorts()
  const added: NewConsumer[] = []
  const add = ports.consumers.add.bind(ports.consumers)
  ports.consumers.add = (wanted) => {
    added.push(wanted)
    return add(wanted)
  }
  const { folder, config } = await runningAgent(t, ports)
  const file = (name: string, content: string | Buffer, mode = 0o600) => {
    writeFileSync(join(folder, name), content, { mode })
    return join(folder, name)
  }
  const run = (...args: readonly string[]) => consumerCommand([...args, '--config', config])
  const sinkOf = async (...flags: readonly string[]) => {
    const stdout = await run('add', `c${added.length}`, '--role', 'ehr', ...flags)
    return { sink: added.at(-1)?.sink, stdout }
  }
  return { ...ports, folder, file, run, sinkOf, added }
}

test('flags say where a consumer is pushed to, files hold the secrets, and none is printed', async (t) => {
  const { file, sinkOf } = await place(t)
  const password = file('password', `${CANARY}-password\n`)
  const token = file('token', `${CANARY}-token\r\n`)
  const ca = file('ca.pem', `${CANARY}-ca\n`)
  const p12 = file('client.p12', Buffer.from([0x30, 1, 2, 3]))
  const passphrase = file('passphrase', `${CANARY}-passphrase`)
  const tls = ['--ca-file', ca, '--p12-file', p12, '--p12-passphrase-file', passphrase]
  const identity = { pkcs12: 'MAECAw==', passphrase: `${CANARY}-passphrase` }
  const caPem = `${CANARY}-ca\n`

  const face = ['--sink', 'face-folder', '--folder', '/srv/face']
  const folder = await sinkOf(...face, '--charset', 'Shift_JIS', '--limit', '20')
  assert.deepEqual(folder.sink, {
    kind: 'face-folder',
    folder: '/srv/face',
    charset: 'Shift_JIS',
    limit: 20,
  })
  const login = [
    '--url',
    'https://orca.lan:8000',
    '--user',
    'ormaster',
    '--password-file',
    password,
  ]
  const write = ['--write', 'new-patient, add-insurance']
  const orca = await sinkOf('--sink', 'orca', ...login, ...write, ...tls)
  assert.deepEqual(orca.sink, {
    kind: 'orca',
    url: 'https://orca.lan:8000',
    user: 'ormaster',
    write: ['new-patient', 'add-insurance'],
    secrets: { password: `${CANARY}-password`, caPem, identity },
  })
  const ehr = ['--url', 'https://ehr.lan/fhir', '--token-file', token]
  const fhir = await sinkOf('--sink', 'fhir', ...ehr, '--write-patient', ...tls)
  assert.deepEqual(fhir.sink, {
    kind: 'fhir',
    url: 'https://ehr.lan/fhir',
    writePatient: true,
    eligibilityResponse: false,
    secrets: { token: `${CANARY}-token`, caPem, identity },
  })
  for (const { stdout } of [folder, orca, fhir])
    assert.doesNotMatch(stdout, /CANARY|MAECAw|signingKey|secrets/)

  const hook = ['--sink', 'webhook', '--url', 'https://ehr.lan/hook']
  const { sink, stdout } = await sinkOf(...hook, '--payload', 'full', '--ca-file', ca)
  assert.ok(sink?.kind === 'webhook' && sink.payload === 'full')
  assert.equal(sink.secrets.caPem, caPem)
  const shown = Object(JSON.parse(stdout))
  assert.equal(shown.signingKey, `whsec_${sink.secrets.key}`)
  assert.equal(stdout.split(sink.secrets.key).length, 2, 'once')
  assert.doesNotMatch(stdout, /CANARY/)
})

test('without a sink a consumer polls, from anywhere or from its sources', async (t) => {
  const { run, added } = await place(t)
  await run('add', '電子カルテ', '--role', 'ehr')
  await run('add', 'vpn', '--role', 'after-hours', '--from', ' 10.8.0.0/24 ,2001:db8::1,')
  assert.deepEqual(added, [
    { name: '電子カルテ', role: 'ehr', sources: [], sink: null },
    { name: 'vpn', role: 'after-hours', sources: ['10.8.0.0/24', '2001:db8::1'], sink: null },
  ])
})

test('the listing and a revocation show no secret', async (t) => {
  const { sinkOf, run, file } = await place(t)
  const login = ['--user', 'u', '--password-file', file('password', CANARY)]
  await sinkOf('--sink', 'orca', '--url', 'http://orca.lan', ...login)
  await sinkOf('--sink', 'webhook', '--url', 'http://ehr.lan')
  for (const stdout of [await run('list'), await run('revoke', 'c0')]) {
    assert.match(stdout, /"kind": "orca"|"sink"/)
    assert.doesNotMatch(stdout, /CANARY|secrets|whsec_|"key"|token/)
  }
  await assert.rejects(run('revoke', 'nobody'), { code: 'NOT_FOUND' })
})

test('a command that says too little, too much or nothing is a usage error, and nothing is added', async (t) => {
  const { run, added } = await place(t)
  for (const args of [
    [],
    ['add'],
    ['add', 'x'],
    ['list', 'x'],
    ['revoke'],
    ['revoke', 'x', 'y'],
    ['rename', 'x'],
    ['add', 'x', '--role', 'ehr', '--sink', 'fax'],
    ['add', 'x', '--role', 'ehr', '--password', CANARY],
    ['add', 'x', '--role'],
    ['add', 'x', '--role', 'ehr', '--folder', '/srv/face'],
    ['add', 'x', '--role', 'ehr', '--url', 'http://ehr.lan', '--write-patient'],
    ['add', 'x', '--role', 'ehr', '--sink', 'webhook', '--url', 'http://a', '--write', 'all'],
    ['add', 'x', '--role', 'ehr', '--sink', 'face-folder', '--folder', '/a', '--ca-file', '/ca'],
  ])
    await assert.rejects(run(...args), ({ code, message }) => {
      assert.equal(code, 'USAGE', args.join(' '))
      assert.doesNotMatch(message, /CANARY/)
      return true
    })
  assert.deepEqual(added, [])
})

test('an option that would be without effect is named, with what it needs', async (t) => {
  const { run } = await place(t)
  const add = (...flags: readonly string[]) => run('add', 'x', '--role', 'ehr', ...flags)
  await assert.rejects(add('--folder', '/srv/face'), { message: /^--folder needs --sink KIND\n/ })
  const fhir = ['--sink', 'fhir', '--url', 'http://ehr.lan']
  await assert.rejects(add(...fhir, '--write', 'new-patient'), {
    message: /^--write is not for --sink fhir\n/,
  })
})

test('help is printed without a configuration', async () => {
  assert.match(await consumerCommand(['add', '--help']), /--sink orca --url URL --user NAME/)
})

test('what is wrong with the settings is named, by field, and nothing is added', async (t) => {
  const { run, added, file, folder } = await place(t)
  const refused = (flags: readonly string[], field: string) =>
    assert.rejects(run('add', 'x', '--role', 'ehr', ...flags), ({ code, mistakes }) => {
      assert.equal(code, 'REQUEST_INVALID', flags.join(' '))
      assert.equal(mistakes[0]?.field, field)
      assert.doesNotMatch(JSON.stringify(mistakes), /CANARY/)
      return true
    })
  const password = ['--password-file', file('password', CANARY)]
  await refused(['--sink', 'webhook'], 'sink.url')
  await refused(['--sink', 'webhook', '--url', 'http://['], 'sink.url')
  await refused(['--sink', 'face-folder', '--folder', 'relative'], 'sink.folder')
  await refused(['--sink', 'face-folder', '--folder', '/a', '--limit', 'many'], 'sink.limit')
  const orca = ['--sink', 'orca', '--url', 'http://orca.lan', '--user', 'u']
  await refused(orca, 'sink.secrets.password')
  await refused([...orca, ...password, '--write', 'everything'], 'sink.write[0]')
  await assert.rejects(run('add', 'x', '--role', 'ehr', ...orca, ...password, '--write', 'all'), {
    message: /must be one of new-patient, add-insurance, change-insurance/,
  })
  await refused(['--from', 'somewhere'], 'sources')
  await assert.rejects(run('add', 'x', '--role', 'ward', ...orca, ...password), {
    code: 'REQUEST_INVALID',
  })
  mkdirSync(join(folder, 'folder'))
  for (const path of ['/nowhere/password', join(folder, 'folder')])
    for (const flag of ['--password-file', '--ca-file', '--p12-file'])
      await assert.rejects(run('add', 'x', '--role', 'ehr', ...orca, flag, path), {
        code: 'SECRET_UNREADABLE',
      })
  assert.deepEqual(added, [])
})

test('what the running agent refuses reaches the command as it is', async (t) => {
  const { run, deliveries, added } = await place(t)
  deliveries.refuse = new AgentError('SINK_TARGET_REFUSED', 'the target: no')
  const hook = ['--sink', 'webhook', '--url', 'http://ehr.lan']
  await assert.rejects(run('add', 'x', '--role', 'ehr', ...hook), { code: 'SINK_TARGET_REFUSED' })
  assert.deepEqual(added, [])
})

test('a secret that others can read is not taken', async (t) => {
  const { file, run, added } = await place(t)
  const token = file('open-token', CANARY, 0o644)
  const fhir = ['--sink', 'fhir', '--url', 'http://127.0.0.1:9/fhir', '--token-file', token]
  await assert.rejects(run('add', 'ehr', '--role', 'ehr', ...fhir), (error) => {
    assert.ok(error instanceof AgentError && error.code === 'SECRET_EXPOSED')
    assert.match(error.message, /mode 644: chmod 0600/)
    assert.ok(!error.message.includes(CANARY))
    return true
  })
  assert.deepEqual(added, [])
})
