import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { value } from '../gateway/client.ts'
import { appears, question } from './bed.ts'

const CLI = join(import.meta.dirname, '../../../../agent/cli.ts')
const LIMITED = { timeout: 60_000 }

const start = (t: TestContext, ...args: string[]) => {
  const child = spawn(process.execPath, [CLI, 'sim', 'terminal', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.after(() => child.kill('SIGKILL'))
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk
  })
  return { child, stderr: () => stderr }
}

const temporary = (t: TestContext) => {
  const dir = mkdtempSync(join(tmpdir(), 'onshi-terminal-'))
  t.after(() => rmSync(dir, { recursive: true }))
  return dir
}

test('a bad option prints what is wrong and the usage, and exits 64', LIMITED, async (t) => {
  for (const [args, wrong] of [
    [[], /--root/],
    [['--rot', 'x'], /rot/],
    [['--root', 'x', '--institution', '123'], /--institution: ten digits/],
    [['--root', 'x', '--charset', 'euc-jp'], /--charset: one of utf-8, shift_jis/],
    [['--root', 'x', '--control', 'nowhere'], /--control: write host:port/],
  ] as const) {
    const { child, stderr } = start(t, ...args)
    const [code] = await once(child, 'close')
    assert.equal(code, 64)
    assert.match(stderr(), wrong)
    assert.match(stderr(), /usage: onshi-agent sim terminal/)
  }
})

test('a folder that cannot be made is said, and exits 69', LIMITED, async (t) => {
  const file = join(temporary(t), 'file')
  writeFileSync(file, '')
  const { child, stderr } = start(t, '--root', join(file, 'below'))
  const [code] = await once(child, 'close')
  assert.equal(code, 69)
  assert.match(stderr(), /^sim terminal: ENOTDIR/)
})

test(
  'it says where it plays, answers, tells what it did, and ends on SIGTERM',
  LIMITED,
  async (t) => {
    const root = temporary(t)
    const { child } = start(t, '--root', root, '--control', '127.0.0.1:0', '--poll', '5')
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const seen: string[] = []
    const read = async (start: string) => {
      for (;;) {
        const { value: line } = await lines.next()
        assert.ok(line !== undefined, seen.join('\n'))
        seen.push(line)
        if (line.startsWith(start)) return line
      }
    }
    await read('patients')
    assert.match(seen.join('\n'), /control +http:\/\/127\.0\.0\.1:\d+/)
    const name = 'OQSsiquc01req_202604010001.xml'
    writeFileSync(join(root, 'building'), question('01', '202604010001'))
    renameSync(join(root, 'building'), join(root, 'req', name))
    const xml = (await appears(join(root, 'res'), name.replace('req', 'res'))).toString()
    assert.equal(value(xml, 'QualificationValidity'), '1')
    assert.equal(await read('OQS'), `${name} answer patient 01`)
    child.kill('SIGTERM')
    const [code, signal] = await once(child, 'exit')
    assert.deepEqual({ code, signal }, { code: 0, signal: null })
  },
)
