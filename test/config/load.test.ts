import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { formatConfigFault } from '../../config/fault.ts'
import { effectiveCardQueries } from '../../config/gateway.ts'
import { familyOfLine, lineCard } from '../../config/line-card.ts'
import { checkConfig, loadConfig } from '../../config/load.ts'
import { foldersOf } from '../../config/terminal.ts'
import { canary, clinicFolder, faultOf, good, writeConfig } from './clinic.ts'
import { lan, oneLine, refused, swap, tls, underGateway } from './refusals.ts'
import { refusedLines } from './refusals-lines.ts'
import { refusedListeners } from './refusals-listen.ts'
import { goodTerminal, refusedTerminal } from './refusals-terminal.ts'

for (const { name, toml, code = 'CONFIG_INVALID', key, says } of [
  ...refused,
  ...refusedListeners,
  ...refusedLines,
  ...refusedTerminal,
]) {
  test(`${name} is refused by key, with what was found and what to write`, (t) => {
    const path = writeConfig(clinicFolder(t), toml)
    const fault = faultOf(() => loadConfig(path, {}))
    assert.equal(fault.code, code)
    assert.deepEqual(
      fault.mistakes.map(({ field }) => field),
      [key],
    )
    const printed = formatConfigFault(fault)
    for (const each of [path, key, code, /found .*; write ./, ...says]) {
      if (typeof each === 'string') assert.ok(printed.includes(each), `${each} in ${printed}`)
      else assert.match(printed, each)
    }
  })
}

test('a clinic that asks through its terminal needs neither line nor certificate', (t) => {
  const folder = clinicFolder(t)
  const { terminal, gateway, lines } = loadConfig(writeConfig(folder, goodTerminal), {})
  assert.deepEqual([gateway.via, lines], ['terminal', []])
  assert.ok(terminal !== undefined)
  assert.deepEqual(foldersOf(terminal), {
    req: join(folder, 'oqs', 'req'),
    res: join(folder, 'oqs', 'res'),
    face: join(folder, 'oqs', 'face'),
  })
})

test('all mistakes are told at once, whatever part they are in', (t) => {
  const toml = lan('')
    .replace('1312345678', 'x')
    .replace('[gateway]\n', '[gateway]\ntimeout_ms = 1\nsessions = "4"\nbanana = 1\n')
    .replace('driver = "pcsc"', 'driver = "x"')
    .concat('[log]\nlevel = "loud"\n[taps]\nlapse_seconds = 1\n[gateway.account]\n')
    .concat('[nonsense]\n[store.x]\n[gateway.protocol]\nquery_path = "x"\n')
  const path = writeConfig(clinicFolder(t), toml)
  const fault = faultOf(() => loadConfig(path, {}))
  assert.equal(fault.code, 'CONFIG_INVALID')
  assert.deepEqual(fault.mistakes.map(({ field }) => field).toSorted(), [
    'gateway.account.password_file',
    'gateway.account.user',
    'gateway.banana',
    'gateway.protocol.query_path',
    'gateway.sessions',
    'gateway.timeout_ms',
    'institution.code',
    'listen[0].address',
    'log.level',
    'nonsense',
    'readers[0].driver',
    'store.x',
    'taps.lapse_seconds',
  ])
  for (const { field } of fault.mistakes) assert.ok(formatConfigFault(fault).includes(field))
})

test('an empty file is told every key that it needs', (t) => {
  const path = writeConfig(clinicFolder(t), '')
  const fault = faultOf(() => loadConfig(path, {}))
  assert.deepEqual(fault.mistakes.map(({ field }) => field).toSorted(), [
    'gateway.ca_file',
    'gateway.certificate_file',
    'gateway.passphrase_file',
    'institution.code',
    'lines',
    'store.key_file',
  ])
})

