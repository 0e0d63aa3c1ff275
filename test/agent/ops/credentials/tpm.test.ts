import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fallbacksIn } from '../../../../agent/ops/credentials/drop-in.ts'
import { systemdCreds } from '../../../../agent/ops/credentials/sealing.ts'
import { startSwtpm, whyNoSwtpm } from '../../../bed/swtpm.ts'
import { credentialsIn, folderOf } from './credentials-bed.ts'

const skip = whyNoSwtpm()
const SECRET = 'store-key-of-the-clinic'

/** With a TPM of one’s own, and a key of the machine that is not this machine’s. */
async function machine(t: TestContext) {
  const root = folderOf(t)
  const chip = join(root, 'chip')
  const to = join(root, 'opened')
  process.env['SYSTEMD_CREDENTIAL_SECRET'] = join(root, 'credential.secret')
  const { folder, credentials } = credentialsIn(root, systemdCreds)
  const withTpm = async <T>(work: () => T): Promise<T> => {
    const tpm = await startSwtpm(chip)
    process.env['SYSTEMD_TPM2_DEVICE'] = tpm.device
    try {
      return work()
    } finally {
      await tpm.close()
    }
  }
  /** What the unit does before the agent. */
  const openAll = () =>
    spawnSync('sh', ['systemd/open-credentials', folder, to], { encoding: 'utf8' })
  const opened = () => ({
    secret: readFileSync(join(to, 'store.key'), 'utf8'),
    report: readFileSync(join(to, 'report'), 'utf8'),
  })
  await withTpm(() => credentials.write('store.key', Buffer.from(SECRET), 'tpm2'))
  return { root, chip, folder, to, credentials, withTpm, openAll, opened }
}

test('what is sealed to the TPM is opened by it before the agent starts', { skip }, async (t) => {
  const { folder, to, withTpm, openAll, opened } = await machine(t)
  for (const name of ['store.key.tpm', 'store.key.cred'])
    assert.ok(!readFileSync(join(folder, name), 'latin1').includes(SECRET))
  const { status, stderr } = await withTpm(openAll)
  assert.equal(status, 0, stderr)
  assert.deepEqual(opened(), { secret: SECRET, report: 'tpm2 store.key\n' })
  assert.equal((statSync(join(to, 'store.key')).mode & 0o777).toString(8), '600')
})

test('gone, cleared or on another board: the agent starts from the copy, and it is told', {
  skip,
}, async (t) => {
  const { chip, withTpm, openAll, opened } = await machine(t)
  const fellBack = (status: number | null) => {
    assert.equal(status, 0)
    assert.equal(opened().secret, SECRET)
    assert.deepEqual(fallbacksIn(opened().report), ['store.key'])
  }
  fellBack(openAll().status)
  renameSync(chip, `${chip}.other`)
  fellBack((await withTpm(openAll)).status)
  rmSync(chip, { recursive: true })
  renameSync(`${chip}.other`, chip)
  assert.equal((await withTpm(openAll)).status, 0)
  assert.deepEqual(fallbacksIn(opened().report), [], 'the right one is back')
})

test('where neither opens it, nothing old is passed off as it', { skip }, async (t) => {
  const { folder, to, withTpm, openAll } = await machine(t)
  await withTpm(openAll)
  writeFileSync(join(folder, 'store.key.cred'), 'garbage')
  writeFileSync(join(folder, 'store.key.tpm'), 'garbage')
  assert.equal(openAll().status, 1)
  assert.throws(() => readFileSync(join(to, 'store.key')), { code: 'ENOENT' })
  assert.equal(readFileSync(join(to, 'report'), 'utf8'), 'none store.key\n')
})

test('without a TPM, sealing to one is refused in words, and sealing to the machine works', {
  skip,
}, (t) => {
  process.env['SYSTEMD_TPM2_DEVICE'] = 'swtpm:path=/nowhere'
  const root = folderOf(t)
  process.env['SYSTEMD_CREDENTIAL_SECRET'] = join(root, 'credential.secret')
  const { credentials } = credentialsIn(root, systemdCreds)
  const seal = () => credentials.write('store.key', Buffer.from(SECRET), 'tpm2')
  assert.throws(seal, { code: 'CREDENTIAL_UNSEALABLE' })
  credentials.write('store.key', Buffer.from(SECRET), 'host')
  assert.equal(credentials.read('store.key').toString(), SECRET)
})
