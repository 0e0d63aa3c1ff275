import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { stringify } from 'smol-toml'
import { AgentError } from '../../agent/kernel/errors.ts'
import { formatConfigFault } from '../../config/fault.ts'
import { checkConfig } from '../../config/load.ts'
import { clinicFolder, writeConfig } from './clinic.ts'

const plain = (): Record<string, Record<string, unknown> | unknown[]> => ({
  institution: { code: '1312345678' },
  store: { key_file: 'store.key' },
  control: {},
  listen: [{ address: '127.0.0.1:8480' }],
  monitor_from: [],
  lines: [{ name: 'ngn', kind: 'ip-vpn', gateway: 'https://[fd00::1]:8443' }],
  gateway: {
    certificate_file: 'clinic.p12',
    passphrase_file: 'clinic.p12.pass',
    ca_file: 'gateway-ca.pem',
  },
  readers: [{ name: 'desk-1', driver: 'pcsc' }],
  taps: {},
  log: {},
})

const value = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.double({ noNaN: true }),
  fc.boolean(),
  fc.array(fc.string(), { maxLength: 3 }),
  fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }),
  fc.array(fc.dictionary(fc.string(), fc.integer(), { maxKeys: 3 }), { maxLength: 3 }),
  fc.constantFrom('127.0.0.1:0', '[::]:1', '::/0', 'https://[::1]', 'credential:x', '/dev/null'),
)
const tables = Object.keys(plain())
const keys = [
  ...['code', 'path', 'key_file', 'socket', 'address', 'allow', 'tls', 'hosts', 'insecure_lan'],
  ...['name', 'kind', 'gateway', 'source_address', 'driver', 'options', 'level', 'protocol'],
  ...['simulator', 'ca_file', 'timeout_ms', 'charset', 'account', 'constructor', 'lapse_seconds'],
]

/** The configuration that runs, or the fault that says why not; a bug comes through. */
function judged(path: string) {
  try {
    return checkConfig(path, {})
  } catch (error) {
    if (error instanceof AgentError) return error
    throw error
  }
}

test('any value under any key is accepted or refused by name, and never crashes', (t) => {
  const folder = clinicFolder(t)
  let refusals = 0
  fc.assert(
    fc.property(
      fc.constantFrom(...tables),
      fc.constantFrom(...keys),
      value,
      (table, key, given) => {
        const config = plain()
        const home = config[table]
        const target = Array.isArray(home) ? home[0] : home
        if (typeof target === 'object' && target !== null) Object.assign(target, { [key]: given })
        const outcome = judged(writeConfig(folder, stringify(config)))
        if (!(outcome instanceof AgentError)) return
        refusals += 1
        assert.ok(outcome.mistakes.length > 0)
        assert.match(formatConfigFault(outcome), /found .*; (write|run) ./)
      },
    ),
    { numRuns: 400 },
  )
  assert.ok(refusals > 50, `${refusals} refusals`)
})

test('any value in place of a table is refused by name, and never crashes', (t) => {
  const folder = clinicFolder(t)
  fc.assert(
    fc.property(fc.constantFrom(...tables), value, (table, given) => {
      const outcome = judged(writeConfig(folder, stringify({ ...plain(), [table]: given })))
      if (outcome instanceof AgentError) assert.ok(outcome.mistakes.length > 0)
    }),
    { numRuns: 200 },
  )
})

test('any bytes are refused, and never crash', (t) => {
  const folder = clinicFolder(t)
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), fc.string().map(Buffer.from)), (bytes) => {
      const outcome = judged(writeConfig(folder, bytes))
      assert.ok(outcome instanceof AgentError)
    }),
    { numRuns: 200 },
  )
})
