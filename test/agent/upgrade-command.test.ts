import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { upgradeCommand } from '../../agent/upgrade-command.ts'

const check = (code: string) => ({ code, componentId: 'x', status: 'warn' })

/** A folder, and in it the control socket of an agent that says `status`. */
async function agentSaying(t: TestContext, status: object): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-upgrade-'))
  const socket = join(folder, 'control.sock')
  const server = createServer((_request, answer) => answer.end(JSON.stringify(status)))
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  t.after(() => {
    server.close()
    rmSync(folder, { recursive: true })
  })
  writeFileSync(join(folder, 'agent.toml'), `[control]\nsocket = "${socket}"\n`)
  return folder
}

test('the package is told by an exit code whether a release stays', async (t) => {
  const api = createServer((_request, answer) => answer.end('ok\n'))
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve))
  t.after(() => api.close())
  const address = api.address()
  const port = typeof address === 'object' ? address?.port : 0
  const well = { ready: true, urls: [`http://127.0.0.1:${port}`] }
  const folder = await agentSaying(t, { ...well, checks: { store: [check('PURGE_FAILED')] } })
  const judged = (...args: string[]) =>
    upgradeCommand(['judge', '--config', join(folder, 'agent.toml'), ...args], folder)
  const before = join(folder, 'before.json')
  const write = (checks: object) => writeFileSync(before, JSON.stringify({ ...well, checks }))

  write({ store: [check('PURGE_FAILED')] })
  assert.equal(await judged('--before', before), 0)
  write({})
  assert.equal(await judged('--before', before), 1)
  assert.equal(await judged('--before', join(folder, 'not-there')), 0)
  writeFileSync(before, '{"ready":tr')
  assert.equal(await judged('--before', before), 0, 'nobody answered to the end')

  const away = await agentSaying(t, { ...well, checks: { line: [check('LINE_DOWN')] } })
  const line = ['judge', '--config', join(away, 'agent.toml'), '--before', before]
  write({})
  assert.equal(await upgradeCommand(line, away), 75)
  assert.equal(await upgradeCommand([...line, '--last'], away), 1)
  const coming = { store: [check('AUDIT_ANCHOR_FAILING')] }
  const soon = await agentSaying(t, { ...well, checks: {}, pending: coming })
  const later = ['judge', '--config', join(soon, 'agent.toml'), '--before', before]
  assert.equal(await upgradeCommand(later, soon), 75, 'the release before said nothing of it')
  writeFileSync(before, JSON.stringify({ ...well, checks: {}, pending: coming }))
  assert.equal(await upgradeCommand(later, soon), 0)

  const hidden = await agentSaying(t, { ...well, urls: [], checks: {} })
  assert.equal(await upgradeCommand(['judge', '--config', join(hidden, 'agent.toml')], hidden), 1)
})

test('what was seen by a person is shown no more', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-upgrade-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'rolled-back.json')
  writeFileSync(file, '{"from":"2","to":"1","why":"UNIT_failed"}')
  assert.equal(await upgradeCommand(['show'], folder), 0)
  assert.equal(await upgradeCommand(['accept'], folder), 0)
  assert.equal(existsSync(file), false)
  assert.equal(await upgradeCommand(['accept'], folder), 0)
})
