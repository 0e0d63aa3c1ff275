import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import https from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import tls from 'node:tls'
import { defaultLimits } from '../../../../agent/api/limits.ts'
import { openListener } from '../../../../agent/api/listener.ts'
import { Conditions } from '../../../../agent/kernel/conditions.ts'
import type { ServedAt } from '../../../../agent/ops/own-ca/addresses.ts'
import { addressBytes, subjectsOf, withinOf } from '../../../../agent/ops/own-ca/addresses.ts'
import { type KeyPair, makeServerCertificate } from '../../../../agent/ops/own-ca/certificate.ts'
import { readKept } from '../../../../agent/ops/own-ca/files.ts'
import { caFile, newCa, openOwnCa } from '../../../../agent/ops/own-ca/own-ca.ts'
import { grouped } from '../../../../agent/ops/own-ca/page.ts'
import { caSpan } from '../../../../agent/ops/own-ca/plan.ts'
import type { Subjects } from '../../../../agent/ops/own-ca/subjects.ts'
import { FakeClock } from '../../../fakes/clock.ts'
import { recordingLog } from '../../../fakes/log.ts'

const DAY = 24 * 3_600_000
const everywhere: ServedAt = {
  host: '0.0.0.0',
  loopback: false,
  wildcard: true,
  hosts: ['onshi.clinic.lan:8480'],
}

/** A CA in a folder of its own, on a machine whose addresses the test changes. */
function stage(t: TestContext, now?: number) {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-ca-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const clock = new FakeClock(now)
  const conditions = new Conditions(clock)
  const addresses = ['192.168.1.9']
  const open = (at: FakeClock = clock) => {
    const ca = openOwnCa({
      folder: join(folder, 'ca'),
      served: [everywhere],
      hostname: 'Box',
      conditions,
      clock: at,
      log: recordingLog(),
      onBug: (error) => assert.fail(String(error)),
      addresses: () => addresses,
    })
    t.after(() => ca.close())
    return ca
  }
  const codes = () => conditions.showing().map(({ code }) => code)
  return { folder, clock, conditions, addresses, open, codes }
}

const leafOf = ({ certificate }: KeyPair) => new X509Certificate(certificate)

/** What OpenSSL says of a certificate under a CA; '' where it takes it. */
function judged(folder: string, ca: string, leaf: string, ...more: string[]): string {
  writeFileSync(join(folder, 'ca.pem'), ca)
  writeFileSync(join(folder, 'leaf.pem'), leaf)
  const strict = ['-x509_strict', '-purpose', 'sslserver', '-CAfile', join(folder, 'ca.pem')]
  try {
    execFileSync('openssl', ['verify', ...strict, ...more, join(folder, 'leaf.pem')], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    return ''
  } catch (error) {
    return error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error)
  }
}

test('OpenSSL takes what the CA signs for the machine’s names and addresses, and nothing else that its key ever signs', (t) => {
  const { folder, open, clock } = stage(t)
  const ca = open()
  const shown = ca.shown()
  const now = String(Math.floor(clock.now() / 1_000))
  const check = (leaf: string, ...more: string[]) =>
    judged(folder, shown.certificate, leaf, '-attime', now, ...more)
  const { certificate } = ca.current()
  for (const place of ['127.0.0.1', '192.168.1.9', '::1'])
    assert.equal(check(certificate, '-verify_ip', place), '', place)
  for (const name of ['onshi.clinic.lan', 'localhost'])
    assert.equal(check(certificate, '-verify_hostname', name), '', name)
  assert.match(check(certificate, '-verify_hostname', 'bank.example'), /hostname mismatch/i)
  const key = readKept(caFile(join(folder, 'ca')))
  assert.ok(key !== undefined)
  const span = { notBefore: clock.now() - DAY, notAfter: clock.now() + DAY }
  const stolen = (subjects: Subjects) => makeServerCertificate(key, subjects, span).certificate
  assert.equal(check(stolen({ names: ['box.local'], addresses: [] })), '', 'the control')
  const elsewhere: Subjects[] = [
    { names: ['bank.example'], addresses: [] },
    { names: ['clinic.lan'], addresses: [] },
    { names: ['evil-onshi.clinic.lan'], addresses: [] },
    { names: ['box.local', 'bank.example'], addresses: [] },
    { names: [], addresses: ['192.168.1.10'] },
    { names: [], addresses: ['8.8.8.8'] },
    { names: [], addresses: ['2001:db8::1'] },
  ]
  for (const subjects of elsewhere)
    assert.match(check(stolen(subjects)), /permitted subtree violation/, JSON.stringify(subjects))
})

