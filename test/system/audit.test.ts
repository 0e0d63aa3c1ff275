import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { patientByNumber } from '../../agent/sim/patients.ts'
import { openStore } from '../../agent/store/store.ts'
import { makeBed, startBed } from '../bed/agent.ts'
import { clientOf, eventually } from '../bed/client.ts'
import { recordingLog } from '../fakes/log.ts'

const face = patientByNumber('01')?.cardFace ?? {}

/** So much is read while the disk is full; each read takes 200 to 300 bytes of the reserve. */
const READS = 400

test('on a full disk reads are still audited, in room that was taken before; with space it heals by itself', async (t) => {
  if (process.getuid?.() !== 0) return t.skip('needs root: mounts a small file system')
  // Before the bed's own end, which removes its folder.
  const mounted: string[] = []
  t.after(() => mounted.forEach((folder) => void execFileSync('umount', ['-l', folder])))
  const bed = await makeBed(t, { tables: '[audit]\nreserve_mib = 1\n' })
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', bed.state])
  mounted.push(bed.state)
  const agent = await bed.start()
  const client = clientOf(agent.url, await bed.addConsumer('receipt'))
  const monitor = clientOf(agent.url, await bed.addConsumer('monitor', 'it'))
  await client.ask(face)
  const codes = async () => {
    const { checks } = JSON.parse((await monitor.get('/health')).text)
    return Object.values<{ code: string }[]>(checks).flatMap((list) => list.map(({ code }) => code))
  }
  const ballast = join(bed.state, 'ballast')
  assert.throws(() => writeFileSync(ballast, Buffer.alloc(32 * 1024 * 1024, 1)), { code: 'ENOSPC' })

  const full = await client.post('/v1/verifications', face)
  assert.equal(full.status, 507, 'a question cannot be kept')
  for (let n = 0; n < READS; n += 1) assert.equal((await client.get('/v1/events')).status, 200)
  assert.ok((await codes()).includes('AUDIT_RESERVE_IN_USE'))
  assert.equal((await client.get('/v1/events')).status, 200, 'nobody is refused')

  rmSync(ballast)
  await eventually('the reserve free again', async () =>
    (await codes()).includes('AUDIT_RESERVE_IN_USE') ? undefined : true,
  )
  await client.ask(patientByNumber('02')?.cardFace ?? {})
  const verified = JSON.parse((await bed.cli('audit', 'verify', '--json')).stdout)
  assert.deepEqual(verified.faults, [])
  const day = new Date(Date.now() + 9 * 60 * 60_000).toISOString().slice(0, 10)
  const { stdout } = await bed.cli('audit', 'export', '--from', day, '--to', day)
  const reads = stdout.split('\r\n').filter((line) => line.includes('"events"'))
  assert.equal(reads.length, READS + 1, 'each of them is in the audit')
})

test('the inspector gets a file that says in Japanese who did what, and whether it is whole', async (t) => {
  const bed = await startBed(t)
  await bed.client.ask(face)
  const { items } = await bed.client.events()
  const [, name] = /"name":"([^"]+)"/.exec(JSON.stringify(items)) ?? []
  assert.ok(name, 'there is a patient to be silent about')
  const day = new Date(Date.now() + 9 * 60 * 60_000).toISOString().slice(0, 10)
  const out = join(bed.folder, 'audit.csv')
  const exported = async () => {
    rmSync(out, { force: true })
    const printed = await bed.cli('audit', 'export', '--from', day, '--to', day, '--out', out)
    assert.equal(printed.code, 0, printed.stderr)
    return readFileSync(out, 'utf8')
  }
  // A read is in the trail within a second.
  const text = await eventually('the read in the export', async () => {
    const now = await exported()
    return now.includes('"events"') ? now : undefined
  })
  assert.equal(text[0], '\ufeff')
  const lines = text.slice(1).split('\r\n').slice(0, -1)
  assert.match(lines[0] ?? '', /^"番号","日時（日本時間）","操作した人・システム"/)
  assert.ok(lines.some((line) => line.includes('"資格の照会","ask"')))
  assert.ok(lines.some((line) => line.includes('"照会結果の一覧の取得（連携）","events"')))
  assert.match(lines.at(-1) ?? '', /（出力の末尾）.*"end"/)
  assert.ok(!text.includes(name), 'nothing of a patient')
  const ok = await bed.cli('audit', 'verify')
  assert.equal(ok.code, 0)
  assert.match(ok.stdout, /^OK {2}/)

  await bed.agent.stop()
  const offline = await bed.cli('audit', 'verify')
  assert.equal(offline.code, 0, offline.stdout)
  const anchor = join(bed.state, 'agent.db.audit.anchor')
  writeFileSync(anchor, readFileSync(anchor, 'utf8').replace(/ head (\d+) /, ' head 7$1 '))
  const broken = await bed.cli('audit', 'verify')
  assert.equal(broken.code, 65)
  assert.match(broken.stdout, /^NG .*\n {4}anchor-changed: line 1/)
})

/** Of a size that no pipe takes at once. */
const MANY = 4_000
const CLI = fileURLToPath(new URL('../../agent/cli.ts', import.meta.url))

/** An export of so many records to a pipe that nobody has read from yet. */
async function startExport(t: TestContext) {
  const bed = await makeBed(t)
  const store = await openStore({
    path: join(bed.state, 'agent.db'),
    key: Buffer.from(bed.storeKey, 'hex'),
    clock: { now: () => Date.now() },
    log: recordingLog(),
    observe() {},
    onBug: (error) => {
      throw error
    },
  })
  for (let n = 1; n <= MANY; n += 1) await store.auditRead('c1', 'events', `${n}`)
  await store.close()
  const day = new Date(Date.now() + 9 * 60 * 60_000).toISOString().slice(0, 10)
  const words = ['audit', 'export', '--from', day, '--to', day, '--config', bed.configFile]
  const child = spawn(process.execPath, [CLI, ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
  const said: string[] = []
  child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text))
  const ended = once(child, 'close').then(() => ({ code: child.exitCode, stderr: said.join('') }))
  return { out: child.stdout, ended }
}

test('an export to a pipe waits for whoever reads it, and is whole', async (t) => {
  const { out, ended } = await startExport(t)
  const chunks: string[] = []
  for await (const chunk of out.setEncoding('utf8')) {
    chunks.push(chunk)
    for (let turn = 0; turn < 100; turn += 1) await setImmediate()
  }
  assert.deepEqual(await ended, { code: 0, stderr: '' })
  const lines = chunks.join('').split('\r\n').slice(0, -1)
  assert.equal(lines.filter((line) => line.includes('"events"')).length, MANY)
  assert.match(lines.at(-1) ?? '', /"end"/)
})

test('an export whose reader has seen enough ends without a word, and is no success', async (t) => {
  const { out, ended } = await startExport(t)
  await once(out, 'readable')
  out.destroy()
  assert.deepEqual(await ended, { code: 141, stderr: '' })
})
