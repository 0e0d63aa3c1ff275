import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { deliveryCommand } from '../../agent/delivery-command.ts'
import { AgentError } from '../../agent/kernel/errors.ts'
import { runningAgent } from './running-agent.ts'

async function place(t: TestContext) {
  const agent = await runningAgent(t)
  const run = (...args: readonly string[]) => deliveryCommand([...args, '--config', agent.config])
  return { ...agent, run }
}

test('each command asks the running agent, and prints its answer as JSON', async (t) => {
  const { run, deliveries, clock } = await place(t)
  const json = async (...args: readonly string[]): Promise<unknown> =>
    JSON.parse(await run(...args))
  assert.deepEqual(await json('list'), { items: [], open: [] })
  assert.deepEqual(await json('retry', '7', '--decision', 'ok'), { id: '7', state: 'waiting' })
  assert.deepEqual(await json('retry', '8'), { id: '8', state: 'waiting' })
  assert.deepEqual(await json('drop', '9'), { id: '9', state: 'dropped' })
  assert.deepEqual(
    deliveries.decided.map(({ id, retry }) => [id, retry]),
    [
      [7, { decision: 'ok' }],
      [8, { decision: null }],
      [9, null],
    ],
  )
  const from = '2026-04-01T09:00:00+09:00'
  assert.deepEqual(await json('replay', 'ehr', '--from', from, '--to', '2026-04-02'), {
    replayed: 7,
  })
  await json('replay', '電子カルテ', '--from', '2026-04-01')
  const at = (text: string) => Date.parse(text)
  assert.deepEqual(deliveries.replays, [
    { consumer: 'ehr', from: at(from), to: at('2026-04-02T00:00:00+09:00') },
    { consumer: '電子カルテ', from: at('2026-04-01T00:00:00+09:00'), to: clock.now() },
  ])
})

test('a command that makes no sense is a usage error, and nothing is sent', async (t) => {
  const { run, deliveries } = await place(t)
  for (const args of [
    [],
    ['list', '7'],
    ['retry'],
    ['retry', 'seven'],
    ['retry', '7', '8'],
    ['drop', '-7'],
    ['drop', '1234567890123456'],
    ['replay', 'ehr'],
    ['replay', '--from', '2026-04-01'],
    ['skip', '7'],
    ['list', '--all'],
    ['drop', '7', '--decision', 'ok'],
    ['retry', '7', '--from', '2026-04-01'],
  ])
    await assert.rejects(run(...args), { code: 'USAGE' }, args.join(' '))
  assert.deepEqual([deliveries.decided, deliveries.replays], [[], []])
  const message = /Unknown option '--all'[\s\S]*delivery list \| retry/
  await assert.rejects(run('list', '--all'), { message }, 'what is wrong, and how it is written')
})

test('what is missing is named, also where there is no configuration yet', async () => {
  await assert.rejects(deliveryCommand([]), { code: 'USAGE' })
  assert.match(await deliveryCommand(['--help']), /retry ID \[--decision ok\|ng\]/)
})

test('a replay without a time and an ID that is none are told what is expected', async (t) => {
  const { run } = await place(t)
  await assert.rejects(run('replay', 'ehr'), { message: /^a time is needed: --from TIME\n/ })
  await assert.rejects(run('retry', 'seven'), { message: /^the ID is the number/ })
})

test('what the agent refuses, and that none runs, is told as such', async (t) => {
  const { run, deliveries, control } = await place(t)
  await assert.rejects(run('retry', '7', '--decision', 'maybe'), { code: 'REQUEST_INVALID' })
  await assert.rejects(run('replay', 'ehr', '--from', 'noon'), { code: 'REQUEST_INVALID' })
  for (const code of ['NOT_FOUND', 'DELIVERY_ENDED'] as const) {
    deliveries.refuse = new AgentError(code, 'no')
    await assert.rejects(run('drop', '7'), { code })
  }
  await control.close()
  await assert.rejects(run('list'), { code: 'AGENT_NOT_RUNNING' })
})
