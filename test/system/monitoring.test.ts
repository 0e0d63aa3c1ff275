import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { catalogue } from '../../agent/ops/metrics/catalogue.ts'
import { makeBed } from '../bed/agent.ts'
import { clientOf, eventually } from '../bed/client.ts'
import { addWebhook, faceOf, outboxTables } from '../bed/delivery.ts'
import { alertRules, dashboardQueries } from '../bed/monitoring.ts'
import { noPrometheus, promtool, startPrometheus } from '../bed/prometheus.ts'

/** DELIVERY_STUCK and DISK_FULL take a minute and half a minute to show: `ALERTS=all` waits for them. */
const isAll = process.env['ALERTS'] === 'all'

const canMount = () => {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-mount-'))
  const { status } = spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', folder])
  if (status === 0) spawnSync('umount', [folder])
  rmSync(folder, { recursive: true, force: true })
  return status === 0
}
const skip = noPrometheus || (canMount() ? false : 'needs root: the store gets a small disk')

/** A clinic with everything that can be watched, on a disk of 32 MiB; its gateway can lie about the date. */
async function place(t: TestContext) {
  const gatewayClock = { aheadMs: 0 }
  let disk = ''
  // Before those of the bed, which could not remove the folder of a mount.
  t.after(() => void spawnSync('umount', ['-l', disk]))
  const bin = mkdtempSync(join(tmpdir(), 'onshi-bin-'))
  writeFileSync(join(bin, 'timedatectl'), '#!/bin/sh\necho yes\n', { mode: 0o755 })
  const share = join(bin, 'share')
  for (const name of ['req', 'res', 'face']) mkdirSync(join(share, name), { recursive: true })
  const bed = await makeBed(t, {
    reader: 'sim',
    lines: ['ngn', 'ipsec'],
    pki: { client: 'ending' },
    gateway: { now: () => Date.now() + gatewayClock.aheadMs },
    tables: `${outboxTables}\n[terminal]\nroot = ${JSON.stringify(share)}\n`,
  })
  t.after(() => rmSync(bin, { recursive: true, force: true }))
  assert.equal(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', bed.state]).status, 0)
  disk = bed.state
  const { PATH = '' } = process.env
  process.env['PATH'] = `${bin}:${PATH}`
  const agent = await bed.start()
  process.env['PATH'] = PATH
  const client = clientOf(agent.url, await bed.addConsumer('receipt-computer'))
  const token = await bed.addConsumer('monitoring', 'it')
  const off = await addWebhook(t, bed, { name: 'emr' })
  return { bed, agent, client, token, off, gatewayClock }
}

test('Prometheus takes what a busy agent shows, and tells of what breaks', { skip }, async (t) => {
  const { bed, agent, client, token, off, gatewayClock } = await place(t)
  // A scrape that failed is bridged for a minute, which nobody waits for here.
  const rules = alertRules.replaceAll(/^(\s+for:) .*$/gm, '$1 0s')
  const prometheus = await startPrometheus(t, { url: agent.url, token, rules })
  await client.ask({ ...faceOf('01'), patientNumber: '00001' })
  await off.until(() => off.history().length === 1)
  await off.stop()
  for (const number of ['05', '06', '08'])
    await client.ask({ ...faceOf(number), patientNumber: `000${number}` })
  bed.gateway.behave({ mode: 'not-xml', times: 2 })
  await client.ask({ ...faceOf('14'), patientNumber: '00014' })
  await bed.card.tap({ kind: 'my-number', patient: '01' })
  await client.presentation(() => true)

  const fired: string[] = []
  const fires = async (name: string, code?: string) => {
    const isIt = (labels: Readonly<Record<string, string>>) =>
      code === undefined || labels['code'] === code
    const { number = '' } = await prometheus.fires(name, isIt)
    fired.push(`${name} ${number}`.trim())
  }
  await fires('OnshiCertificate', 'CERTIFICATE_EXPIRES_SOON')
  gatewayClock.aheadMs = -2 * 366 * 24 * 3_600_000
  await client.ask({ ...faceOf('05'), patientNumber: '00005' })
  await fires('OnshiClock', 'CLOCK_IMPLAUSIBLE')
  gatewayClock.aheadMs = 0
  await client.ask({ ...faceOf('05'), patientNumber: '00005' })
  await prometheus.clears('OnshiClock')
  await bed.relay('ngn').close()
  await bed.card.close()
  await fires('OnshiReader', 'READER_DOWN')
  await fires('OnshiLine')

  const filler = join(bed.state, 'filler')
  writeFileSync(filler, '')
  spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4k'])
  await client.post('/v1/verifications', faceOf('06'), { prefer: 'wait=0' })
  await fires('OnshiStore', 'STORE_FAILING')
  if (isAll) await fires('OnshiStore', 'DISK_FULL')
  if (isAll) await fires('OnshiDelivery', 'DELIVERY_STUCK')

  const { text } = await client.get('/metrics')
  await t.test('promtool finds nothing to say about the names and types of it', () => {
    const { status, said } = promtool(['check', 'metrics'], text)
    assert.equal(said, '')
    assert.equal(status, 0)
    assert.notEqual(promtool(['check', 'metrics'], 'x_total 1\n').said, '', 'the tool looks')
  })
  await t.test('everything in the catalogue was seen, but what this clinic has not', () => {
    const seen = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name))
    const absent = Object.keys(catalogue).filter((name) => !seen.has(name))
    assert.deepEqual(absent, [
      'onshi_agent_terminal_newest_file_timestamp_seconds',
      'onshi_agent_backup_last_success_timestamp_seconds',
    ])
  })
  await t.test('every query of the dashboard has an answer', async () => {
    const queries = dashboardQueries()
    assert.ok(queries.length > 40)
    const unseen = [
      '最新のファイル / Age of its newest file',
      'バックアップから / Since the backup',
    ]
    const emptyNow = async () => {
      const empty: string[] = []
      for (const { panel, query } of queries)
        if ((await prometheus.query(query)).length === 0) empty.push(panel)
      return empty
    }
    // What happened a moment ago has its rate with the second scrape after it.
    const empty = await eventually('an answer to each', async () => {
      const found = await emptyNow()
      return found.length <= unseen.length ? found : undefined
    })
    assert.deepEqual(empty, unseen)
    await assert.rejects(prometheus.query('sum('), /parse error/, 'a broken one is found')
  })
  rmSync(filler)
  await eventually(
    'the store',
    async () => (await client.get('/readyz')).status === 200 || undefined,
  )
  await agent.stop()
  await fires('OnshiAgentDown')
  t.diagnostic(`fired: ${fired.join(', ')}`)
})
