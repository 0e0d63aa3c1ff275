import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Conditions } from '../../../../agent/kernel/conditions.ts'
import { watchUpgrade } from '../../../../agent/ops/upgrade/standing.ts'
import { FakeClock } from '../../../fakes/clock.ts'

test('health shows that the package went back, or was never unpacked to its end, as long as it is so', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-upgrade-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const clock = new FakeClock()
  const conditions = new Conditions(clock)
  const told: unknown[] = []
  const note = (facts: object, event: string) => told.push({ event, ...facts })
  const watch = watchUpgrade(folder, conditions, { info: note, warn: note, error: note })
  const shows = async () => {
    watch.look()
    await clock.advance(10 * 60_000)
    return conditions.showing().map(({ code, facts }) => ({ code, ...facts }))
  }
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  assert.deepEqual(await shows(), [])

  const back = { from: '2', to: '1', why: 'UNIT_failed' }
  write('rolled-back.json', JSON.stringify(back))
  write('phase', 'rolled-back\n')
  const expected = [{ code: 'UPGRADE_ROLLED_BACK', ...back }]
  assert.deepEqual([await shows(), await shows()], [expected, expected])
  assert.deepEqual(told, [{ event: 'release-rolled-back', ...back }], 'told once')

  write('rolled-back.json', '{"from":')
  assert.equal((await shows())[0]?.code, 'UPGRADE_ROLLED_BACK', 'also where nobody knows why')

  rmSync(join(folder, 'rolled-back.json'))
  write('phase', 'unpacking\n')
  assert.deepEqual(await shows(), [{ code: 'UPGRADE_UNFINISHED' }])
  rmSync(join(folder, 'phase'))
  assert.deepEqual(await shows(), [])
})
