import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startDaemon } from '../../../agent/sim/demo/daemon.ts'

const CLI = fileURLToPath(new URL('../../../agent/cli.ts', import.meta.url))

/** The demo as a process, with a temporary folder of its own. */
function startDemo(t: TestContext, args: readonly string[], before: readonly string[] = []) {
  const folder = mkdtempSync(join(tmpdir(), 'demo-test-'))
  const [command = '', ...rest] = [...before, process.execPath, CLI, 'demo', ...args]
  const child = spawn(command, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: folder },
  })
  const out: string[] = []
  const err: string[] = []
  const closed = once(child, 'close')
  createInterface({ input: child.stdout }).on('line', (line) => out.push(line))
  child.stderr.setEncoding('utf8').on('data', (text: string) => err.push(text))
  t.after(async () => {
    child.kill('SIGKILL')
    await closed
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    child,
    closed,
    out,
    err: () => err.join(''),
    folder,
    left: () => ({ files: readdirSync(folder), processes: agentsIn(folder) }),
  }
}

/** Process ids of the agents whose configuration lies in this folder. */
const agentsIn = (folder: string): number[] =>
  readdirSync('/proc')
    .filter(
      (name) =>
        /^\d+$/.test(name) &&
        commandOf(name).includes('agent.toml') &&
        commandOf(name).includes(folder),
    )
    .map(Number)

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

/** Resolves when `condition` holds; fails when the process ends before. */
async function until(child: ChildProcess, condition: () => boolean): Promise<void> {
  while (!condition()) {
    assert.equal(child.exitCode ?? child.signalCode, null, 'the demo has not ended')
    await wait(10)
  }
}

const nothing = { files: [], processes: [] }

test('demo --exit shows a tap and a card face to their end, exits 0 and leaves nothing', async (t) => {
  const demo = startDemo(t, ['--exit'])
  await demo.closed
  assert.equal(demo.child.exitCode, 0, demo.err())
  assert.equal(demo.out.filter((line) => /^ +valid /.test(line)).length, 2)
  assert.deepEqual(demo.left(), nothing)
})

test('demo --cut --exit shows a question that outlives its line, what is told, and the return', async (t) => {
  const demo = startDemo(t, ['--cut', '--exit'])
  await demo.closed
  assert.equal(demo.child.exitCode, 0, demo.err())
  const shown = demo.out.join('\n')
  assert.deepEqual(
    [...shown.matchAll(/, line (line-[ab]),/g)].map(([, line]) => line),
    ['line-a', 'line-a', 'line-b', 'line-a'],
  )
  assert.match(shown, /asked 2 times, one verification/)
  assert.match(shown, /line-a down +E\d+ LINE_\w+\n +回線/)
  assert.match(shown, /line-a C902 LINE_DOWN\n +回線/)
  assert.deepEqual(demo.left(), nothing)
})

test('Ctrl-C while a line is cut leaves neither a process nor a file', async (t) => {
  const demo = startDemo(t, ['--cut', '--exit'])
  await until(demo.child, () => demo.out.some((line) => line.includes('nothing passes')))
  demo.child.kill('SIGINT')
  await demo.closed
  assert.equal(demo.child.exitCode, 130, demo.err())
  assert.deepEqual(demo.left(), nothing)
})

test('SIGTERM while the agent is starting leaves neither a process nor a file', async (t) => {
  const demo = startDemo(t, [])
  await until(demo.child, () => agentsIn(demo.folder).length > 0)
  demo.child.kill('SIGTERM')
  await demo.closed
  assert.equal(demo.child.exitCode, 143, demo.err())
  assert.deepEqual(demo.left(), nothing)
})

test('Ctrl-C before anything runs leaves no file', async (t) => {
  const demo = startDemo(t, [])
  await until(demo.child, () => readdirSync(demo.folder).length > 0)
  demo.child.kill('SIGINT')
  await demo.closed
  assert.equal(demo.child.exitCode, 130, demo.err())
  assert.deepEqual(demo.left(), nothing)
})

test('the demo stays up until SIGTERM, which is its good end', async (t) => {
  const demo = startDemo(t, [])
  await until(demo.child, () => demo.out.some((line) => line.includes('stays up')))
  demo.child.kill('SIGTERM')
  await demo.closed
  assert.equal(demo.child.exitCode, 0, demo.err())
  assert.deepEqual(demo.left(), nothing)
})

test('the demo that stays up gives out the page, and a name and a code that open it', async (t) => {
  const demo = startDemo(t, [])
  const shown = (what: RegExp) => demo.out.flatMap((line) => what.exec(line)?.[1] ?? [])[0] ?? ''
  await until(demo.child, () => shown(/^ +password +(\S+)/) !== '')
  const page = shown(/^ +open +(\S+)/)
  const looks = await fetch(page)
  assert.match(await looks.text(), /<title>資格確認/)
  const signedIn = await fetch(new URL('session', page), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: shown(/^ +氏名 +(.+)/), secret: shown(/^ +password +(\S+)/) }),
  })
  assert.equal(signedIn.status, 200)
  demo.child.kill('SIGTERM')
  await demo.closed
  assert.deepEqual(demo.left(), nothing)
})

test('an agent that dies while the demo stays up ends the demo, which says so', async (t) => {
  const demo = startDemo(t, [])
  await until(demo.child, () => demo.out.some((line) => line.includes('stays up')))
  const [agent] = agentsIn(demo.folder)
  assert.ok(agent !== undefined)
  process.kill(agent, 'SIGKILL')
  await demo.closed
  assert.equal(demo.child.exitCode, 70)
  assert.match(demo.err(), /the agent ended by itself[\s\S]*agent-ready/)
  assert.deepEqual(demo.left(), nothing)
})

test('without IPv6 on the loopback the demo says what to do in one line and exits 69', async (t) => {
  const namespace = ['unshare', '--net'] as const
  if (spawnSync(namespace[0], [namespace[1], 'true']).status !== 0)
    return t.skip('needs CAP_SYS_ADMIN (unshare --net)')
  const demo = startDemo(t, ['--exit'], namespace)
  await demo.closed
  assert.equal(demo.child.exitCode, 69)
  assert.match(demo.err(), /^[^\n]*IPv6[^\n]*disable_ipv6=0[^\n]*\n$/)
  assert.deepEqual(demo.left(), nothing)
})

test('an agent that cannot start rejects with what it printed, whether JSON or not', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'demo-test-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const started = startDaemon(join(folder, 'missing.toml'), { NODE_DEBUG: 'timer' })
  await assert.rejects(started, /the agent did not start:[\s\S]*missing\.toml/)
})
