import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { openControl } from '../../agent/api/control.ts'
import { AgentError } from '../../agent/kernel/errors.ts'
import { recordCommand } from '../../agent/record-command.ts'
import { startPcscd, whyNoPcscd } from '../../agent/sim/card/pcscd.ts'
import { parseRecording } from '../../drivers/record/recording.ts'
import { clinicFolder, good, writeConfig } from '../config/clinic.ts'
import { toldIn } from '../drivers/replay.ts'
import { fakePorts } from '../fakes/api-ports.ts'
import { hidPlug } from '../fakes/hid.ts'
import { ioOf } from '../fakes/io.ts'

function clinic(t: TestContext, driver: string) {
  const folder = clinicFolder(t)
  const socket = join(folder, 'control.sock')
  const toml = good
    .replace('[store]', `[control]\nsocket = "${socket}"\n[store]`)
    .replace('driver = "pcsc"', `driver = "${driver}"`)
  const config = writeConfig(folder, toml)
  const out = join(folder, 'session.jsonl')
  const io = ioOf({
    hid: () => Promise.resolve(hidPlug().hid),
    pcsc: () => Promise.reject(new AgentError('DRIVER_UNAVAILABLE', 'not here')),
  })
  const record = (
    values: { out?: string; seconds?: string } = { out, seconds: '1' },
    name = 'desk-1',
  ) => recordCommand(name, { config, ...values }, io)
  return { folder, socket, config, out, record }
}

async function runningAgent(t: TestContext, socket: string) {
  const ports = fakePorts()
  const state = { state: 'ready', since: 0, fault: null, device: null } as const
  ports.desk.states.push({ name: 'desk-1', driver: 'any', ...state })
  const control = await openControl({ socket, version: '0.1.0', urls: [], ...ports })
  t.after(() => control.close())
}

test('a recording ends when its time is over, and only its owner may read the file', async (t) => {
  const { record, out } = clinic(t, 'vivopay')
  assert.match(await record(), /session\.jsonl: \d+ entries, masked/)
  assert.equal(statSync(out).mode & 0o777, 0o600)
  const { head, entries } = parseRecording(readFileSync(out, 'utf8'))
  assert.equal(head.driver, 'vivopay')
  assert.match(head.release, /^\d+\.\d+\.\d+$/)
  assert.ok(
    entries.some(({ is }) => is === 'listed'),
    'nothing is plugged in, and that is recorded',
  )
  assert.deepEqual(toldIn({ head, entries }), [{ is: 'reader-fault', code: 'READER_GONE' }])
})

test('a library that is missing is a recording too', async (t) => {
  const { record, out } = clinic(t, 'pcsc')
  await record()
  const { entries } = parseRecording(readFileSync(out, 'utf8'))
  assert.equal(entries[0]?.is, 'not-loaded')
})

test('no file is written over, and that is said before anything is recorded', async (t) => {
  const { record, out } = clinic(t, 'vivopay')
  writeFileSync(out, 'precious')
  await assert.rejects(record(), { code: 'FILE_UNWRITABLE' })
  assert.equal(readFileSync(out, 'utf8'), 'precious')
})

test('a wish that makes no sense is refused, with what there is', async (t) => {
  const { record, out } = clinic(t, 'vivopay')
  await assert.rejects(record({}), { code: 'USAGE' })
  for (const seconds of ['0', '-1', '3601', '1.5', 'x', ''])
    await assert.rejects(record({ out, seconds }), { code: 'USAGE' }, seconds)
  await assert.rejects(record({ out }, 'desk-2'), { code: 'NOT_FOUND', message: /desk-1/ })
  await assert.rejects(record({ out: '/nowhere/f', seconds: '1' }), { code: 'FILE_UNWRITABLE' })
  assert.equal(existsSync(out), false)
})

test('a simulated reader has nothing to record', async (t) => {
  await assert.rejects(clinic(t, 'sim').record(), { code: 'REQUEST_INVALID' })
})

test('a device that the running agent holds is busy, but PC/SC is shared', async (t) => {
  const hid = clinic(t, 'vivopay')
  await runningAgent(t, hid.socket)
  await assert.rejects(hid.record(), { code: 'READER_BUSY', message: /systemctl stop onshi-agent/ })
  const pcsc = clinic(t, 'pcsc')
  await runningAgent(t, pcsc.socket)
  assert.match(await pcsc.record(), /masked/)
})

test('Ctrl-C ends a recording, which is kept', { skip: whyNoPcscd() }, async (t) => {
  const { config, out } = clinic(t, 'pcsc')
  const pcscd = await startPcscd()
  t.after(() => pcscd?.stop())
  const args = ['agent/cli.ts', 'readers', 'record', 'desk-1', '--out', out, '--config', config]
  const env = { ...process.env, ...pcscd?.env }
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  t.after(() => child.kill('SIGKILL'))
  const printed = text(child.stdout)
  let said = ''
  for await (const chunk of child.stderr) {
    said += String(chunk)
    if (said.includes('ready')) break
  }
  const exit = once(child, 'exit')
  child.kill('SIGINT')
  assert.deepEqual(await exit, [0, null])
  assert.match(await printed, /masked/)
  assert.deepEqual(toldIn(parseRecording(readFileSync(out, 'utf8'))), [{ is: 'ready' }])
})
