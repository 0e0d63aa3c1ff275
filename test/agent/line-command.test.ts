import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openControl } from '../../agent/api/control.ts'
import { lineCommand } from '../../agent/line-command.ts'
import { readStoreKey } from '../../config/files.ts'
import { clinicFolder, good, writeConfig } from '../config/clinic.ts'
import { fakePorts } from '../fakes/api-ports.ts'
import { open } from './store/fixtures.ts'

function clinic(t: TestContext) {
  const folder = clinicFolder(t)
  const database = join(folder, 'agent.db')
  const socket = join(folder, 'control.sock')
  const toml = good.replace(
    '[store]',
    `[control]\nsocket = "${socket}"\n[store]\npath = "${database}"`,
  )
  const path = writeConfig(folder, toml)
  const run = (...args: string[]) => lineCommand([...args, '--config', path])
  return { run, socket, database, key: new Uint8Array(readStoreKey(join(folder, 'store.key'))) }
}

test('without an agent a report comes from the database, and a line cannot be used', async (t) => {
  const { run, database, key } = clinic(t)
  const store = await open(database, key)
  const minute = Math.floor(Date.now() / 60_000) - 1
  const counts = { standing: 'up' as const, probes: 6, lost: 0, questions: 3, failed: 0 }
  const rtts = { rttMinMs: 7, rttMedianMs: 8, rttMaxMs: 9 }
  await store.lines.record({ minutes: [{ line: 'ngn', minute, ...counts, ...rtts }], events: [] })
  await store.close()
  const page = await run('report', 'ngn', '--days', '2')
  assert.match(page, /^=+\n回線品質報告書/)
  assert.match(page, /中央値 8\.0 ms/)
  await assert.rejects(run('use', 'ngn'), { code: 'AGENT_NOT_RUNNING' })
  await assert.rejects(run('list'), { code: 'AGENT_NOT_RUNNING' })
})

test('with an agent lines are listed, used, released and reported', async (t) => {
  const { run, socket } = clinic(t)
  const ports = fakePorts()
  const control = await openControl({ socket, version: '0.1.0', urls: [], ...ports })
  t.after(() => control.close())
  assert.equal(JSON.parse(await run('list')).items[0].name, 'ngn')
  assert.equal(JSON.parse(await run('use', 'ngn')).items[0].isHeldByHand, true)
  assert.equal(JSON.parse(await run('release', 'ngn')).items[0].isHeldByHand, false)
  assert.equal(await run('report', 'ngn', '--days', '30'), '回線 ngn、30 日\n')
})

test('a line that is not in the configuration is not found, with those that are', async (t) => {
  const { run } = clinic(t)
  for (const verb of ['use', 'release', 'report'])
    await assert.rejects(run(verb, 'ngm'), { code: 'NOT_FOUND', message: /there are ngn/ })
})

test('what is no command of lines is told how it goes', async (t) => {
  const { run } = clinic(t)
  const wrong = [
    [],
    ['list', 'ngn'],
    ['use'],
    ['use', 'a', 'b'],
    ['drop', 'ngn'],
    ['use', 'ngn', '--days', '3'],
    ['report', 'ngn', '--test'],
    ['list', '--loud'],
  ]
  for (const args of wrong)
    await assert.rejects(run(...args), { code: 'USAGE', message: /line list/ }, args.join(' '))
  await assert.rejects(run('report', 'ngn', '--days', 'x'), { code: 'REQUEST_INVALID' })
})
