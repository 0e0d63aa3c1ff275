import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { backupOf } from '../../agent/backup.ts'
import { patientByNumber } from '../../agent/sim/patients.ts'
import { openDatabase } from '../../agent/store/database.ts'
import { loadConfig } from '../../config/load.ts'
import { type Bed, startBed } from '../bed/agent.ts'
import { clientOf } from '../bed/client.ts'

const face = patientByNumber('01')?.cardFace ?? {}
const keyFileOf = ({ configFile }: Bed) => loadConfig(configFile).store.key_file

test('a vendor rotates the key of a stopped agent; consumers go on where they were', async (t) => {
  const bed = await startBed(t)
  const { id } = await bed.client.ask(face)
  const { cursor } = await bed.client.events()
  const before = readFileSync(keyFileOf(bed))
  const refused = await bed.cli('key', 'rotate')
  assert.equal(refused.code, 69)
  assert.match(refused.stderr, /STORE_IN_USE/)
  assert.deepEqual(readFileSync(keyFileOf(bed)), before)

  await bed.agent.stop()
  const rotated = await bed.cli('key', 'rotate')
  assert.equal(rotated.code, 0, rotated.stderr)
  assert.match(rotated.stdout, /new key[\s\S]*鍵を交換しました/)
  assert.notDeepEqual(readFileSync(keyFileOf(bed)), before)
  const client = clientOf((await bed.start()).url, bed.token)
  assert.equal((await client.verification(id)).outcome, 'valid')
  assert.deepEqual((await client.events(`?after=${cursor}`)).items, [])
  assert.equal((await client.health()).status === 'fail', false)
})

/** The kernel kills it in its n-th call of these: before all is on disk, and between database and key. */
const KILLS = ['fsync:signal=KILL:when=6', 'rename:signal=KILL:when=2'] as const

test('killed by SIGKILL on its way, the agent starts and has everything', async (t) => {
  const bed = await startBed(t)
  const { id } = await bed.client.ask(face)
  await bed.agent.stop()
  const open: boolean[] = []
  for (const kill of KILLS) {
    const traced = ['-f', '-qq', '-o', '/dev/null', '-e', 'trace=rename,fsync', '-e']
    const command = [process.execPath, 'agent/cli.ts', 'key', 'rotate', '--config', bed.configFile]
    const child = spawn('strace', [...traced, `inject=${kill}`, ...command], { stdio: 'ignore' })
    await once(child, 'close')
    assert.notEqual(child.exitCode, 0, `it was not killed: ${kill}`)
    const agent = await bed.start()
    const client = clientOf(agent.url, bed.token)
    assert.equal((await client.verification(id)).outcome, 'valid', kill)
    open.push(JSON.stringify(await client.health()).includes('KEY_ROTATION_OPEN'))
    await agent.stop()
    assert.equal((await bed.cli('consumer', 'list')).code, 0, 'a command without the agent, too')
    const { path, key } = backupOf(loadConfig(bed.configFile), null).store
    openDatabase(path, key, 'read-only').close()
  }
  assert.deepEqual(open, [false, true], 'health tells which of them is to be brought to its end')
  assert.equal((await bed.cli('key', 'rotate')).code, 0)
  const left = readdirSync(bed.state).filter((name) => /next|rotation/.test(name))
  assert.deepEqual(left, [])
})
