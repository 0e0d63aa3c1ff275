import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BackupState, toldOf } from '../../../../agent/ops/backup/standing.ts'

const HOUR = 3_600_000
const good = { name: 'onshi-backup-000002.age', at: 0, sizeBytes: 7, isProtected: true }
const well: BackupState = {
  hasRecipient: true,
  good,
  generations: 2,
  broken: [],
  failure: null,
  offsite: 'sent',
  since: 0,
  now: HOUR,
}
const told = (over: Partial<BackupState>) => toldOf({ ...well, ...over }).map(([code]) => code)

test('where all is well, health states what there is: age, size, protection, second place', () => {
  const [[code, , facts] = [], ...rest] = toldOf(well)
  assert.deepEqual(rest, [])
  assert.equal(code, 'BACKUP_KEPT')
  assert.deepEqual(facts, {
    file: good.name,
    ageSeconds: 3_600,
    sizeBytes: 7,
    generations: 2,
    isProtected: true,
    isOffThisMachine: true,
  })
})

test('each thing that is wrong is told, and nothing else', () => {
  const KEPT = 'BACKUP_KEPT'
  const cases: [Partial<BackupState>, string[]][] = [
    [{ hasRecipient: false, good: null, offsite: null }, ['RECOVERY_KEY_MISSING']],
    [{ offsite: null }, ['BACKUP_ONLY_HERE', KEPT]],
    [{ offsite: 'BACKUP_TARGET_AWAY' }, ['BACKUP_ONLY_HERE', KEPT]],
    [{ failure: 'BACKUP_NO_ROOM' }, ['BACKUP_OVERDUE', KEPT]],
    [{ now: 47 * HOUR }, [KEPT]],
    [{ now: 48 * HOUR }, ['BACKUP_OVERDUE', KEPT]],
    [{ good: null, now: 47 * HOUR }, []],
    [{ good: null, now: 48 * HOUR }, ['BACKUP_OVERDUE']],
    [{ now: -HOUR }, [KEPT]],
    [{ broken: [{ name: 'a', code: 'BACKUP_DAMAGED' }] }, ['BACKUP_BROKEN', KEPT]],
  ]
  for (const [over, codes] of cases) assert.deepEqual(told(over), codes, JSON.stringify(over))
  const [, , facts] = toldOf({ ...well, broken: [{ name: 'a', code: 'BACKUP_DAMAGED' }] })[0] ?? []
  assert.deepEqual(facts, { file: 'a', code: 'BACKUP_DAMAGED', knownGood: good.name })
})
