import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { AgentError } from '../../agent/kernel/errors.ts'
import { openAll } from '../../agent/ops/credentials/opened.ts'
import type { Sealer } from '../../agent/ops/credentials/sealing.ts'
import { DROP_IN, setupCredentials } from '../../agent/setup-credentials.ts'
import { folderOf, labelling } from './ops/credentials/credentials-bed.ts'

const unable: Sealer = {
  seal: () => {
    throw new AgentError('CREDENTIAL_UNSEALABLE', 'there is no systemd-creds')
  },
  open: labelling.open,
}

function bed(t: TestContext) {
  const root = folderOf(t)
  const places = { folder: join(root, 'credentials'), units: join(root, 'units') }
  const dropIn = () => readFileSync(join(places.units, DROP_IN), 'utf8')
  return { root, places, dropIn, names: () => readdirSync(places.folder).sort() }
}

test('secrets are sealed to the machine unless the answers say otherwise, and go over when they do', (t) => {
  const { places, dropIn, names } = bed(t)
  const byDefault = setupCredentials(places, undefined, labelling)
  byDefault.put('store.key', Buffer.from('one'))
  assert.deepEqual(names(), ['store.key.cred'])
  assert.equal(byDefault.settle(), 'host')
  const byTpm = setupCredentials(places, 'tpm2', labelling)
  assert.equal(byTpm.settle(), 'tpm2')
  assert.deepEqual(names(), ['store.key.cred', 'store.key.tpm'])
  assert.match(dropIn(), /Wants=onshi-agent-credentials.service/)
  assert.equal(setupCredentials(places, 'none', labelling).settle(), 'none')
  assert.deepEqual(names(), ['store.key'])
  assert.match(dropIn(), /LoadCredential=store.key:/)
  assert.equal(Buffer.from(byTpm.read('store.key')).toString(), 'one')
  assert.equal(byTpm.reference('store.key'), 'credential:store.key')
})

test('where systemd cannot seal, they are files of root’s; a seal that was asked for is not left out', (t) => {
  const { places, names } = bed(t)
  setupCredentials(places, undefined, unable).put('store.key', Buffer.from('one'))
  assert.deepEqual(names(), ['store.key'])
  for (const wish of ['host', 'tpm2'] as const)
    assert.throws(() => setupCredentials(places, wish, unable).put('other', Buffer.from('x')), {
      code: 'CREDENTIAL_UNSEALABLE',
    })
  assert.deepEqual(names(), ['store.key'])
})

test('where no unit is handed them, the configuration names plain files', async (t) => {
  const { places, names } = bed(t)
  const alone = setupCredentials({ ...places, units: null }, undefined, labelling)
  alone.put('store.key', Buffer.from('one'))
  assert.deepEqual(names(), ['store.key'])
  assert.equal(alone.reference('store.key'), join(places.folder, 'store.key'))
  assert.equal(existsSync(places.units), false)
})

test('opened for a check they are for root alone, and gone afterwards, also after one that was killed', (t) => {
  const { root, places } = bed(t)
  const kept = {
    list: () => [{ name: 'store.key', sealing: 'host' as const }],
    read: () => Buffer.from('one'),
  }
  const left = openAll(kept, root)
  assert.equal(readFileSync(join(left.directory, 'store.key'), 'utf8'), 'one')
  assert.equal(statSync(left.directory).mode & 0o777, 0o700)
  assert.equal(statSync(join(left.directory, 'store.key')).mode & 0o777, 0o600)
  const dead = join(root, 'onshi-agent-opened-999999999')
  writeFileSync(dead, '')
  left.close()
  openAll(kept, root).close()
  assert.deepEqual(readdirSync(root), [], places.folder)
  const broken = { ...kept, read: () => assert.fail('cannot be opened') }
  assert.throws(() => openAll(broken, root), /cannot be opened/)
  assert.deepEqual(readdirSync(root), [])
})

test('opened secrets do not outlive a setup that is ended in between', (t) => {
  const { root } = bed(t)
  const module = new URL('../../agent/ops/credentials/opened.ts', import.meta.url)
  const script = `
    const { openAll } = await import('${module}')
    const kept = { list: () => [{ name: 'store.key' }], read: () => Buffer.from('one') }
    const { directory } = openAll(kept, '${root}')
    console.log(directory)
    process.exit(75)`
  const ended = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  })
  assert.deepEqual([ended.status, ended.stderr], [75, ''])
  assert.ok(ended.stdout.startsWith(join(root, 'onshi-agent-opened-')), ended.stdout)
  assert.deepEqual(readdirSync(root), [])
})