test('a machine whose name is none for a certificate has a CA that signs for no name at all', (t) => {
  const { folder, clock } = stage(t)
  const span = { notBefore: clock.now() - DAY, notAfter: clock.now() + DAY }
  const now = String(Math.floor(clock.now() / 1_000))
  const ca = newCa('onshi_box', { names: [], addresses: ['192.168.1.9'] }, clock.now())
  const check = (subjects: Subjects) => {
    const { certificate } = makeServerCertificate(ca, subjects, span)
    return judged(folder, ca.certificate, certificate, '-attime', now)
  }
  assert.equal(check({ names: [], addresses: ['192.168.1.9'] }), '')
  assert.match(check({ names: ['bank.example'], addresses: [] }), /excluded subtree violation/)
})

test('its files are the owner’s alone', (t) => {
  const { folder, open } = stage(t)
  open()
  const modes = readdirSync(join(folder, 'ca')).map((name) => [
    name,
    (statSync(join(folder, 'ca', name)).mode & 0o777).toString(8),
  ])
  assert.deepEqual(modes, [
    ['ca.json', '600'],
    ['server.json', '600'],
  ])
})

test('a restart keeps the CA and what it signed; the fingerprint is what anybody computes', (t) => {
  const { open } = stage(t)
  const first = open()
  const again = open()
  assert.equal(again.shown().fingerprint, first.shown().fingerprint)
  assert.equal(again.current().certificate, first.current().certificate)
  const { fingerprint, certificate } = first.shown()
  assert.equal(fingerprint, new X509Certificate(certificate).fingerprint256)
  assert.match(grouped(fingerprint), /^([0-9A-F]{4} ){15}[0-9A-F]{4}$/)
})

test('the certificate is shorter than browsers allow and is renewed at two thirds of its life', async (t) => {
  const { open, clock } = stage(t)
  const ca = open()
  const first = leafOf(ca.current())
  const life = first.validToDate.getTime() - first.validFromDate.getTime()
  assert.ok(life <= 398 * DAY, String(life / DAY))
  const heard: string[] = []
  ca.onChange(({ certificate }) => void heard.push(certificate))
  // The day by which it is dated back is past already. One look at each time, and not 400,000 of them.
  await clock.stall((life * 2) / 3 - DAY - 3_600_000)
  assert.deepEqual(heard, [])
  await clock.stall(2 * 3_600_000)
  assert.equal(heard.length, 1)
  assert.equal(ca.current().certificate, heard[0])
})

test('an address that comes is in the certificate within a minute, one that the CA may not sign for is told', async (t) => {
  const { open, clock, addresses, codes } = stage(t)
  addresses.push('192.168.1.10')
  const ca = open()
  const has = (address: string) => leafOf(ca.current()).checkIP(address) !== undefined
  assert.ok(has('192.168.1.10'))
  addresses.splice(1, 1)
  await clock.advance(60_000)
  assert.ok(!has('192.168.1.10') && has('192.168.1.9'))
  addresses.push('192.168.1.10', '10.0.0.7')
  await clock.advance(60_000)
  assert.ok(has('192.168.1.10') && !has('10.0.0.7'))
  await clock.advance(60_000)
  assert.deepEqual(codes(), ['OWN_CA_OUTGROWN'])
  const { fingerprint } = ca.replace()
  assert.equal(ca.shown().fingerprint, fingerprint)
  assert.ok(has('10.0.0.7'))
  assert.deepEqual(codes(), [])
})