test('a file that is not there is named, with where to begin', (t) => {
  const path = join(clinicFolder(t), 'absent.toml')
  const fault = faultOf(() => loadConfig(path, {}))
  assert.equal(fault.code, 'CONFIG_UNREADABLE')
  const printed = formatConfigFault(fault)
  assert.match(printed, /absent\.toml: 設定ファイルを読めません。 \[E201 CONFIG_UNREADABLE\]/)
  assert.match(
    printed,
    /no such file; onshi-agent setup makes it, .* a copy of \/.*\/config\/agent\.example\.toml/,
  )
})

test('a folder in place of the file is named as one', (t) => {
  const fault = faultOf(() => loadConfig(clinicFolder(t), {}))
  assert.equal(fault.code, 'CONFIG_UNREADABLE')
  assert.match(fault.message, /a folder, no file/)
})

test('a file in Shift_JIS or UTF-16 is asked for in UTF-8; a byte order mark does no harm', (t) => {
  const folder = clinicFolder(t)
  for (const bytes of [Buffer.from([0x23, 0x83, 0x65]), Buffer.from(`\ufeff${good}`, 'utf16le')]) {
    const fault = faultOf(() => loadConfig(writeConfig(folder, bytes), {}))
    assert.match(formatConfigFault(fault), /saved as UTF-8/)
  }
  const marked = writeConfig(folder, `\ufeff${good.replaceAll('\n', '\r\n')}`)
  assert.equal(loadConfig(marked, {}).institution.code, '1312345678')
})

test('what stands in unknown keys, secret keys and broken lines is never repeated', (t) => {
  const folder = clinicFolder(t)
  for (const toml of [
    underGateway(`passphrase = "${canary}"`),
    underGateway(`account = { user = ["${canary}"], password_file = 1 }`),
    swap('"store.key"', `["${canary}"]`),
    swap('"store.key"', `"credential:${canary}/x"`),
    `${good}[gateway.protocol.extra_headers]\nX = "${canary}\\u00e9"\n`,
    underGateway(`passphrase = ${canary}`),
    swap(oneLine, `gateway = "https://user:${canary}@[fd00::1]"`),
  ]) {
    const fault = faultOf(() => loadConfig(writeConfig(folder, toml), {}))
    const all = `${formatConfigFault(fault)} ${fault.stack} ${JSON.stringify(fault.facts)}`
    assert.ok(!all.includes(canary), all)
    assert.equal(fault.cause, undefined)
  }
})

test('defaults are filled in, down to the options of a driver', (t) => {
  const folder = clinicFolder(t)
  const path = writeConfig(folder, good.replace(/\[\[listen\]\]\naddress.*\n/, ''))
  const config = loadConfig(path, {})
  assert.deepEqual(config.listen, [
    { address: '127.0.0.1:8480', insecure_lan: false, own_ca: false, hosts: [] },
  ])
  assert.deepEqual(config.readers, [
    { name: 'desk-1', driver: 'pcsc', options: { reader: '', usb: '' } },
  ])
  assert.equal(config.gateway.timeout_ms, 10_000)
  assert.equal(config.gateway.protocol.query_path, '/onshi/kakunin')
  assert.deepEqual(config.gateway.protocol.extra_headers, {})
  assert.deepEqual(config.taps, { lapse_seconds: 60 })
  assert.deepEqual(config.monitor_from, [])
  assert.equal(config.store.path, '/var/lib/onshi-agent/agent.db')
  assert.equal(config.control.socket, '/run/onshi-agent/control.sock')
})

