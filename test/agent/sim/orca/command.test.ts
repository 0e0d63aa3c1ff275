import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { get, HANAKO, result, TARO } from './bed.ts'

const COMMAND = pathToFileURL(join(import.meta.dirname, '../../../../agent/sim/orca/command.ts'))
const SCRIPT = `
const { orcaCommand } = await import(${JSON.stringify(COMMAND.href)})
process.exitCode = await orcaCommand(process.argv.slice(1))`

const start = (t: TestContext, ...args: string[]) => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', SCRIPT, '--', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.after(() => child.kill('SIGKILL'))
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => {
    output.stdout += chunk
  })
  child.stderr.on('data', (chunk: Buffer) => {
    output.stderr += chunk
  })
  return { child, output }
}

const temporary = (t: TestContext) => {
  const dir = mkdtempSync(join(tmpdir(), 'onshi-orca-'))
  t.after(() => rmSync(dir, { recursive: true }))
  return dir
}

test('a bad option prints what is wrong and the usage, and exits 64', async (t) => {
  for (const [args, wrong] of [
    [['--listn', 'x'], /listn/],
    [['--listen', 'nowhere'], /--listen: write host:port/],
    [['--control', '127.0.0.1:99999'], /--control: write host:port/],
  ] as const) {
    const { child, output } = start(t, ...args)
    const [code] = await once(child, 'close')
    assert.equal(code, 64)
    assert.match(output.stderr, wrong)
    assert.match(output.stderr, /usage: onshi-agent sim orca/)
  }
})

test('a file that is no list of patients is said, and exits 66', async (t) => {
  const file = join(temporary(t), 'patients.json')
  writeFileSync(file, '{}')
  for (const path of [file, `${file}.not-there`]) {
    const { child, output } = start(t, '--patients', path)
    const [code] = await once(child, 'close')
    assert.equal(code, 66)
    assert.match(output.stderr, /^sim orca: /)
  }
})

test('what is taken for granted is printed', async (t) => {
  const { child, output } = start(t, '--assumptions')
  const [code] = await once(child, 'close')
  assert.equal(code, 0)
  assert.match(output.stdout, /^relock: /m)
})

test('it says where it listens, answers, tells what it did, and ends on SIGTERM', async (t) => {
  const file = join(temporary(t), 'patients.json')
  writeFileSync(file, JSON.stringify([TARO, HANAKO]))
  const { child } = start(
    t,
    ...['--listen', '127.0.0.1:0', '--control', '127.0.0.1:0', '--patients', file, '--classic'],
  )
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
  assert.match(await read('patients'), /2$/)
  const url = /simulated ORCA +(http:\/\/127\.0\.0\.1:\d+)$/m.exec(seen.join('\n'))?.[1]
  assert.ok(url)
  assert.match(seen.join('\n'), /control +http:\/\/127\.0\.0\.1:\d+ /)
  assert.equal(result(await get({ url, prefix: '' }, '1')), '00')
  assert.equal(await read('patientgetv2'), 'patientgetv2 00')
  child.kill('SIGTERM')
  const [code] = await once(child, 'exit')
  assert.equal(code, 0)
})