test('a clock that was wrong at the first start heals: in 1970, a year ahead, a year behind', async (t) => {
  const right = Date.parse('2026-04-01T09:00:00+09:00')
  for (const wrong of [0, right + 365 * DAY, right - 365 * DAY, right + 11 * 365 * DAY]) {
    const { folder, open } = stage(t)
    const before = open(new FakeClock(wrong))
    await before.close()
    const healed = open(new FakeClock(right))
    assert.equal(healed.shown().fingerprint, before.shown().fingerprint, 'the CA stays')
    const at = ['-attime', String(right / 1_000)]
    const { certificate } = healed.current()
    assert.equal(judged(folder, healed.shown().certificate, certificate, ...at), '', String(wrong))
  }
})

test('a CA that ends is told a year ahead and never replaced by itself', async (t) => {
  const { open, codes, clock } = stage(t)
  const ca = open()
  const { fingerprint, notAfter } = ca.shown()
  await ca.close()
  const late = new FakeClock(notAfter - 300 * DAY)
  const then = open(late)
  assert.equal(then.shown().fingerprint, fingerprint)
  assert.ok(leafOf(then.current()).validToDate.getTime() <= notAfter)
  assert.deepEqual(codes(), ['OWN_CA_ENDING'])
  await clock.advance(0)
  assert.ok(caSpan(clock.now()).notAfter - clock.now() > 3_650 * DAY)
})

test('renewal is shown to the next connection and drops none that is open', async (t) => {
  const { open, addresses } = stage(t)
  addresses.splice(0)
  const ca = open()
  const settings = { address: '127.0.0.1:0', allow: [], hosts: [] }
  const listener = await openListener(
    { ...settings, tls: { ...ca.current(), onChange: ca.onChange } },
    (_request, response) => response.end('served'),
    defaultLimits,
  )
  t.after(() => listener.close())
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1, ca: ca.shown().certificate })
  t.after(() => agent.destroy())
  const ask = () => {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    https
      .get(listener.url, { agent }, (response) => {
        const { socket } = response
        const shown = socket instanceof tls.TLSSocket ? socket.getPeerCertificate() : undefined
        response.resume().once('end', () => resolve(shown?.fingerprint256 ?? ''))
      })
      .once('error', reject)
    return promise
  }
  const first = await ask()
  addresses.push('192.168.1.77')
  const next = ca.replace()
  assert.equal(await ask(), first, 'the open connection goes on')
  const fresh = new https.Agent({ ca: next.certificate })
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  https
    .get(listener.url, { agent: fresh }, (response) => {
      response.resume().once('end', () => resolve('served'))
    })
    .once('error', reject)
  assert.equal(await promise, 'served', 'a new one is shown the new certificate')
})

test('a damaged CA is a fault that names the file, a damaged server certificate is made anew', async (t) => {
  const { folder, open } = stage(t)
  const ca = open()
  await ca.close()
  writeFileSync(join(folder, 'ca', 'server.json'), '{"key":"x"')
  assert.notEqual(open().current().certificate, ca.current().certificate)
  writeFileSync(caFile(join(folder, 'ca')), '{}')
  assert.throws(open, { code: 'OWN_CA_UNUSABLE', facts: { file: caFile(join(folder, 'ca')) } })
})

test('addresses are written as they go on the wire, and a subdomain is within its domain', () => {
  const hex = (address: string) => Buffer.from(addressBytes(address)).toString('hex')
  assert.equal(hex('192.0.2.1'), 'c0000201')
  assert.equal(hex('::1'), `${'0'.repeat(31)}1`)
  assert.equal(hex('fd00:a::2:3'), 'fd00000a000000000000000000020003')
  assert.equal(hex('::ffff:192.0.2.1'), '00000000000000000000ffffc0000201')
  const permitted = { names: ['box'], addresses: ['192.0.2.1'] }
  const wanted = { names: ['box', 'a.box', 'abox'], addresses: ['192.0.2.1', '192.0.2.2'] }
  assert.deepEqual(withinOf(wanted, permitted).outside, ['abox', '192.0.2.2'])
  const hosts = ['Onshi.Lan:8480', '[fd00::1]:8480', '10.0.0.1:8480']
  const listener = { host: 'fe80::1%eth0', loopback: false, wildcard: false, hosts }
  assert.deepEqual(subjectsOf([listener], ['1.2.3.4']), {
    names: ['onshi.lan'],
    addresses: ['10.0.0.1', 'fd00::1', 'fe80::1'],
  })
})