test('several lines are accepted, the preferred one first', (t) => {
  const folder = clinicFolder(t)
  const more = `
[[lines]]
name = "ipsec"
kind = "ipsec"
gateway = "https://gateway.example"
interface = "wwan0"
prefix = "192.0.2.0/24"
dns_servers = ["192.0.2.53"]
metered = true
line_auth_url = "https://www.lineauth.mnw"
contact = { customer_id = "CAF1234567890", phone = "0120-000-000" }

[[lines]]
name = "plain"
kind = "ip-vpn"
gateway = "https://gateway.example:8443"

[failover]
application_probe_seconds = 300

[clinic]
hours = [{ days = ["mon"], from = "08:30", to = "24:00" }]
closed = ["2028-02-29"]
`
  const { lines, failover } = loadConfig(writeConfig(folder, good + more), {})
  assert.deepEqual(
    lines.map(({ name }) => name),
    ['ngn', 'ipsec', 'plain'],
  )
  assert.deepEqual(
    lines.map((line) => familyOfLine(line)),
    ['ipv6', 'ipv4', 'ipv6'],
  )
  assert.equal(failover.prove_seconds, 30)
  assert.deepEqual(lineCard(lines[1] ?? assert.fail()).contact, {
    customerId: 'CAF1234567890',
    router: null,
    carrier: null,
    phone: '0120-000-000',
    hours: null,
    lineAuthUrl: 'https://www.lineauth.mnw',
  })
})

test('the simulator’s application may be probed as often as one likes', (t) => {
  const toml = underGateway('simulator = true').concat(
    '[failover]\napplication_probe_seconds = 1\n',
  )
  const { failover } = loadConfig(writeConfig(clinicFolder(t), toml), {})
  assert.equal(failover.application_probe_seconds, 1)
})

test('relative file names start at the folder of the configuration', (t) => {
  const folder = clinicFolder(t)
  const config = loadConfig(writeConfig(folder, good), {})
  assert.equal(config.store.key_file, join(folder, 'store.key'))
  assert.equal(config.gateway.ca_file, join(folder, 'gateway-ca.pem'))
})

test('a credential is the file of that name in the credentials directory', (t) => {
  const folder = clinicFolder(t)
  const path = writeConfig(folder, swap('"store.key"', '"credential:store.key"'))
  const config = loadConfig(path, { CREDENTIALS_DIRECTORY: '/run/credentials/onshi' })
  assert.equal(config.store.key_file, '/run/credentials/onshi/store.key')
})

test('an address of the clinic’s network is accepted with allow and tls, or at the clinic’s risk', (t) => {
  const folder = clinicFolder(t)
  const guarded = lan(`allow = ["192.168.1.0/24", "fd00::/8"]\n${tls}`)
  assert.equal(loadConfig(writeConfig(folder, guarded), {}).listen[0]?.insecure_lan, false)
  const open = lan('insecure_lan = true')
  assert.equal(loadConfig(writeConfig(folder, open), {}).listen[0]?.insecure_lan, true)
  const practice = underGateway('simulator = true').replace(
    '"127.0.0.1:8480"',
    '"0.0.0.0:8480"\ninsecure_lan = true',
  )
  assert.equal(loadConfig(writeConfig(folder, practice), {}).listen[0]?.address, '0.0.0.0:8480')
})

test('card questions are on towards the simulator alone, unless the clinic says otherwise', () => {
  assert.equal(effectiveCardQueries({ simulator: true }), true)
  assert.equal(effectiveCardQueries({ simulator: false }), false)
  assert.equal(effectiveCardQueries({ simulator: true, card_queries: false }), false)
  assert.equal(effectiveCardQueries({ simulator: false, card_queries: true }), true)
})

test('the example and the five examples of the README are accepted as they stand', (t) => {
  const folder = clinicFolder(t)
  const read = (name: string) =>
    readFileSync(new URL(`../../config/${name}`, import.meta.url), 'utf8')
  const worked = [...read('README.md').matchAll(/```toml\n([\s\S]*?)```/g)]
  const examples = [read('agent.example.toml'), ...worked.map(([, toml = '']) => toml)]
  assert.equal(examples.length, 6)
  for (const toml of examples) {
    const config = checkConfig(writeConfig(folder, toml), { CREDENTIALS_DIRECTORY: folder })
    assert.equal(config.institution.code, '1312345678')
  }
})
