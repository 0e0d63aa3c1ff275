import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { nameOf, prune } from '../../../../agent/ops/backup/generations.ts'
import { protectNewest } from '../../../../agent/ops/backup/protect.ts'

/** nobody, as the agent’s user is one. */
const USER = 65_534

/** Whether a shell of the agent’s user can do it. */
const can = (script: string) =>
  spawnSync('sh', ['-c', script], { uid: USER, gid: USER }).status === 0

test('the newest backup cannot be changed, removed or renamed by who took over the agent, and goes in its time', async (t) => {
  if (process.getuid?.() !== 0) return t.skip('needs root')
  const state = mkdtempSync('/tmp/onshi-protect-')
  t.after(() => rmSync(state, { recursive: true, force: true }))
  const folder = join(state, 'backups')
  mkdirSync(folder)
  const at = Date.parse('2026-11-29T02:15:00+09:00')
  const put = (number: number) => {
    const path = join(folder, nameOf(number, at))
    writeFileSync(path, 'sealed')
    chmodSync(path, 0o400)
    chownSync(path, USER, USER)
    return path
  }
  for (const path of [state, folder]) chownSync(path, USER, USER)
  const first = put(1)
  assert.ok(can(`cp ${first} ${first}.copy && rm -f ${first}.copy`), 'the control: it is its own')
  assert.equal(protectNewest(folder).protected, nameOf(1, at))
  assert.ok(can(`cat ${first} > /dev/null`), 'it reads it')
  for (const attack of [
    `rm -f ${first}`,
    `mv ${first} ${folder}/x`,
    `chmod 600 ${first}`,
    `echo x > ${first}`,
    `echo x > ${folder}/y && mv ${folder}/y ${first}`,
  ])
    assert.ok(!can(attack), attack)
  rmSync(join(folder, 'y'), { force: true })
  const second = put(2)
  assert.deepEqual(protectNewest(folder), { protected: nameOf(2, at), released: 1 })
  assert.ok(!can(`rm -f ${second}`))
  assert.ok(can(`rm -f ${first}`), 'the one before it is the agent’s again')
  assert.equal(prune(folder, { keep: 1, from: 0, good: null }), 0)

  const victim = join(state, 'victim')
  writeFileSync(victim, '', { mode: 0o600 })
  symlinkSync(victim, join(folder, nameOf(3, at)))
  protectNewest(folder)
  assert.equal(statSync(victim).mode & 0o777, 0o600, 'a link leads root nowhere')
  symlinkSync(join(state, 'nowhere'), join(folder, nameOf(4, at)))
  execFileSync('mkfifo', [join(folder, nameOf(5, at))])
  assert.equal(protectNewest(folder).protected, nameOf(2, at), 'the newest that is a file')

  const other = join(state, 'other')
  mkdirSync(other, { mode: 0o755 })
  renameSync(folder, join(state, 'put-aside'))
  symlinkSync(other, folder)
  assert.throws(() => protectNewest(folder), { code: 'BACKUP_FAILED' })
  assert.equal(statSync(other).mode & 0o7777, 0o755, 'nor does the folder itself')
})
