import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import https from 'node:https'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { chromium } from 'playwright-core'
import { makeServerCertificate } from '../../agent/ops/own-ca/certificate.ts'
import { readKept } from '../../agent/ops/own-ca/files.ts'
import { makeBed } from '../bed/agent.ts'
import { noBrowser } from '../bed/browser.ts'
import { jsonIn } from '../bed/consumer.ts'

const DAY = 24 * 3_600_000
const NAME = 'onshi.clinic.test'
const tables = `
[[listen]]
address = "127.0.0.1:0"
own_ca = true
hosts = ["${NAME}:8480"]
`

/** A running agent with a listener on its own CA, which a client has taken. */
async function trusted(t: TestContext) {
  const bed = await makeBed(t, { tables })
  const agent = await bed.start()
  const [secure = ''] = /https:\/\/[^" ]+/.exec(agent.output()) ?? []
  assert.notEqual(secure, '', agent.output())
  const response = await fetch(`${agent.url}/ca.crt`)
  assert.equal(response.headers.get('content-type'), 'application/x-x509-ca-cert')
  const der = Buffer.from(await response.arrayBuffer())
  const pem = await (await fetch(`${agent.url}/ca.crt?format=pem`)).text()
  const file = join(bed.folder, 'ca.crt')
  writeFileSync(file, pem)
  return { bed, agent, secure, port: new URL(secure).port, der, pem, file }
}

/** Not synchronously: some of the servers are this process's own. */
async function curl(...args: string[]) {
  const child = spawn('curl', ['-sS', '--max-time', '60', ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [[status], said] = await Promise.all([once(child, 'close'), text(child.stdout)])
  return { status, text: said }
}
const CANNOT_VERIFY = 60

/** A server with a certificate for a name that the CA may not sign for, made with its very key. */
async function stolenKey(t: TestContext, state: string, name: string) {
  const ca = readKept(join(state, 'ca', 'ca.json'))
  assert.ok(ca !== undefined)
  const span = { notBefore: Date.now() - DAY, notAfter: Date.now() + DAY }
  const { key, certificate } = makeServerCertificate(ca, { names: [name], addresses: [] }, span)
  const server = https.createServer({ key, cert: certificate }, (_request, response) => {
    response.end('stolen')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close().closeAllConnections())
  const address = server.address()
  return String(address !== null && typeof address === 'object' ? address.port : 0)
}

const noCurl = existsSync('/usr/bin/curl') ? false : 'needs curl'

test('curl that took the CA from /ca.crt is served over TLS, and trusts it for nothing else', {
  skip: noCurl,
}, async (t) => {
  const { bed, agent, secure, port, der, pem, file } = await trusted(t)
  const { fingerprint256 } = new X509Certificate(der)
  assert.equal(new X509Certificate(pem).fingerprint256, fingerprint256)
  const shown = jsonIn(await bed.cli('ca', 'show'))
  assert.ok(JSON.stringify(shown).includes(fingerprint256))
  const served = await curl('--cacert', file, '-w', '%{http_code}', `${secure}/livez`)
  assert.equal(served.status, 0)
  assert.match(served.text, /200$/)
  assert.equal((await curl(`${secure}/livez`)).status, CANNOT_VERIFY, 'without the CA')
  const hostile = await stolenKey(t, bed.state, 'bank.example')
  const at = ['--resolve', `bank.example:${hostile}:127.0.0.1`, `https://bank.example:${hostile}/`]
  assert.equal((await curl('--cacert', file, ...at)).status, CANNOT_VERIFY)
  assert.equal((await curl('-k', ...at)).text, 'stolen', 'the control: the server is there')
  const named = ['--resolve', `${NAME}:${port}:127.0.0.1`, `https://${NAME}:${port}/livez`]
  const other = await curl('--cacert', file, '-w', '%{http_code}', ...named)
  // The certificate holds; the Host check knows this name with the port of the configuration.
  assert.deepEqual([other.status, other.text.slice(-3)], [0, '421'])
  await agent.stop()
})

test('the page to print has the fingerprint in groups, the address and the steps; a restart keeps the CA, `ca new` makes another', async (t) => {
  const { bed, agent, der } = await trusted(t)
  const fingerprint = new X509Certificate(der).fingerprint256
  const { stdout } = await bed.cli('ca', 'show', '--print')
  const groups = fingerprint.replaceAll(':', '').match(/.{4}/g)?.join(' ') ?? ''
  for (const words of [groups, '信頼されたルート証明機関', `https://${NAME}:8480/ca.crt`, '<svg'])
    assert.ok(stdout.includes(words), words)
  await agent.stop()
  const asBefore = jsonIn(await bed.cli('ca', 'show'))
  assert.ok(JSON.stringify(asBefore).includes(fingerprint), 'also while nothing runs')
  const again = await bed.start()
  const taken = async () =>
    new X509Certificate(Buffer.from(await (await fetch(`${again.url}/ca.crt`)).arrayBuffer()))
  assert.equal((await taken()).fingerprint256, fingerprint)
  const { code, stdout: made } = await bed.cli('ca', 'new')
  assert.equal(code, 0)
  const next = (await taken()).fingerprint256
  assert.ok(next !== fingerprint && made.includes(next))
  const [secure = ''] = /https:\/\/[^" ]+/.exec(again.output()) ?? []
  const file = join(bed.folder, 'new.crt')
  writeFileSync(file, (await taken()).toString())
  assert.match((await curl('--cacert', file, '-w', '%{http_code}', `${secure}/livez`)).text, /200$/)
  await again.stop()
})

test('without own_ca there is no CA to take, and a configuration with both is refused', async (t) => {
  const bed = await makeBed(t)
  const agent = await bed.start()
  assert.equal((await fetch(`${agent.url}/ca.crt`)).status, 404)
  assert.ok(!existsSync(join(bed.state, 'ca')))
  await agent.stop()
  const both = `${readFileSync(bed.configFile, 'utf8')}
[[listen]]
address = "127.0.0.1:0"
own_ca = true
tls = { certificate_file = "${bed.files.ca}", key_file = "${bed.files.ca}" }
`
  writeFileSync(bed.configFile, both)
  const { code, stderr } = await bed.cli('run', '--check')
  assert.equal(code, 78)
  assert.match(stderr, /own_ca/)
})

const noDatabase = existsSync('/usr/bin/certutil')
  ? false
  : 'needs certutil (apt-get install libnss3-tools)'

test('Chromium that trusts the CA opens the desk without a warning, and refuses another site of the same CA', {
  skip: noBrowser || noDatabase,
}, async (t) => {
  const { bed, agent, secure, file } = await trusted(t)
  const home = join(bed.folder, 'home')
  const database = join(home, '.pki', 'nssdb')
  mkdirSync(database, { recursive: true })
  const certutil = (...args: string[]) =>
    execFileSync('certutil', ['-d', `sql:${database}`, ...args], { stdio: 'pipe' })
  certutil('-N', '--empty-password')
  certutil('-A', '-n', 'onshi', '-t', 'C,,', '-i', file)
  const hostile = await stolenKey(t, bed.state, 'bank.example')
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--host-resolver-rules=MAP bank.example 127.0.0.1'],
    env: { ...process.env, HOME: home },
  })
  t.after(() => browser.close())
  const page = await browser.newPage()
  const response = await page.goto(`${secure}/desk/`)
  assert.equal(response?.status(), 200)
  await assert.rejects(
    page.goto(`https://bank.example:${hostile}/`),
    /ERR_CERT_(INVALID|AUTHORITY)/,
  )
  await agent.stop()
})
