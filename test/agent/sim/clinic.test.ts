import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { clinicToml, writeClinic } from '../../../agent/sim/clinic.ts'
import { makePki, pkiFiles, writePki } from '../../../agent/sim/pki.ts'
import { checkConfig } from '../../../config/load.ts'

function place(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'clinic "test" '))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

test('an invented clinic has a configuration that the agent takes, with every key it was given', (t) => {
  const folder = place(t)
  const file = writeClinic({
    folder,
    files: writePki(folder, makePki()),
    listen: '127.0.0.1:8481',
    lines: [
      { name: 'line-a', gateway: 'https://[::1]:1', source_address: '::1', metered: true },
      { name: 'line-b', gateway: 'https://127.0.0.1:2', dns_servers: ['127.0.0.53'] },
    ],
    gatewayKeys: 'sessions = 3',
    reader: { driver: 'sim', options: { port: 4 } },
    tables: '[failover]\nprove_seconds = 7\n',
  })
  const { store, lines, gateway, readers, failover, listen } = checkConfig(file)
  assert.equal(store.path, join(folder, 'agent.db'))
  assert.deepEqual(
    lines.map(({ name, kind, metered }) => [name, kind, metered]),
    [
      ['line-a', 'simulator', true],
      ['line-b', 'simulator', false],
    ],
  )
  assert.deepEqual(lines[1]?.dns_servers, ['127.0.0.53'])
  assert.equal(gateway.sessions, 3)
  assert.deepEqual(readers[0]?.options, { host: '127.0.0.1', port: 4 })
  assert.equal(failover.prove_seconds, 7)
  assert.equal(listen[0]?.address, '127.0.0.1:8481')
})

test('its secrets are for nobody else’s eyes, and stand only in their files', (t) => {
  const folder = place(t)
  const clinic = { folder, files: pkiFiles(folder), lines: [] }
  writeClinic(clinic, { storeKey: '0f'.repeat(32), password: 'CANARY-1' })
  for (const name of ['store.key', 'password'])
    assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name)
  assert.doesNotMatch(clinicToml(clinic), /CANARY-1|0f0f/)
})
