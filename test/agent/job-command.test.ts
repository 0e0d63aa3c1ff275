import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openControl } from '../../agent/api/control.ts'
import { jobCommand } from '../../agent/job-command.ts'
import { clinicFolder, good, writeConfig } from '../config/clinic.ts'
import { fakePorts } from '../fakes/api-ports.ts'

function clinic(t: TestContext) {
  const folder = clinicFolder(t)
  const socket = join(folder, 'control.sock')
  const toml = good.replace('[store]', `[control]\nsocket = "${socket}"\n[store]`)
  const path = writeConfig(folder, toml)
  return { socket, run: (...args: string[]) => jobCommand([...args, '--config', path]) }
}

test('the running agent lists its jobs and runs one', async (t) => {
  const { run, socket } = clinic(t)
  await assert.rejects(run('list'), { code: 'AGENT_NOT_RUNNING' })
  const ports = fakePorts()
  const control = await openControl({ socket, version: '0.1.0', urls: [], ...ports })
  t.after(() => control.close())
  assert.equal(JSON.parse(await run('list')).items[0].name, 'appointments')
  assert.equal(JSON.parse(await run('run', 'appointments')).by, 'hand')
  assert.deepEqual(ports.jobs.asked, ['console appointments'])
  await assert.rejects(run('run', 'nothing'), { code: 'NOT_FOUND' })
})

test('what is no command of jobs is told how it goes', async (t) => {
  const { run } = clinic(t)
  for (const args of [[], ['list', 'a'], ['run'], ['run', 'A B'], ['run', 'a', 'b'], ['stop', 'a']])
    await assert.rejects(run(...args), {
      code: 'USAGE',
      message: /onshi-agent job list \| run NAME/,
    })
  assert.match(await run('--help'), /what came of it last/)
})
