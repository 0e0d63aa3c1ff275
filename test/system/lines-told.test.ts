import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { LineList } from '../../agent/api/lines.ts'
import { startBed } from '../bed/agent.ts'
import { type Client, checked, clientOf, eventually } from '../bed/client.ts'

const line = async (client: Client, query = '') => {
  const { items } = checked(LineList, JSON.parse((await client.get(`/v1/lines${query}`)).text))
  return items[0] ?? assert.fail('no line')
}
const codes = async (client: Client) =>
  Object.values((await client.health()).checks)
    .flat()
    .map(({ code, componentId }) => `${code} ${componentId}`)

test('trouble 15: a running agent tells how a line is, tests it, and says when it is cut', async (t) => {
  const bed = await startBed(t)
  const { client } = bed
  const well = await line(client, '?test=true')
  assert.equal(well.standing, 'up')
  assert.equal(well.path?.fault, null)
  assert.ok(well.path?.steps.some(({ step, result }) => step === 'tls' && result === 'pass'))

  await bed.cutGateway()
  const cut = await eventually('the line to be down', async () => {
    const now = await line(client, '?test=true')
    return now.standing === 'down' && now.path?.fault !== null ? now : undefined
  })
  assert.match(cut.path?.fault?.number ?? '', /^E4/)
  await eventually('no line', async () =>
    (await codes(client)).some((code) => /^(NO_LINE|GATEWAY_UNREACHABLE)/.test(code))
      ? true
      : undefined,
  )
  await bed.restoreGateway()
  await eventually('the line to be well', async () => {
    const told = await codes(client)
    const isTold = told.some((code) => /LINE_DOWN|NO_LINE|GATEWAY_UNREACHABLE/.test(code))
    return isTold ? undefined : true
  })
  const page = await client.get('/v1/lines/sim-line/report')
  assert.match(page.text, /停止 {18}1 回/)
})

test('a line is held and released from the console', async (t) => {
  const bed = await startBed(t)
  const { client } = bed
  const held = await bed.cli('line', 'use', 'sim-line')
  assert.equal(held.code, 0, held.stderr)
  assert.ok((await codes(client)).includes('LINE_HELD_BY_HAND sim-line'))
  assert.equal((await line(client)).isHeldByHand, true)
  assert.equal((await bed.cli('line', 'release', 'sim-line')).code, 0)
  assert.ok(!(await codes(client)).includes('LINE_HELD_BY_HAND sim-line'))

  const unknown = await bed.cli('line', 'use', 'nowhere')
  assert.match(unknown.stderr, /NOT_FOUND/)
  const { stdout } = await bed.cli('line', 'report', 'sim-line', '--days', '1')
  assert.match(stdout, /回線品質報告書/)
})

test('trouble 18: works that were announced are told ahead, and a list that is not there too', async (t) => {
  const bed = await startBed(t, { tables: '[maintenance]\nfile = "maintenance.toml"\n' })
  assert.ok((await codes(bed.client)).includes('MAINTENANCE_FILE_INVALID maintenance'))
  const day = new Date(Date.now() + 3_600_000).toISOString()
  const later = new Date(Date.now() + 7_200_000).toISOString()
  writeFileSync(
    join(bed.folder, 'maintenance.toml'),
    `[[maintenance]]\nfrom = ${day}\nto = ${later}\ntitle = "定期メンテナンス"\n`,
  )
  await bed.agent.stop('SIGTERM')
  const again = await bed.start()
  const told = await codes(clientOf(again.url, bed.token))
  assert.ok(told.includes('MAINTENANCE_ANNOUNCED gateway'), told.join(', '))
})
