import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { AgentError } from '../../../../agent/kernel/errors.ts'
import { dropInOf, fallbacksIn } from '../../../../agent/ops/credentials/drop-in.ts'
import { keyHolderAt } from '../../../../agent/ops/credentials/key-holder.ts'
import type { Sealer } from '../../../../agent/ops/credentials/sealing.ts'
import { durableFiles } from '../../../../agent/store/durable-files.ts'
import { readStoreKey } from '../../../../config/files.ts'
import { credentialsIn, folderOf, labelling } from './credentials-bed.ts'

const parts = { sealer: labelling, files: durableFiles, readKey: readStoreKey }
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

test('a secret is a file of mode 0600 in a closed folder, and the unit gets it', (t) => {
  const { folder, dropIn, credentials } = credentialsIn(folderOf(t), labelling)
  credentials.write('clinic.p12.pass', Buffer.from('pass'), 'none')
  credentials.write('store.key', Buffer.from('key'), 'none')
  assert.equal(credentials.read('store.key').toString(), 'key')
  assert.deepEqual([modeOf(folder), modeOf(join(folder, 'store.key'))], ['700', '600'])
  assert.deepEqual(readFileSync(dropIn, 'utf8').split('\n').slice(1), [
    '[Service]',
    `LoadCredential=clinic.p12.pass:${folder}/clinic.p12.pass`,
    `LoadCredential=store.key:${folder}/store.key`,
    '',
  ])
  assert.equal(modeOf(dropIn), '644')
  credentials.remove('store.key')
  assert.deepEqual(credentials.list(), [{ name: 'clinic.p12.pass', sealing: 'none' }])
  assert.ok(!readFileSync(dropIn, 'utf8').includes('store.key'))
})

test('what a person put into the folder is handed to the unit too', (t) => {
  const { folder, dropIn, credentials } = credentialsIn(folderOf(t), labelling)
  credentials.handOver()
  assert.equal(existsSync(dropIn), false, 'there is nothing to hand over')
  credentials.write('store.key', Buffer.from('key'), 'host')
  writeFileSync(join(folder, 'api.key'), 'by hand', { mode: 0o600 })
  credentials.handOver()
  const lines = readFileSync(dropIn, 'utf8').split('\n')
  assert.ok(lines.includes(`LoadCredential=api.key:${folder}/api.key`))
  assert.ok(lines.includes(`LoadCredentialEncrypted=store.key:${folder}/store.key.cred`))
})

test('sealed anew, nothing of the form before is left', (t) => {
  const { folder, dropIn, credentials } = credentialsIn(folderOf(t), labelling)
  for (const [sealing, files] of [
    ['none', ['store.key']],
    ['tpm2', ['store.key.cred', 'store.key.tpm']],
    ['host', ['store.key.cred']],
    ['none', ['store.key']],
  ] as const) {
    credentials.write('store.key', Buffer.from('key'), sealing)
    assert.deepEqual(readdirSync(folder).sort(), files)
    assert.deepEqual(credentials.list(), [{ name: 'store.key', sealing }])
    assert.equal(credentials.read('store.key').toString(), 'key')
  }
  assert.ok(!readFileSync(dropIn, 'utf8').includes('Encrypted'))
})

test('the unit never has to open what the TPM sealed: another one does it before, or takes the copy', () => {
  const text = dropInOf(
    [
      { name: 'store.key', sealing: 'tpm2' },
      { name: 'clinic.p12', sealing: 'host' },
    ],
    '/c',
  )
  assert.deepEqual(text.split('\n').slice(1, -1), [
    '[Unit]',
    'Wants=onshi-agent-credentials.service',
    'After=onshi-agent-credentials.service',
    '[Service]',
    'LoadCredentialEncrypted=clinic.p12:/c/clinic.p12.cred',
    'LoadCredential=store.key:/run/onshi-agent-credentials/store.key',
    'LoadCredential=credentials.report:/run/onshi-agent-credentials/report',
  ])
})

test('what the TPM did not open is told by name', () => {
  assert.deepEqual(fallbacksIn('tpm2 clinic.p12\nhost store.key\nnone other\n'), ['store.key'])
  assert.deepEqual(fallbacksIn(''), [])
})

