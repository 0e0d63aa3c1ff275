import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { pkiFiles } from '../../../../agent/sim/pki.ts'
import { question } from './bed.ts'
import { send, value } from './client.ts'

const COMMAND = pathToFileURL(join(import.meta.dirname, '../../../../agent/sim/gateway/command.ts'))
const SCRIPT = `
const { gatewayCommand } = await import(${JSON.stringify(COMMAND.href)})
await gatewayCommand(process.argv.slice(1))`

const start = (...args: string[]) =>
  spawn(process.execPath, ['--input-type=module', '-e', SCRIPT, '--', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })

const finished = async (child: ChildProcess) => {
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk
  })
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk
  })
  const [code] = await once(child, 'close')
  return { code, stdout, stderr }
}

test('a bad option prints what is wrong and the usage, and exits 64', async () => {
  for (const [args, wrong] of [
    [['--listn', 'x'], /listn/],
    [['--listen', 'nowhere'], /--listen: write host:port/],
    [['--institution', '123'], /--institution: ten digits/],
    [['--connections', '0'], /--connections: a number/],
    [['--charset', 'euc-jp'], /--charset: one of utf-8, shift_jis/],
  ] as const) {
    const { code, stderr } = await finished(start(...args))
    assert.equal(code, 64)
    assert.match(stderr, wrong)
    assert.match(stderr, /usage: onshi-agent sim gateway/)
  }
})

test('--patients prints the table of the forty', async () => {
  const { code, stdout } = await finished(start('--patients'))
  assert.equal(code, 0)
  assert.equal(stdout.match(/^\| \d\d \|/gm)?.length, 40)
})

test('it makes its certificates, says where it listens, answers, and ends on SIGTERM', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'onshi-sim-'))
  t.after(() => rmSync(dir, { recursive: true }))
  const pki = join(dir, 'pki')
  const listen = ['--listen', '[::1]:0', '--listen', '127.0.0.1:0']
  const args = [...listen, '--control', '127.0.0.1:0', '--pki', pki, '--no-login']
  const child = start(...args)
  t.after(() => child.kill('SIGKILL'))
  const seen: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    seen.push(line)
    if (line.startsWith('patients')) break
  }
  const url = /(https:\/\/\[::1\]:\d+)/.exec(seen.join('\n'))?.[1]
  assert.ok(url)
  assert.match(seen.join('\n'), /https:\/\/127\.0\.0\.1:\d+/)
  const control = /control +(http:\/\/127\.0\.0\.1:\d+)/.exec(seen.join('\n'))?.[1]

  for (const name of readdirSync(pki)) assert.equal(statSync(join(pki, name)).mode & 0o777, 0o600)
  const files = pkiFiles(pki)
  const answer = await send({
    url: `${url}/onshi/kakunin`,
    tls: {
      ca: readFileSync(files.ca),
      pfx: readFileSync(files.clientPkcs12),
      passphrase: readFileSync(files.passphrase, 'utf8'),
    },
    method: 'POST',
    headers: { 'content-type': 'application/xml' },
    body: question('01'),
  })
  assert.equal(value(answer.bytes.toString(), 'QualificationValidity'), '1')

  for (const mode of ['expired-certificate', 'normal']) {
    const { status } = await fetch(`${control}/behaviour`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ mode }),
    })
    assert.equal(status, 200, mode)
  }

  child.kill('SIGTERM')
  const [code, signal] = await once(child, 'exit')
  assert.deepEqual({ code, signal }, { code: 0, signal: null })
})
