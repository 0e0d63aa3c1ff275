import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { staffCommand } from '../../agent/staff-command.ts'
import { clinicFolder, good, writeConfig } from '../config/clinic.ts'
import { runningAgent } from './running-agent.ts'

/** The command, and an agent that runs. */
async function place(t: TestContext) {
  const { config, staff } = await runningAgent(t)
  const run = (...args: readonly string[]) => staffCommand([...args, '--config', config])
  return { run, staff }
}

test('a person is added with a role and sources, and the code is what is printed once', async (t) => {
  const { run, staff } = await place(t)
  const shown = Object(JSON.parse(await run('add', '受付　花子', '--role', 'reception')))
  assert.deepEqual([shown.staff.name, shown.oneTimeCode], ['受付 花子', 'AAAA-BBBB-CCCC-DDDD'])
  await run('add', '遠隔', '--role', 'remote-billing', '--from', ' 10.8.0.0/24 ,2001:db8::1,')
  assert.deepEqual(staff.people[1]?.sources, ['10.8.0.0/24', '2001:db8::1'])
  assert.deepEqual(staff.actors, ['console', 'console'])
  assert.match(await run('reset', '受付 花子'), /EEEE-FFFF/)
  const disabled = Object(JSON.parse(await run('disable', '受付 花子')))
  assert.equal(typeof disabled.disabledAt, 'string')
  const { items } = Object(JSON.parse(await run('list')))
  assert.equal(items.length, 2)
  assert.doesNotMatch(JSON.stringify(items), /oneTime|AAAA|"pin"/)
})

test('what is refused says why, and who is unknown is', async (t) => {
  const { run } = await place(t)
  await assert.rejects(run('add', 'x', '--role', 'ehr'), { code: 'REQUEST_INVALID' })
  await assert.rejects(run('add', 'x', '--role', 'after-hours'), { code: 'REQUEST_INVALID' })
  await assert.rejects(run('reset', '誰か'), { code: 'NOT_FOUND' })
})

test('a command that says too little, too much or nothing is a usage error', async (t) => {
  const { run, staff } = await place(t)
  for (const args of [
    [],
    ['add'],
    ['add', 'x'],
    ['add', 'x', 'y', '--role', 'reception'],
    ['list', 'x'],
    ['reset'],
    ['reset', 'x', '--role', 'it'],
    ['disable', 'x', '--from', '::1'],
    ['remove', 'x'],
    ['add', 'x', '--colour', 'red'],
  ])
    await assert.rejects(run(...args), { code: 'USAGE' }, args.join(' '))
  assert.deepEqual(staff.people, [])
  assert.match(await run('--help'), /受付.*\n.*医事/)
})

test('where no agent runs, people are added to the database; a listing makes none', async (t) => {
  const folder = clinicFolder(t)
  const socket = join(folder, 'control.sock')
  const state = `[control]\nsocket = "${socket}"\n[store]\npath = "${join(folder, 'agent.db')}"`
  const config = writeConfig(folder, good.replace('[store]', state))
  const run = (...args: readonly string[]) => staffCommand([...args, '--config', config])
  await assert.rejects(run('list'), { code: 'AGENT_NOT_RUNNING' })
  assert.equal(existsSync(join(folder, 'agent.db')), false)
  const { oneTimeCode } = Object(JSON.parse(await run('add', '受付 花子', '--role', 'reception')))
  assert.match(oneTimeCode, /^([A-Z2-9]{4}-){3}[A-Z2-9]{4}$/)
  await assert.rejects(run('add', '受付 花子', '--role', 'reception'), { code: 'STAFF_DUPLICATE' })
  const [person] = Object(JSON.parse(await run('list'))).items
  assert.deepEqual([person.name, person.hasSecret], ['受付 花子', false])
})
