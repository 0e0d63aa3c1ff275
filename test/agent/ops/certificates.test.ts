import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { IdentityTrial } from '../../../agent/kernel/line.ts'
import {
  activeIdentity,
  type CertificateDeskOptions,
  openCertificateDesk,
} from '../../../agent/ops/certificates.ts'
import { type Identity as Pair, pkcs12 } from '../../../agent/sim/pki/certificate.ts'
import { issueClient, makePki, type Pki } from '../../../agent/sim/pki.ts'
import type { CertificateRegistry } from '../../../agent/store/certificates.ts'
import { checkInstitution, type Identity, loadIdentity } from '../../../agent/uplink/identity.ts'
import { recordingLog } from '../../fakes/log.ts'
import { open, scratch } from '../store/fixtures.ts'

const PASSPHRASE = 'a-passphrase-of-the-clinic'
const pki = makePki()
const { institutionCode } = pki
const container = (client: Pair) => pkcs12(client, PASSPHRASE, 'aes256')
const renewed = container(issueClient(pki.ca, institutionCode))
const expired = container(issueClient(pki.ca, institutionCode, 'expired'))
const later = container(issueClient(pki.ca, institutionCode, 'not-yet-valid'))
const strangers = container(issueClient(pki.ca, '2710000001'))

const load = (bytes: Uint8Array, passphrase: string) => {
  const identity = loadIdentity(bytes, passphrase, pki.ca.certificatePem)
  checkInstitution(identity, institutionCode)
  return identity
}
const configuredOf = ({ clientPkcs12, passphrase }: Pki) => load(clientPkcs12, passphrase)

/** Lines that answer every trial as the test says. */
function fakeLines() {
  const used: Identity[] = []
  const tried: Identity[] = []
  return {
    used,
    tried,
    lines: [{ line: 'line-a', fault: null }] as readonly IdentityTrial[],
    async tryIdentity(identity: Identity) {
      tried.push(identity)
      return this.lines
    },
    setIdentity: (identity: Identity) => void used.push(identity),
  }
}

async function opened(t: TestContext, over: Partial<CertificateDeskOptions> = {}) {
  const store = await open(scratch(t))
  t.after(() => store.close())
  const lines = fakeLines()
  const log = recordingLog()
  const registry: CertificateRegistry = store.certificates
  const configured = configuredOf(pki)
  const clock = { now: () => Date.now() }
  const options = { registry, configured, load, uplink: lines, clock, log, ...over }
  return { desk: openCertificateDesk(options), lines, log, registry, options }
}

const states = (desk: ReturnType<typeof openCertificateDesk>) =>
  desk.list().map(({ state }) => state)

test('a new certificate stands beside the old one, is tried, activated, and undone', async (t) => {
  const changes: number[] = []
  const activated = () => void changes.push(changes.length)
  const { desk, lines } = await opened(t, { activated })
  const { id, state, warnings } = await desk.add(renewed, PASSPHRASE)
  assert.deepEqual([state, warnings], ['imported', []])
  assert.deepEqual(states(desk), ['active', 'imported'])
  assert.equal(lines.used.length, 0, 'importing changes nothing for the lines')

  assert.deepEqual((await desk.try(id)).lines, [{ line: 'line-a', fault: null }])
  assert.equal(lines.used.length, 0, 'neither does a trial')
  assert.equal((await desk.activate(id)).state, 'active')
  assert.deepEqual(states(desk), ['previous', 'active'])
  assert.equal(desk.active().fingerprint, desk.list()[1]?.fingerprint)

  lines.lines = [{ line: 'line-a', fault: 'LINE_TIMEOUT' }]
  assert.equal((await desk.activate('config')).state, 'active')
  assert.deepEqual(states(desk), ['active', 'previous'])
  await desk.try(id)
  await desk.activate(id)
  assert.deepEqual(
    lines.used.map(({ fingerprint }) => fingerprint),
    [desk.list()[1], desk.list()[0], desk.list()[1]].map((one) => one?.fingerprint),
    'and forth again, although the last trial failed: it was active before',
  )
  assert.equal(changes.length, 3)
})

test('one that no line has taken in its last trial is not activated', async (t) => {
  const { desk, lines, registry } = await opened(t)
  const { id } = await desk.add(renewed, PASSPHRASE)
  await assert.rejects(desk.activate(id), { code: 'CERTIFICATE_UNTRIED', message: /not tried yet/ })
  await desk.try(id)
  lines.lines = [
    { line: 'line-a', fault: 'CLIENT_CERTIFICATE_REFUSED' },
    { line: 'line-b', fault: 'LINE_TIMEOUT' },
  ]
  await desk.try(id)
  await assert.rejects(desk.activate(id), { code: 'CERTIFICATE_UNTRIED', message: /no line/ })
  assert.deepEqual([registry.activeId(), lines.used.length], ['config', 0])
  lines.lines = [lines.lines[0] ?? assert.fail(), { line: 'line-b', fault: null }]
  await desk.try(id)
  assert.equal((await desk.activate(id)).state, 'active', 'one line is enough')
})

