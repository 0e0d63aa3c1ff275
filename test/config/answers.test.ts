import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { parse } from 'smol-toml'
import { answerAt, refusalOf, wholeAnswers, withAnswer } from '../../config/answer-one.ts'
import { answersShape } from '../../config/answers.ts'
import { readAnswers } from '../../config/answers-load.ts'
import { answersSchema } from '../../config/describe.ts'
import { formatConfigFault } from '../../config/fault.ts'
import { configOf } from '../../config/from-answers.ts'
import { loadConfig } from '../../config/load.ts'
import { isTable, keyPath, type Shape } from '../../config/shape.ts'
import { clinicFolder, faultOf, writeConfig } from './clinic.ts'

const example = readFileSync(new URL('../../config/setup.example.toml', import.meta.url), 'utf8')
const read = (t: TestContext, toml: string) => {
  const path = join(clinicFolder(t), 'answers.toml')
  writeFileSync(path, toml)
  return readAnswers(path)
}

test('the example is accepted as it stands, and its other half with the comments taken off', (t) => {
  const answers = read(t, example)
  assert.deepEqual([answers.way, answers.terminal?.user], ['terminal', 'onshi'])
  assert.match(answers.terminal?.password_file ?? '', /^\/.*share\.pass$/)
  const webApi = example
    .replace(/\[terminal\][\s\S]*?(?=# 3b)/, '')
    .replace('way = "terminal"', 'way = "web-api"')
    .split('\n')
    .map((line) => line.replace(/^# (?=\[|[A-Za-z_]+ = )/, ''))
    .map((line) => (/^(simulator|needed|folder|share) =/.test(line) ? '' : line))
    .join('\n')
  const { lines, account, certificate } = read(
    t,
    webApi.replace(/"…"/g, '"x"').replace(/\[backup\]\n/, '[backup]\n'),
  )
  assert.deepEqual([lines?.length, account?.kind], [1, 'web-api'])
  assert.match(certificate?.file ?? '', /clinic\.p12$/)
})

test('every key that setup knows is in the example, and editors know them too', () => {
  const missing = keysOf(answersShape, '').filter((key) => {
    const name = key.split('.').at(-1) ?? ''
    return !new RegExp(`\\b${name}\\b`).test(example)
  })
  assert.deepEqual(
    missing.filter((key) => !/^clinic\.hours|^first\.|readers/.test(key)),
    [],
  )
  const schema = readFileSync(new URL('../../config/setup.schema.json', import.meta.url), 'utf8')
  assert.equal(schema, answersSchema(), 'run: node config/describe.ts')
})

function keysOf(shape: Shape, at: string): string[] {
  const inside = shape.items?.properties ?? shape.properties ?? {}
  return Object.entries(inside).flatMap(([name, child]) => {
    const path = keyPath(at, name)
    return [path, ...keysOf(child, path)]
  })
}

const wrong: readonly (readonly [string, string, string, RegExp, string?])[] = [
  ['an unknown key', 'wai = "terminal"', 'wai', /write way if that is meant/],
  ['an unknown key of a table', '[terminal]\nshaer = "//a/b"', 'terminal.shaer', /terminal\.share/],
  ['a way that is none', 'way = "webapi"', 'way', /did you mean "web-api"/],
  [
    'a code with a digit too few',
    '[institution]\ncode = "131234567"',
    'institution.code',
    /ten digits/,
  ],
  ['a code of no prefecture', '[institution]\ncode = "4812345678"', 'institution.code', /01 to 47/],
  ['a code without quotes', '[institution]\ncode = 1312345678', 'institution.code', /in quotes/],
  [
    'a share as Windows writes it',
    `[terminal]\nshare = '\\\\HOST\\OQS'`,
    'terminal.share',
    /with slashes/,
  ],
  [
    'share and folder',
    '[terminal]\nshare = "//a/b"\nfolder = "/x"',
    'terminal.folder',
    /have it mounted/,
  ],
  [
    'a user that would end the credentials',
    '[terminal]\nuser = "a\\nb"',
    'terminal.user',
    /user name/,
  ],
  ['a day that is none', '[terminal]\ncertificate_expires = "2027-13-01"', 'line 2', /calendar/],
  [
    'a line beside the terminal',
    'way = "terminal"\n[[lines]]\nname = "a"\nkind = "ip-vpn"\ngateway = "https://[fd00::1]"',
    'lines',
    /way = "web-api"/,
  ],
  [
    'a terminal beside lines',
    'way = "web-api"\n[terminal]\nuser = "x"',
    'terminal',
    /no \[terminal\]/,
  ],
  [
    'a master account',
    '[account]\nkind = "master"',
    'account.kind',
    /resets every other account/,
    'ACCOUNT_NOT_FOR_PROGRAMS',
  ],
  [
    'a person’s account',
    '[account]\nkind = "general"',
    'account.kind',
    /Web API用アカウント/,
    'ACCOUNT_NOT_FOR_PROGRAMS',
  ],
  [
    'an id that reads like the master’s',
    '[account]\nkind = "web-api"\nuser = "CANARY-ＭＡＳＴＥＲ01"',
    'account.user',
    /resets every other/,
    'ACCOUNT_NOT_FOR_PROGRAMS',
  ],
  [
    'a source that is none',
    '[network]\nmonitor_from = ["192.168.1"]',
    'network.monitor_from[0]',
    /CIDR/,
  ],
  [
    'half of a certificate',
    '[network]\naddress = "192.168.1.10:8480"\ncertificate_file = "api.pem"',
    'network.key_file',
    /both|other/,
  ],
  [
    'a role that is none',
    '[[consumers]]\nname = "x"\nrole = "rececom"',
    'consumers[0].role',
    /one of/,
  ],
  [
    'two of one name',
    '[[consumers]]\nname = "x"\nrole = "ehr"\n[[consumers]]\nname = "x"\nrole = "ehr"',
    'consumers[1].name',
    /another name/,
  ],
  [
    'a sink without its URL',
    '[[consumers]]\nname = "x"\nrole = "ehr"\nsink = "orca"',
    'consumers[0].url',
    /URL/,
  ],
  [
    'a named host without its addresses',
    '[[consumers]]\nname = "x"\nrole = "ehr"\nsink = "fhir"\nurl = "http://ehr.lan/"',
    'consumers[0].networks',
    /where ehr\.lan may be/,
  ],
  [
    'a password in the file',
    '[terminal]\npassword = "CANARY"',
    'terminal.password',
    /password_file/,
  ],
  ['no TOML', 'way = terminal', 'line 1, column 7', /quotes/],
  [
    'a card face of another shape',
    '[first]\ninsurerNumber = 987654\ninsuredIdentificationNumber = "1"\nbirthdate = "x"',
    'first.insurerNumber',
    /not shown/,
  ],
]
for (const [name, toml, key, says, code = 'SETUP_ANSWERS_INVALID'] of wrong) {
  test(`${name} is refused by key, and says what to write`, (t) => {
    const fault = faultOf(() => read(t, `${toml}\n`))
    assert.equal(fault.code, code)
    assert.deepEqual(
      fault.mistakes.map(({ field }) => field),
      [key],
    )
    const printed = formatConfigFault(fault)
    assert.match(printed, says)
    assert.match(printed, /E7(16|21)/)
    assert.doesNotMatch(printed, /CANARY|987654/)
  })
}

test('a file that is not there, or no text, is a coded refusal', (t) => {
  assert.equal(faultOf(() => readAnswers('/nowhere/answers.toml')).code, 'SETUP_ANSWERS_INVALID')
  const path = join(clinicFolder(t), 'answers.toml')
  writeFileSync(path, Buffer.from([0xff, 0xfe, 0x00]))
  assert.equal(faultOf(() => readAnswers(path)).code, 'SETUP_ANSWERS_INVALID')
  assert.equal(faultOf(() => readAnswers('/dev/zero')).code, 'SETUP_ANSWERS_INVALID')
})

const RECIPIENT = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p'

test('the configuration that is made of answers is one that the agent takes', (t) => {
  const folder = clinicFolder(t)
  const places = {
    store: null,
    socket: null,
    storeKey: 'credential:store.key',
    backups: null,
    recipient: RECIPIENT,
    terminalRoot: '/srv/onshi-agent/terminal',
    certificate: 'credential:clinic.p12',
    passphrase: 'credential:clinic.p12.pass',
    ca: join(folder, 'gateway-ca.pem'),
    accountPassword: 'credential:gateway-account.pass',
    tlsCertificate: join(folder, 'api.pem'),
    tlsKey: 'credential:api.key',
  }
  const env = { CREDENTIALS_DIRECTORY: folder }
  const load = (toml: string) =>
    loadConfig(writeConfig(folder, configOf(read(t, toml), places)), env)
  const byTerminal = load(example)
  assert.equal(byTerminal.terminal?.root, '/srv/onshi-agent/terminal')
  assert.equal(byTerminal.terminal?.contact?.customer_id, 'CAF0000000000')
  assert.deepEqual(byTerminal.clinic.closed, ['2026-12-29'])
  const byLines = load(`way = "web-api"
[institution]
code = "1312345678"
[[lines]]
name = "ngn"
kind = "ip-vpn"
gateway = "https://[fd00::1]:8443"
application_accepted = true
line_auth_url = "https://www.lineauth.mnw"
[account]
kind = "web-api"
user = "clinic-api"
[network]
address = "192.168.1.10:8480"
allow = ["192.168.1.20"]
certificate_file = "api.pem"
key_file = "api.key"
[[consumers]]
name = "orca"
role = "receipt-computer"
sink = "orca"
url = "http://192.168.1.20:8000"
`)
  assert.deepEqual(
    byLines.listen.map(({ address }) => address),
    ['127.0.0.1:8480', '192.168.1.10:8480'],
  )
  assert.deepEqual(
    byLines.listen.map(({ own_ca }) => own_ca),
    [false, false],
    'the clinic’s own certificate is shown',
  )
  const open = load(`way = "terminal"
[institution]
code = "1312345678"
[terminal]
folder = "${folder}"
[network]
address = "192.168.1.10:8480"
allow = ["192.168.1.20"]
[backup]
target = "/mnt/backup"
`)
  assert.deepEqual(
    open.listen.map(({ own_ca }) => own_ca),
    [false, true],
    'without one, the agent’s own CA makes it',
  )
  assert.deepEqual([open.backup.recipient, open.backup.target], [RECIPIENT, '/mnt/backup'])
  assert.deepEqual(byLines.outbox.targets, [{ host: '192.168.1.20', networks: ['192.168.1.20'] }])
  assert.equal(byLines.gateway.account?.user, 'clinic-api')
})

test('answers come one by one; half a line is kept and none yet', () => {
  let draft = withAnswer({}, 'lines[0].name', 'ngn')
  assert.deepEqual(wholeAnswers(draft).lines, undefined)
  assert.equal(answerAt(draft, 'lines[0].name'), 'ngn')
  draft = withAnswer(draft, 'lines[0].kind', 'ip-vpn')
  draft = withAnswer(draft, 'lines[0].gateway', 'https://[fd00::1]')
  assert.equal(wholeAnswers(draft).lines?.[0]?.metered, false)
  assert.equal(refusalOf(draft, 'lines[0].gateway', 'http://x')?.field, '')
  assert.equal(refusalOf(draft, 'account.kind', 'master')?.code, 'ACCOUNT_NOT_FOR_PROGRAMS')
  assert.equal(refusalOf(draft, 'institution.code', '1312345678'), undefined)
  draft = withAnswer(draft, 'network.address', '192.168.1.10:8480')
  // Its key is asked for next.
  assert.equal(refusalOf(draft, 'network.certificate_file', 'api.pem'), undefined)
  const half = withAnswer(draft, 'first.insurerNumber', '06139992')
  assert.equal(wholeAnswers(half).first, undefined)
  assert.deepEqual(withAnswer(draft, 'lines[0].kind', undefined)['lines'], [
    { name: 'ngn', gateway: 'https://[fd00::1]' },
  ])
  assert.ok(isTable(parse(example)))
})
