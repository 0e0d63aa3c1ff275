import assert from 'node:assert/strict'
import { good } from './clinic.ts'

/** The good configuration with one text in place of another. */
export const swap = (from: string, to: string) => {
  assert.ok(good.includes(from), `the good configuration has ${from}`)
  return good.replace(from, to)
}
export const underGateway = (text: string) => swap('[gateway]\n', `[gateway]\n${text}\n`)
export const atTop = (text: string) => `${text}\n${good}`
export const lan = (more: string) =>
  swap('address = "127.0.0.1:8480"', `address = "192.168.1.10:8480"\n${more}`)
export const tls = 'tls = { certificate_file = "api.pem", key_file = "api.key" }'
export const oneLine = 'gateway = "https://[fd00::1]:8443"'

export interface Refusal {
  readonly name: string
  readonly toml: string
  readonly code?: string
  readonly key: string
  readonly says: readonly RegExp[]
}

/** Each with one mistake: where it is told, and what people read. */
export const refused: readonly Refusal[] = [
  {
    name: 'an institution code of nine digits',
    toml: swap('1312345678', '131234567'),
    key: 'institution.code',
    says: [/値の形が違います/, /"131234567"/, /ten digits/],
  },
  {
    name: 'an institution code without quotes',
    toml: swap('"1312345678"', '1312345678'),
    key: 'institution.code',
    says: [/値の種類が違います/, /the number 1312345678/, /in quotes/],
  },
  {
    name: 'an institution code without quotes that begins with zero',
    toml: swap('"1312345678"', '0112345678'),
    key: 'line 3, column 8',
    says: [/TOML の書き方/, /leading zero/, /in quotes/],
  },
  {
    name: 'a time of a job that no clock shows',
    toml: `${good}\n[jobs]\nappointments = "0 25 * * *"\n`,
    key: 'jobs.appointments',
    says: [/値の形が違います/, /25 for hour/, /minute hour day month weekday/],
  },
  {
    name: 'a time of a job with seconds',
    toml: `${good}\n[jobs]\nroster = "0 0 20 * * *"\n`,
    key: 'jobs.roster',
    says: [/値の形が違います/, /minute hour day month weekday/],
  },
  {
    name: 'the public half of a recovery key with a wrong letter',
    toml: `${good}\n[backup]\nrecipient = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8q"\n`,
    key: 'backup.recipient',
    says: [/違う文字/, /checksum/, /backup recovery-key/],
  },
  {
    name: 'a missing key',
    toml: swap('passphrase_file = "clinic.p12.pass"', ''),
    key: 'gateway.passphrase_file',
    says: [/必要な項目がありません/, /found nothing/, /name of a file/],
  },
  {
    name: 'a key file that is empty text',
    toml: swap('"store.key"', '""'),
    key: 'store.key_file',
    says: [/値の形が違います/, /not shown/],
  },
  {
    name: 'a folder whose name would be a line more in a unit of systemd',
    toml: `${good}\n[backup]\ntarget = "/mnt/usb\\nExecStartPre=+/bin/sh"\n`,
    key: 'backup.target',
    says: [/値の形が違います/, /name of a file/],
  },
  {
    name: 'a table in double brackets that is one table',
    toml: swap('[gateway]', '[[gateway]]'),
    key: 'gateway',
    says: [/an array of 1/, /\[gateway\], in single brackets/],
  },
  {
    name: 'lines in single brackets',
    toml: swap('[[lines]]', '[lines]'),
    key: 'lines',
    says: [/a table/, /\[\[lines\]\]/],
  },
  {
    name: 'no line',
    toml: `lines = []\n${good.replace(/\[\[lines\]\][^[]*\[fd00::1\]:8443"\n/, '')}`,
    key: 'lines',
    says: [/found no line; write tables, each under \[\[lines\]\]/],
  },
  {
    name: 'a time-out below its range',
    toml: underGateway('timeout_ms = 5'),
    key: 'gateway.timeout_ms',
    says: [/値が範囲の外/, /the number 5/, /from 100 to 120000/],
  },
  {
    name: 'a time-out in quotes',
    toml: underGateway('timeout_ms = "5000"'),
    key: 'gateway.timeout_ms',
    says: [/値の種類/, /the text "5000"/, /without quotes/],
  },
  {
    name: 'a time-out that is no whole number',
    toml: underGateway('timeout_ms = 1000.5'),
    key: 'gateway.timeout_ms',
    says: [/the number 1000.5/, /a whole number/],
  },
  {
    name: 'more sessions than the official side accepts',
    toml: underGateway('sessions = 21'),
    key: 'gateway.sessions',
    says: [/from 1 to 20/],
  },
  {
    name: 'a charset by another name',
    toml: underGateway('charset = "shift-jis"'),
    key: 'gateway.charset',
    says: [/使えない値/, /"UTF-8", "Shift_JIS"/, /did you mean "Shift_JIS"/],
  },
  {
    name: 'a yes that is no boolean',
    toml: underGateway('simulator = "yes"'),
    key: 'gateway.simulator',
    says: [/true or false/],
  },
  {
    name: 'a mistyped key',
    toml: underGateway('timeuot_ms = 5000'),
    key: 'gateway.timeuot_ms',
    says: [/知らない項目/, /gateway\.timeout_ms/],
  },
  {
    name: 'a key in camelCase',
    toml: underGateway('timeoutMs = 5000'),
    key: 'gateway.timeoutMs',
    says: [/gateway\.timeout_ms/],
  },
  {
    name: 'a key in the wrong table',
    toml: atTop('query_path = "/x"'),
    key: 'query_path',
    says: [/gateway\.protocol\.query_path/],
  },
  {
    name: 'a secret in place of the file that holds it',
    toml: underGateway('passphrase = "x"'),
    key: 'gateway.passphrase',
    says: [/gateway\.passphrase_file/],
  },
  {
    name: 'a key that is like no other',
    toml: underGateway('banana = 1'),
    key: 'gateway.banana',
    says: [/only known keys here: via, /],
  },
  {
    name: 'a key that every object inherits',
    toml: underGateway('toString = 1'),
    key: 'gateway.toString',
    says: [/知らない項目/],
  },
  {
    name: 'a driver that there is not',
    toml: swap('driver = "pcsc"', 'driver = "pcs"'),
    key: 'readers[0].driver',
    says: [/"pcs"/, /did you mean "pcsc"/],
  },
  {
    name: 'a reader without a driver',
    toml: swap('driver = "pcsc"', ''),
    key: 'readers[0].driver',
    says: [/必要な項目/, /"pcsc"/],
  },
  {
    name: 'an option that the driver does not have',
    toml: `${good}options = { raeder = "x" }\n`,
    key: 'readers[0].options.raeder',
    says: [/readers\[0\]\.options\.reader/],
  },
  {
    name: 'an option that only the driver’s own schema can refuse',
    toml: `${good}options = { reader = "${'x'.repeat(200)}" }\n`,
    key: 'readers[0].options.reader',
    says: [/128/],
  },
  {
    name: 'two readers of one name',
    toml: `${good}[[readers]]\nname = "desk-1"\ndriver = "pcsc"\n`,
    key: 'readers[1].name',
    says: [/同じ名前/, /readers\[0\]/],
  },
  {
    name: 'a header that the agent sets',
    toml: `${good}[gateway.protocol.extra_headers]\nHost = "x"\n`,
    key: 'gateway.protocol.extra_headers.Host',
    says: [/使えない名前/],
  },
  {
    name: 'a header with a line break',
    toml: `${good}[gateway.protocol.extra_headers]\nX-A = "x\\r\\nHost: y"\n`,
    key: 'gateway.protocol.extra_headers.X-A',
    says: [/printable ASCII/, /not shown/],
  },
  {
    name: 'a FHIR header that the agent sets',
    toml: `${good}[outbox.fhir.extra_headers]\nContent-Length = "1"\n`,
    key: 'outbox.fhir.extra_headers.Content-Length',
    says: [/使えない名前/, /that the agent sets/],
  },
  {
    name: 'a FHIR header that guards a write',
    toml: `${good}[outbox.fhir.extra_headers]\nIf-Match = "*"\n`,
    key: 'outbox.fhir.extra_headers.If-Match',
    says: [/使えない名前/],
  },
  {
    name: 'a FHIR header whose name is none',
    toml: `${good}[outbox.fhir.extra_headers]\n"X Key" = "1"\n`,
    key: 'outbox.fhir.extra_headers."X Key"',
    says: [/使えない名前/, /letters, digits and hyphens/],
  },
  {
    name: 'a key written twice',
    toml: swap('code = "1312345678"', 'code = "1312345678"\ncode = "1312345678"'),
    key: 'line 4, column 1',
    says: [/redefine/, /once/],
  },
  {
    name: 'a text without quotes',
    toml: swap('"ip-vpn"', 'ip-vpn'),
    key: 'line 13, column 8',
    says: [/in quotes/],
  },
  {
    name: 'a credential outside systemd',
    toml: swap('"store.key"', '"credential:store.key"'),
    key: 'store.key_file',
    says: [/CREDENTIALS_DIRECTORY is not set/, /LoadCredential=store\.key:FILE/],
  },
  {
    name: 'a credential that leaves its folder',
    toml: swap('"store.key"', '"credential:../store.key"'),
    key: 'store.key_file',
    says: [/unusable name/],
  },
]