test('what cannot be used is refused at the import, and nothing is kept', async (t) => {
  const { desk } = await opened(t)
  const refused: [bytes: Uint8Array, passphrase: string, code: string][] = [
    [renewed, 'wrong', 'CERTIFICATE_PASSPHRASE_WRONG'],
    [Buffer.from(pki.client.certificatePem), '', 'CERTIFICATE_UNREADABLE'],
    [strangers, PASSPHRASE, 'CERTIFICATE_OF_ANOTHER_INSTITUTION'],
  ]
  for (const [bytes, passphrase, code] of refused)
    await assert.rejects(desk.add(bytes, passphrase), { code })
  assert.equal(desk.list().length, 1)
})

test('one that has expired or has not begun is taken in with a warning; the expired one is not activated', async (t) => {
  const { desk } = await opened(t)
  const old = await desk.add(expired, PASSPHRASE)
  assert.deepEqual(old.warnings, ['expired'])
  await desk.try(old.id)
  await assert.rejects(desk.activate(old.id), { code: 'CLIENT_CERTIFICATE_EXPIRED' })
  const next = await desk.add(later, PASSPHRASE)
  assert.deepEqual(next.warnings, ['not-yet-valid'])
})

test('the same certificate twice is one, and that of the configuration is known', async (t) => {
  const { desk } = await opened(t)
  const { id } = await desk.add(renewed, PASSPHRASE)
  assert.equal((await desk.add(renewed, PASSPHRASE)).id, id)
  assert.equal((await desk.add(pki.clientPkcs12, pki.passphrase)).id, 'config')
  assert.equal(desk.list().length, 2)
})

test('an id that nobody has is not found, and without lines nothing can be tried', async (t) => {
  const { desk } = await opened(t, { uplink: null })
  for (const id of ['', 'nobody', '0123456789ab']) {
    await assert.rejects(desk.activate(id), { code: 'NOT_FOUND' })
  }
  const { id } = await desk.add(renewed, PASSPHRASE)
  await assert.rejects(desk.try(id), { code: 'AGENT_NOT_RUNNING' })
})

test('the next start begins with the one that was activated, or says how to go back', async (t) => {
  const { desk, options } = await opened(t)
  assert.equal(activeIdentity(options), options.configured)
  const { id, fingerprint } = await desk.add(renewed, PASSPHRASE)
  await desk.try(id)
  await desk.activate(id)
  assert.equal(activeIdentity(options).fingerprint, fingerprint)
  const ofOthers = (bytes: Uint8Array, passphrase: string) => {
    const identity = load(bytes, passphrase)
    checkInstitution(identity, '2710000001')
    return identity
  }
  assert.throws(() => activeIdentity({ ...options, load: ofOthers }), {
    code: 'CERTIFICATE_OF_ANOTHER_INSTITUTION',
    message: new RegExp(`certificate ${id}.*cert activate config`),
  })
})

test('a change that could not be written is none: the lines keep what they have', async (t) => {
  const { options, lines } = await opened(t)
  const fault = new Error('disk')
  const registry = { ...options.registry, activate: () => Promise.reject(fault) }
  const desk = openCertificateDesk({ ...options, registry })
  await assert.rejects(desk.activate('config'), fault)
  assert.equal(lines.used.length, 0)
})

test('two that are activated at once end with the lines on the one that is written last', async (t) => {
  const { desk, lines, registry } = await opened(t)
  const { id } = await desk.add(renewed, PASSPHRASE)
  await desk.try(id)
  await Promise.all([desk.activate(id), desk.activate('config'), desk.activate(id)])
  assert.equal(registry.activeId(), id)
  assert.equal(lines.used.at(-1)?.fingerprint, desk.active().fingerprint)
})

test('neither container nor passphrase is in a list, a log or an error', async (t) => {
  const { desk, log } = await opened(t)
  const said: unknown[] = []
  const hear = (error: Error) => said.push(error.message, error.stack, JSON.stringify(error))
  const { id } = await desk.add(renewed, PASSPHRASE)
  await desk.add(strangers, PASSPHRASE).catch(hear)
  await desk.add(renewed, `${PASSPHRASE}!`).catch(hear)
  await desk.activate(id).catch(hear)
  await desk.try(id)
  await desk.activate(id)
  const all = JSON.stringify([desk.list(), log.lines, said])
  assert.equal(said.length, 9)
  assert.doesNotMatch(all, new RegExp(PASSPHRASE))
  assert.doesNotMatch(all, /PRIVATE|BEGIN|serial/i)
  assert.equal(all.includes(renewed.toString('base64').slice(40, 80)), false)
})
