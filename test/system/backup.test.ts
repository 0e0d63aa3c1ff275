import assert from 'node:assert/strict'
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { examineCopy } from '../../agent/store/copy.ts'
import { makeBed } from '../bed/agent.ts'
import { backUp, checkOf, loseMachine, makeBackups } from '../bed/backup.ts'
import { clientOf, eventually } from '../bed/client.ts'
import { addWebhook, faceOf, outboxTables } from '../bed/delivery.ts'
import { runCli } from '../bed/process.ts'
import { makeTerminalBed } from '../bed/terminal.ts'

const FIVE_MINUTES_MS = 300_000

test('a clinic whose machine is gone goes on from backup, recovery key and its certificate, and is told what is missing', async (t) => {
  const backups = await makeBackups(t)
  const bed = await makeBed(t, { tables: outboxTables + backups.tables })
  const token = await bed.addConsumer('receipt-computer')
  const agent = await bed.start()
  const client = clientOf(agent.url, token)
  await addWebhook(t, bed, { name: 'ehr', behave: () => ({ is: 'drop', takes: false }) })
  const before = await client.ask(faceOf('01'))
  const { cursor } = await client.events()
  assert.equal((await bed.cli('staff', 'add', '見本 花子', '--role', 'reception')).code, 0)

  const file = await backUp(bed, backups)
  assert.deepEqual(readdirSync(backups.folder), [file.split('/').at(-1)])
  assert.equal((await checkOf(client, 'BACKUP_KEPT'))?.status, 'pass')
  assert.equal((await checkOf(client, 'BACKUP_ONLY_HERE'))?.status, 'warn')
  assert.equal((await bed.cli('verify-backup', file)).code, 0)
  const lost = await client.ask(faceOf('02'))

  await agent.stop('SIGKILL')
  const pkcs12 = join(backups.folder, 'clinic.p12')
  copyFileSync(bed.files.clientPkcs12, pkcs12)
  const passphrase = bed.secretFile(readFileSync(bed.files.passphrase, 'utf8').trim())
  const { clientPkcs12, passphrase: passphraseFile, ca } = bed.files
  loseMachine(bed.configFile, clientPkcs12, passphraseFile, ca)
  const keyFile = bed.secretFile(backups.key.secret)
  const from = performance.now()
  const certificate = ['--certificate', pkcs12, '--passphrase-file', passphrase]
  const restored = await bed.cli('restore', file, '--key-file', keyFile, ...certificate)
  const tookMs = performance.now() - from
  t.diagnostic(`restored in ${Math.round(tookMs)} ms`)
  assert.equal(restored.code, 0, restored.stderr)
  assert.match(restored.stdout, /記録のない時間/)
  assert.ok(tookMs < FIVE_MINUTES_MS)

  const after = clientOf((await bed.start()).url, token)
  assert.equal((await after.get(`/v1/events?after=${cursor}`)).status, 410, 'another epoch')
  const kept = (await after.feed()).map(
    (item) => item.type === 'verification' && item.verification.id,
  )
  assert.deepEqual(kept, [before.id], `${lost.id} came after the backup`)
  const [gap] = [await checkOf(after, 'RESTORED_WITH_GAP')]
  assert.ok(Number(gap?.facts['seconds']) >= 0)
  const held = await checkOf(after, 'DELIVERY_BEFORE_RESTORE')
  assert.equal(held?.status, 'warn', 'what was on its way is not sent by itself')
  assert.match((await bed.cli('staff', 'list')).stdout, /見本 花子/)
  assert.equal((await after.ask(faceOf('02'))).outcome, 'valid')
  assert.equal((await bed.cli('restore', 'acknowledge')).code, 0)
  assert.equal(await checkOf(after, 'RESTORED_WITH_GAP'), undefined)
})

test('what the official folder still holds comes back by itself after a restore, and nothing comes twice', async (t) => {
  const backups = await makeBackups(t)
  const bed = await makeTerminalBed(t, { tables: backups.tables })
  const agent = await bed.start()
  const client = await bed.clientOf(agent)
  const seen = async (count: number) =>
    eventually(`${count} results`, async () => {
      const feed = await client.feed()
      return feed.length >= count ? feed : undefined
    })
  await bed.terminal.face('01')
  await seen(1)
  const file = await backUp(bed, backups)
  await bed.terminal.face('02')
  await seen(2)
  await agent.stop('SIGKILL')
  loseMachine(bed.configFile)
  const keyFile = join(backups.folder, 'key.txt')
  writeFileSync(keyFile, backups.key.secret)
  const restored = await bed.cli('restore', file, '--key-file', keyFile)
  assert.equal(restored.code, 0, restored.stderr)
  const again = await bed.start()
  const after = await bed.clientOf(again, 'ehr-2')
  await eventually('both results', async () => (await after.feed()).length >= 2 || undefined)
  await bed.terminal.face('05')
  const feed = await eventually('the next one', async () => {
    const items = await after.feed()
    return items.length >= 3 ? items : undefined
  })
  assert.equal(feed.length, 3)
})

const KILLS = 4

test('a restore that is killed at any moment leaves a whole store or none, and repeated it ends', async (t) => {
  const backups = await makeBackups(t)
  const bed = await makeBed(t, { tables: backups.tables })
  const token = await bed.addConsumer('receipt-computer')
  const agent = await bed.start()
  await clientOf(agent.url, token).ask(faceOf('01'))
  const file = await backUp(bed, backups)
  await agent.stop()
  const keyFile = bed.secretFile(backups.key.secret)
  const args = ['restore', file, '--key-file', keyFile, '--replace', '--config', bed.configFile]
  const path = join(bed.state, 'agent.db')
  const key = Buffer.from(bed.storeKey, 'hex')
  const from = performance.now()
  assert.equal((await runCli(args)).code, 0)
  const wholeMs = performance.now() - from
  let killed = 0
  for (let kill = 0; kill < KILLS; kill += 1) {
    // The first half is the start of Node; what matters is behind it.
    const afterMs = wholeMs * (0.5 + (0.5 * (kill + 0.5)) / KILLS)
    const { code } = await runCli(args, ['timeout', '-s', 'KILL', String(afterMs / 1_000)])
    if (code !== 0) killed += 1
    if (existsSync(path)) assert.deepEqual(examineCopy(path, key).wrong, [], `after ${afterMs} ms`)
    else assert.match((await runCli(['run', '--config', bed.configFile])).stderr, /E736/)
  }
  t.diagnostic(`${killed} of ${KILLS} were killed`)
  const last = await runCli(args)
  assert.equal(last.code, 0, last.stderr)
  const { url } = await bed.start()
  assert.equal((await clientOf(url, token).feed()).length, 1)
})
