import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { whyNoMachine } from './machine/root.ts'
import { addInterface, bootMachine } from './machine.ts'

const skip = whyNoMachine() ?? false

test('a machine has a systemd of its own, and its disk outlives reboots and power cuts', {
  skip,
}, async (t) => {
  const machine = await bootMachine(t, { files: { '/etc/greeting': 'good morning\n' } })
  assert.equal(await machine.must('cat /etc/greeting'), 'good morning\n')
  assert.equal((await machine.must('systemctl is-system-running')).trim(), 'running')
  assert.deepEqual(await machine.run('cat; exit 3', { input: 'in' }), {
    code: 3,
    stdout: 'in',
    stderr: '',
  })
  await assert.rejects(machine.must('echo why >&2; false'), /ended with 1:\nwhy/)

  await machine.must('echo kept >/var/lib/one')
  await machine.reboot()
  await machine.must('echo kept too >/var/lib/two && sync')
  await machine.powerCut()
  assert.equal(await machine.must('cat /var/lib/one /var/lib/two'), 'kept\nkept too\n')

  const journal = machine.journal('greeting')
  await machine.must('systemd-run --quiet --unit=greeting --wait echo "how are you"')
  assert.equal(await journal.until(/^how/), 'how are you')
  journal.close()
})

test('a machine has no way out, and interfaces as a test wants them', { skip }, async (t) => {
  const machine = await bootMachine(t)
  assert.equal(await machine.must('ip -o link | cut -d: -f2'), ' lo\n')
  await addInterface(machine, 'line0', 'fd00:a::2/64', '192.0.2.2/24')
  const addresses = await machine.must('ip -o address show dev line0')
  assert.match(addresses, /fd00:a::2\/64/)
  assert.match(addresses, /192\.0\.2\.2\/24/)
})

test('a test that is killed takes its machine along', { skip }, async () => {
  const script = `
    import { bootMachine } from ${JSON.stringify(new URL('machine.ts', import.meta.url).href)}
    const machine = await bootMachine({ after() {} })
    process.stdout.write(machine.leader() + ' ' + machine.folder + '\\n')
    await new Promise((resolve) => setTimeout(resolve, 600_000))
  `
  const child = spawn(process.execPath, ['--input-type=module', '-e', script])
  const lines = createInterface({ input: child.stdout })
  const [pid = '', folder = ''] = (
    await new Promise<string>((resolve) => {
      lines.on('line', (line) => {
        resolve(line)
      })
    })
  ).split(' ')
  assert.equal(readFileSync(`/proc/${pid}/comm`, 'utf8').trim(), 'systemd')
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
  while (existsSync(`/proc/${pid}`)) await sleep(10)
  rmSync(folder, { recursive: true })
})
