import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { consumerCommand } from '../../agent/consumer-command.ts'
import { AgentError, type Mistake } from '../../agent/kernel/errors.ts'
import { advance } from '../../agent/setup-advance.ts'
import { forgetOutdated } from '../../agent/setup-kept.ts'
import type { Table } from '../../config/shape.ts'
import { makeWorkBed } from '../bed/setup-work.ts'

/** A clinic with one consumer that is pushed to; what setup says of it with another answer. */
async function clinic(t: TestContext) {
  const bed = makeWorkBed(t)
  const password = bed.secret('orca.pass', 'CANARY-old')
  const folder = join(bed.folder, 'terminal')
  bed.officialFolders(folder)
  const orca = {
    name: 'orca',
    role: 'receipt-computer',
    from: ['192.168.1.20', '192.168.1.21'],
    sink: 'orca',
    url: 'http://192.168.1.20:8000',
    user: 'onshi',
    password_file: password,
  }
  const setup = async (more: Table = {}): Promise<readonly Mistake[]> => {
    const work = bed.work({
      way: 'terminal',
      institution: { code: '1319999991' },
      terminal: { folder },
      consumers: [{ ...orca, ...more }],
    })
    const { config, state } = work.places
    // No agent runs: the commands work on its database, which its start would make.
    const start = async () => {
      if (existsSync(join(state, 'agent.db'))) return
      await consumerCommand(['add', 'other', '--role', 'it', '--config', config], () => {})
    }
    const started = { ...work, service: { ...work.service, start } }
    forgetOutdated(started)
    const hindered = await advance(started)
    if (hindered === undefined) return []
    assert.ok(hindered !== 'left')
    if (!(hindered.error instanceof AgentError)) throw hindered.error
    assert.equal(hindered.error.code, 'SETUP_ANSWERS_INVALID')
    return hindered.error.mistakes
  }
  const config = bed.work({}).places.config
  const revoke = () => consumerCommand(['revoke', 'orca', '--config', config])
  return { bed, password, setup, revoke, keys: async (more: Table) => keysOf(await setup(more)) }
}

const keysOf = (mistakes: readonly Mistake[]) => mistakes.map(({ field }) => field)

test('another role, source or sink of a consumer that is there is refused by key, with what to do, and deliveries go on', async (t) => {
  const { bed, setup, keys, revoke } = await clinic(t)
  assert.deepEqual(await setup(), [])
  assert.deepEqual(await setup({ from: ['192.168.1.21', '192.168.1.20'] }), [])
  assert.deepEqual(await keys({ role: 'ehr', from: [] }), [
    'consumers[0].role',
    'consumers[0].from',
  ])
  assert.deepEqual(await keys({ write: ['new-patient'] }), ['consumers[0].write'])
  const before = bed.read('etc/onshi-agent/agent.toml')
  const moved = { url: 'http://192.168.1.30:8000' }
  const [mistake, ...others] = await setup(moved)
  assert.deepEqual([mistake?.field, others], ['consumers[0].url', []])
  for (const text of [mistake?.title, mistake?.detail])
    assert.match(text ?? '', /onshi-agent consumer revoke orca/)
  assert.equal(bed.read('etc/onshi-agent/agent.toml'), before, 'the old host is still a target')
  await revoke()
  assert.deepEqual(await setup(moved), [])
  assert.match(bed.read('etc/onshi-agent/agent.toml'), /192\.168\.1\.30/)
})

test('another password in the file of a consumer that is there is refused, too, and none is in a file of setup’s', async (t) => {
  const { bed, password, setup, keys, revoke } = await clinic(t)
  await setup()
  writeFileSync(password, 'CANARY-new')
  assert.deepEqual(await keys({}), ['consumers[0].password_file'])
  assert.doesNotMatch(bed.read('etc/onshi-agent/setup.json'), /CANARY/)
  await revoke()
  assert.deepEqual(await setup(), [])
  assert.deepEqual(await setup(), [])
})
