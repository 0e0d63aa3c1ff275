import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'

const SCRIPT = 'systemd/package/back-off.sh'

/** The script with a `sleep` that says for how long and does not. */
function stage(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-back-off-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'sleep'), '#!/bin/sh\necho "slept $1"\n')
  chmodSync(join(folder, 'sleep'), 0o755)
  const file = join(folder, 'failures')
  const run = (what: string, result = '') => {
    const { status, stdout } = spawnSync('sh', [SCRIPT, what, file], {
      encoding: 'utf8',
      env: { PATH: `${folder}:${process.env['PATH']}`, SERVICE_RESULT: result },
    })
    assert.equal(status, 0)
    return Number(/slept (\d+)/.exec(stdout)?.[1] ?? 0)
  }
  return { file, run }
}

test('a crash at every start is started at once three times, then up to once a minute', (t) => {
  const { run } = stage(t)
  const waits = Array.from({ length: 12 }, () => {
    run('failed', 'exit-code')
    return run('wait')
  })
  assert.deepEqual(waits, [0, 0, 0, 2, 4, 8, 16, 32, 60, 60, 60, 60])
})

test('a stop that was asked for, and an hour without a failure, begin anew', (t) => {
  const { file, run } = stage(t)
  for (let i = 0; i < 6; i += 1) run('failed', 'watchdog')
  const anHourAgo = Date.now() / 1_000 - 3_700
  utimesSync(file, anHourAgo, anHourAgo)
  run('failed', 'watchdog')
  assert.equal(run('wait'), 0)
  for (let i = 0; i < 6; i += 1) run('failed', 'exit-code')
  assert.equal(run('wait'), 16)
  run('failed', 'success')
  assert.equal(existsSync(file), false)
  assert.equal(run('wait'), 0)
})
