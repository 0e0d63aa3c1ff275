import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { controlSocketOf, DEFAULT_SOCKET } from '../../config/control-socket.ts'
import { Config } from '../../config/schema.ts'

function written(t: TestContext, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-socket-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'agent.toml')
  writeFileSync(path, text)
  return path
}

test('the socket is told by any configuration that a person can read it out of', async (t) => {
  const { socket } = Config.properties.control.properties
  assert.equal(DEFAULT_SOCKET, 'default' in socket ? socket.default : '')
  assert.equal(await controlSocketOf(written(t, '[store]\npath = "x"\n')), DEFAULT_SOCKET)
  assert.equal(await controlSocketOf(written(t, '[control]\nsocket = "/a/b"\n')), '/a/b')
  const relative = written(t, '[control]\nsocket = "c.sock"\n')
  assert.equal(await controlSocketOf(relative), relative.replace('agent.toml', 'c.sock'))
})

test('what is no configuration, or says nothing of use, is refused as everywhere', async (t) => {
  await assert.rejects(controlSocketOf('/nowhere/agent.toml'), { code: 'CONFIG_UNREADABLE' })
  for (const text of ['[control', '[control]\nsocket = 5\n', 'control = 1\n'])
    await assert.rejects(controlSocketOf(written(t, text)), { code: 'CONFIG_INVALID' })
})

/** A program that runs `status` and prints what it loaded. */
const LOADED = `
  import { registerHooks } from 'node:module'
  const urls = []
  registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) })
  const { statusCommand } = await import(process.argv[1])
  await statusCommand(process.argv[2]).catch(({ code }) => urls.push(code))
  process.stdout.write(urls.join(' '))`

test('status loads neither the schema nor a part of the agent: on a slow box that would be its time', (t) => {
  const path = written(t, '[control]\nsocket = "/nowhere/control.sock"\n')
  const command = import.meta.resolve('../../agent/status-command.ts')
  const args = ['--input-type=module', '-e', LOADED, command, path]
  const loaded = execFileSync(process.execPath, args, { encoding: 'utf8' }).split(' ')
  assert.ok(loaded.includes('AGENT_NOT_RUNNING'))
  const ours = loaded.filter((url) => url.startsWith('file:') && !url.includes('/node_modules/'))
  assert.ok(ours.length > 3)
  assert.deepEqual(
    loaded.filter((url) => /typebox|\/drivers\/|config\/schema|agent\/store/.test(url)),
    [],
  )
})
