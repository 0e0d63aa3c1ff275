import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { uuidV7 } from '../../../agent/kernel/ids.ts'
import { faceName } from '../../../agent/outbox/face-name.ts'
import { institutionCode, receiptComputer } from './face-bed.ts'

const CHILD = fileURLToPath(new URL('./face-child.ts', import.meta.url))
const KILLS = 14
const EVENTS = 2 * KILLS

test('however often the agent is killed, each answer is taken in once and in order', {
  timeout: 120_000,
}, async (t) => {
  const { computer, folder } = receiptComputer(t)
  const state = mkdtempSync(join(tmpdir(), 'onshi-face-state-'))
  t.after(() => rmSync(state, { recursive: true, force: true }))
  const at = Date.parse('2026-04-01T09:00:00+09:00')
  const ids = Array.from({ length: EVENTS }, (_, n) => uuidV7(at + n * 1_000))
  const list = join(state, 'list')
  writeFileSync(list, ids.join('\n'))

  /** Until the kill, which comes at the `nth` step. */
  const run = async (nth: number | null): Promise<number | null> => {
    const child = spawn(process.execPath, [CHILD, folder, state, list], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    let count = 0
    createInterface({ input: child.stdout }).on('line', () => {
      count += 1
      if (count === nth) child.kill('SIGKILL')
      else child.stdin.write('go on\n')
    })
    await once(child, 'exit')
    return child.exitCode
  }
  let killed = 0
  for (let n = 0; n < KILLS; n += 1) if ((await run(1 + (n % 5))) === null) killed += 1
  assert.equal(await run(null), 0)
  const last = faceName(institutionCode, ids.at(-1) ?? '')
  await computer.arrived(({ name }) => name === last)
  t.diagnostic(`${killed} kills`)
  assert.equal(killed, KILLS)
  assert.deepEqual(computer.complaints(), [])
  assert.deepEqual(
    computer.received().map(({ name }) => name),
    ids.map((id) => faceName(institutionCode, id)),
  )
})
