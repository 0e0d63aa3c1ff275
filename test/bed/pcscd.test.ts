import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startPcscd, whyNoPcscd } from '../../agent/sim/card/pcscd.ts'

const skip = whyNoPcscd() ?? false

/** Whether the process runs; one that waits to be reaped does not. */
function runs(pid: number): boolean {
  const path = `/proc/${pid}/stat`
  return existsSync(path) && !/\) Z /.test(readFileSync(path, 'utf8'))
}

test('a private pcscd listens on no port of this machine', { skip }, async (t) => {
  const pcscd = await startPcscd()
  assert.ok(pcscd)
  t.after(() => pcscd.stop())
  const outside = readFileSync('/proc/self/net/tcp', 'utf8')
  assert.doesNotMatch(outside, /00000000:8C7[BC] 00000000:0000 0A/)
  assert.notEqual(pcscd.port(0), pcscd.port(1))
})

test('several run beside each other, and leave nothing behind', { skip }, async () => {
  const all = await Promise.all([startPcscd(), startPcscd()])
  for (const pcscd of all) {
    assert.ok(pcscd)
    const pid = pcscd.pid() ?? 0
    assert.ok(runs(pid))
    const path = pcscd.env.PCSCLITE_CSOCK_NAME
    assert.ok(existsSync(path))
    await pcscd.stop()
    await pcscd.stop()
    assert.equal(runs(pid), false)
    assert.equal(existsSync(path), false)
  }
})

test('a test that is killed takes its pcscd along', { skip }, async () => {
  const script = `
    import { startPcscd } from ${JSON.stringify(new URL('../../agent/sim/card/pcscd.ts', import.meta.url).href)}
    const pcscd = await startPcscd()
    process.stdout.write(pcscd.pid() + ' ' + pcscd.env.PCSCLITE_CSOCK_NAME + '\\n')
  `
  const child = spawn(process.execPath, ['--input-type=module', '-e', script])
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  const [pid = '', path = ''] = String(line).split(' ')
  assert.ok(runs(Number(pid)))
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
  while (runs(Number(pid))) await sleep(10)
  spawnSync('rm', ['-r', path.replace(/\/run\/pcscd\.comm$/, '')])
})
