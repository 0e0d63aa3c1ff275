import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { canaryFace } from '../refusals.ts'
import { makeNetBed } from './bed.ts'
import { whyNoNet } from './namespaces.ts'
import { type LINES, planOf } from './plan.ts'

const skip = whyNoNet() ?? false

/** When a process was started, in ticks since boot: with its id, which may be given again, its name. */
function startOf(pid: number): string | undefined {
  const path = `/proc/${pid}/stat`
  if (!existsSync(path)) return undefined
  const [state, ...rest] = readFileSync(path, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  // One that waits to be reaped has ended.
  return state === 'Z' ? undefined : rest[18]
}

test('an agent in the clinic asks the gateway over its line', { skip }, async (t) => {
  const { gateway, source } = planOf('b', 'ipv6')
  const lines = [{ name: 'b', gateway: `https://[${gateway}]`, source_address: source }]
  const bed = await makeNetBed(t, { lines })
  const token = await bed.addConsumer('receipt-computer')
  const agent = await bed.startAgent()
  const client = bed.clientOf(agent, token)
  const verification = await client.ask(canaryFace)
  assert.equal(verification.source.line, 'b')
  assert.deepEqual((await bed.gateway.stats()).questionsFrom, { 'fd00:b::2': 1 })
  assert.equal((await bed.line('a').packets()).up.packets, 0)
  await assert.rejects(fetch(`${agent.url}/health`), 'its loopback is not that of the test')
  await bed.gateway.behave({ mode: 'captive', from: bed.line('b').plan().prefix })
  assert.notEqual((await client.ask(canaryFace)).outcome, 'answered')
  await assert.rejects(bed.gateway.behave({ from: 'nowhere' }), /prefix/)
  await agent.stop()
})

test('the gateway can go, and come back with another certificate', { skip }, async (t) => {
  const bed = await makeNetBed(t)
  const url = `https://[${bed.line('a').plan().gateway}]/status`
  await assert.rejects(bed.fetch(url), { code: 'SELF_SIGNED_CERT_IN_CHAIN' })
  await bed.gateway.close()
  await assert.rejects(bed.fetch(url), { code: 'ECONNREFUSED' })
  await bed.gateway.restart()
  await assert.rejects(bed.fetch(url), { code: /CERT/ })
  assert.equal((await bed.gateway.stats()).requests, 0)
})

test('requests go from the clinic several at once, and bodies come back whole', {
  skip,
}, async (t) => {
  const bed = await makeNetBed(t)
  const page = (name: (typeof LINES)[number]) => `http://[${bed.line(name).plan().lineAuth}]/`
  await bed.lineAuth('a').set('silent')
  const silent = bed.fetch(page('a'))
  const others = await Promise.all([bed.fetch(page('b')), bed.fetch(page('c'))])
  for (const response of others) assert.equal(await response.text(), 'line authentication\n')
  await bed.line('a').linkDown()
  await bed.lineAuth('a').set('good')
  await bed.line('a').linkUp()
  assert.equal((await bed.fetch(page('a'))).status, 200)
  silent.catch(() => undefined)
})

test('a test that is killed takes everything along', { skip }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-killed-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const script = `
    import { test } from 'node:test'
    import { makeNetBed } from ${JSON.stringify(new URL('bed.ts', import.meta.url).href)}
    await test('killed', async (t) => {
      const bed = await makeNetBed(t)
      const child = bed.spawnIn('clinic', 'sleep', ['1000'])
      process.stderr.write('at ' + child.pid + '\\n')
      await new Promise(() => undefined)
    })
  `
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { ...process.env, TMPDIR: folder },
  })
  let pid = ''
  for await (const line of createInterface({ input: child.stderr })) {
    pid = /^at (\d+)/.exec(line)?.[1] ?? ''
    if (pid !== '') break
  }
  const mine = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')
  const all = new Map(
    mine
      .trim()
      .split(' ')
      .map((one) => [Number(one), startOf(Number(one))]),
  )
  assert.ok(all.has(Number(pid)) && all.size >= 6, mine)
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
  const runs = () => [...all].some(([one, start]) => start !== undefined && startOf(one) === start)
  while (runs()) await sleep(10)
})
