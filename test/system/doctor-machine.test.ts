import assert from 'node:assert/strict'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Type } from 'typebox'
import { CheckShown } from '../../agent/ops/doctor/check.ts'
import { makeBed } from '../bed/agent.ts'
import { checked } from '../bed/client.ts'
import { type Printed, runCli } from '../bed/process.ts'
import { quickApt } from '../bed/quick-apt.ts'

quickApt()

const Data = Type.Object({ ok: Type.Boolean(), checks: Type.Array(CheckShown) })
/** What is red on a test machine for reasons of its own. */
const OF_THE_MACHINE = ['staff-administrator', 'clock-synchronised', 'disk-free']

function read({ stdout, stderr }: Printed) {
  assert.equal(stderr, '')
  const { checks } = checked(Data, JSON.parse(stdout))
  const of = (wanted: string) =>
    checks.filter(({ verdict, id }) => verdict === wanted && !OF_THE_MACHINE.includes(id))
  return {
    checks,
    red: of('ng').map(({ id }) => id),
    unseen: of('not-visible').map(({ id }) => id),
  }
}

test('doctor says what is wrong where nothing is set up, and where the configuration is refused', async (t) => {
  const bed = await makeBed(t)
  const missing = await runCli(['doctor', '--json', '--config', join(bed.folder, 'none.toml')])
  assert.equal(missing.code, 69)
  assert.deepEqual(read(missing).red, ['config', 'agent-answers'])
  const text = readFileSync(bed.configFile, 'utf8')
  writeFileSync(bed.configFile, text.replace('[store]', '[store]\ntimeout_mss = 5'))
  const { red, checks } = read(await bed.cli('doctor', '--json'))
  assert.deepEqual(red, ['config', 'agent-answers'])
  const config = checks.find(({ id }) => id === 'config')
  assert.partialDeepStrictEqual(config, { number: 'E202', facts: { field: 'store.timeout_mss' } })
  writeFileSync(bed.configFile, text)
  chmodSync(join(bed.folder, 'store.key'), 0o644)
  assert.deepEqual(read(await bed.cli('doctor', '--json')).red, [
    'permissions-secret',
    'agent-answers',
  ])
})

test('without an agent doctor opens the database itself, and leaves it as it was', async (t) => {
  const bed = await makeBed(t, { reader: 'sim' })
  await bed.addConsumer('receipt-computer')
  const path = join(bed.state, 'agent.db')
  const before = readFileSync(path)
  const { checks } = read(await bed.cli('doctor', '--json'))
  const of = (id: string) => checks.find((one) => one.id === id)
  assert.equal(of('store-integrity')?.verdict, 'ok')
  assert.partialDeepStrictEqual(of('consumer-polls')?.facts, { consumers: 1 })
  assert.deepEqual(readFileSync(path), before)
  const broken = Buffer.from(before)
  broken.fill(7, 8_192)
  writeFileSync(path, broken)
  const { red } = read(await bed.cli('doctor', '--json'))
  assert.ok(red.includes('store-opens') || red.includes('store-integrity'), red.join())
})

const notRoot =
  process.getuid?.() === 0 && existsSync('/usr/bin/setpriv') ? false : 'needs root and setpriv'

test('to an ordinary user much is not visible, and nothing of that is red', {
  skip: notRoot,
}, async (t) => {
  const bed = await makeBed(t)
  await bed.start()
  // The sources of the program itself are to be read by them.
  const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
  const printed = await runCli(['doctor', '--json', '--config', bed.configFile], nobody)
  const { red, unseen } = read(printed)
  assert.deepEqual([printed.code, red], [0, []])
  for (const id of ['config', 'agent-answers', 'store-opens', 'certificate-days', 'consumer-polls'])
    assert.ok(unseen.includes(id), id)
})
