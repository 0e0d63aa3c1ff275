import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { backupCommand } from '../../agent/backup-command.ts'
import { newRecoveryKey, readRecoveryKey } from '../../agent/ops/backup/recovery-key.ts'
import { recoveryPage } from '../../agent/ops/backup/recovery-page.ts'
import { verifyBackupCommand } from '../../agent/verify-backup-command.ts'
import { clinicFolder, good, writeConfig } from '../config/clinic.ts'

/** A clinic whose agent does not run. */
async function clinic(t: TestContext, hasKey = true) {
  const folder = clinicFolder(t)
  const key = await newRecoveryKey()
  const recipient = hasKey ? `recipient = "${key.recipient}"` : ''
  const config = writeConfig(
    folder,
    `${good.replace('[store]', '[store]\npath = "agent.db"')}
[control]
socket = "control.sock"
[backup]
folder = "backups"
${recipient}
`,
  )
  const at = (args: readonly string[]) => [...args, '--config', config]
  return {
    folder,
    key,
    run: (...args: string[]) => backupCommand(at(args)),
    verify: (...args: string[]) => verifyBackupCommand(at(args)),
  }
}

test('where no agent runs a backup is made all the same, brought to a stick, and verified with either key', async (t) => {
  const { folder, key, run, verify } = await clinic(t)
  const stick = join(folder, 'stick')
  mkdirSync(stick)
  const { name, copiedTo } = JSON.parse(await run('--to', stick))
  assert.equal(copiedTo, stick)
  assert.deepEqual(readdirSync(stick), [name])
  assert.equal(JSON.parse(await verify(join(stick, name))).whole, true)
  const paper = join(folder, 'paper.txt')
  writeFileSync(paper, recoveryPage(key, '2026-11-29'))
  assert.equal(JSON.parse(await verify(join(stick, name), '--key-file', paper)).whole, true)
  const other = join(folder, 'other.txt')
  await run('recovery-key', '--out', other)
  await assert.rejects(verify(join(stick, name), '--key-file', other), { code: 'BACKUP_KEY_WRONG' })
})

test('a recovery key is printed as a page that is itself a key file, and its public half goes into the configuration', async (t) => {
  const { folder, run } = await clinic(t)
  const page = await run('recovery-key')
  const [, recipient] = /recipient = "(age1\w+)"/.exec(page) ?? []
  assert.equal((await readRecoveryKey(page)).recipient, recipient)
  const out = join(folder, 'page.txt')
  const said = await run('recovery-key', '--out', out)
  assert.ok(!said.includes('AGE-SECRET'), 'in the file, and nowhere else')
  assert.equal(statSync(out).mode & 0o777, 0o600)
  assert.ok(readFileSync(out, 'utf8').includes('AGE-SECRET-KEY-1'))
})

test('without a recovery key no backup is made, and it is said how to get one', async (t) => {
  const { run } = await clinic(t, false)
  await assert.rejects(run(), { code: 'RECOVERY_KEY_MISSING' })
})

test('what is no command of backups is told how it goes', async (t) => {
  const { run, verify } = await clinic(t)
  for (const args of [['now'], ['recovery-key', '--to', 'x'], ['--out', 'x'], ['protect', 'x']])
    await assert.rejects(run(...args), {
      code: 'USAGE',
      message: /onshi-agent backup \[--to DIR\]/,
    })
  await assert.rejects(verify(), { code: 'USAGE', message: /verify-backup FILE/ })
  assert.match(await backupCommand(['--help']), /recovery-key/)
  assert.match(await verifyBackupCommand(['--help']), /for trial/)
})