test('names that are paths, or endings of ours, are refused', (t) => {
  const { credentials } = credentialsIn(folderOf(t), labelling)
  for (const name of ['../etc/passwd', '..', 'a/b', '', 'x.cred', 'x.tpm', 'x.next', 'a b'])
    assert.throws(() => credentials.write(name, Buffer.from('x'), 'none'), {
      code: 'CREDENTIAL_UNWRITABLE',
    })
})

test('where it cannot be sealed, the old one stands', (t) => {
  const root = folderOf(t)
  credentialsIn(root, labelling).credentials.write('store.key', Buffer.from('old'), 'host')
  const broken: Sealer = {
    ...labelling,
    seal(name, secret, by) {
      if (by === 'tpm2') throw new AgentError('CREDENTIAL_UNSEALABLE', 'no TPM')
      return labelling.seal(name, secret, by)
    },
  }
  const { credentials } = credentialsIn(root, broken)
  const write = () => credentials.write('store.key', Buffer.from('new'), 'tpm2')
  assert.throws(write, { code: 'CREDENTIAL_UNSEALABLE' })
  assert.equal(credentials.read('store.key').toString(), 'old')
})

test('a full or closed disk is told as such, and the old one stands', (t) => {
  const root = folderOf(t)
  credentialsIn(root, labelling).credentials.write('store.key', Buffer.from('old'), 'none')
  const full = {
    ...durableFiles,
    write() {
      throw Object.assign(new Error('full'), { code: 'ENOSPC' })
    },
  }
  const { credentials } = credentialsIn(root, labelling, full)
  const write = () => credentials.write('store.key', Buffer.from('new'), 'none')
  assert.throws(write, { code: 'CREDENTIAL_UNWRITABLE' })
  assert.equal(credentials.read('store.key').toString(), 'old')
})

test('a sealed store key is rotated in all its forms', (t) => {
  const { folder, credentials } = credentialsIn(folderOf(t), labelling)
  credentials.write('store.key', Buffer.from('07'.repeat(32)), 'tpm2')
  const holder = keyHolderAt(join(folder, 'store.key'), parts)
  assert.deepEqual(holder.current(), Buffer.alloc(32, 7))
  assert.equal(holder.staged(), null)
  holder.stage(Buffer.alloc(32, 9))
  assert.deepEqual(holder.current(), Buffer.alloc(32, 7))
  assert.deepEqual(holder.staged(), Buffer.alloc(32, 9))
  assert.deepEqual(credentials.list(), [{ name: 'store.key', sealing: 'tpm2' }])
  holder.commit()
  assert.deepEqual(holder.current(), Buffer.alloc(32, 9))
  assert.deepEqual(readdirSync(folder).sort(), ['store.key.cred', 'store.key.tpm'])
  for (const [file, by] of [
    ['store.key.cred', 'host'],
    ['store.key.tpm', 'tpm2'],
  ] as const)
    assert.equal(
      readFileSync(join(folder, file), 'utf8').trim(),
      `${by} store.key ${'09'.repeat(32)}`,
    )
})

test('sealing that was killed half-way loses no key that is rotated before it is made again', (t) => {
  const { folder, credentials } = credentialsIn(folderOf(t), labelling)
  const [old, next] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
  credentials.write('store.key', Buffer.from(Buffer.from(old).toString('hex')), 'host')
  writeFileSync(join(folder, 'store.key'), Buffer.from(old).toString('hex'), { mode: 0o600 })
  const holder = keyHolderAt(join(folder, 'store.key'), parts)
  holder.stage(next)
  holder.commit()
  credentials.write('store.key', credentials.read('store.key'), 'host')
  assert.deepEqual(
    Buffer.from(keyHolderAt(join(folder, 'store.key'), parts).current()),
    Buffer.from(next),
  )
})

test('a key file that is not there is named', (t) => {
  const path = join(folderOf(t), 'store.key')
  assert.throws(() => keyHolderAt(path, parts), { code: 'SECRET_UNREADABLE' })
  writeFileSync(path, 'x')
  assert.throws(() => keyHolderAt(path, parts).current(), {
    code: 'SECRET_UNREADABLE',
  })
})
