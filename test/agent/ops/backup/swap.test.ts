import assert from 'node:assert/strict'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { forgetAside, openStaging, swapIn } from '../../../../agent/ops/backup/swap.ts'
import { refuseUnfinished } from '../../../../agent/store/unfinished.ts'

const OLD = [
  'agent.db',
  'agent.db-wal',
  'agent.db-shm',
  'agent.db.anchor',
  'agent.db.audit',
  'audit.anchor',
]
const BESIDE = ['agent.db.lock', 'backups.txt', 'agent.dbx']

/** A folder with an old store, and restores of it that are killed after so many steps. */
function machine(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-swap-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const store = join(folder, 'agent.db')
  for (const name of [...OLD, ...BESIDE]) writeFileSync(join(folder, name), `old ${name}`)
  return {
    folder,
    store,
    content: () => (existsSync(store) ? readFileSync(store, 'utf8') : null),
    beside: () => OLD.slice(1).filter((name) => existsSync(join(folder, name))),
    /** Undefined: it was killed. */
    restore(steps: number): string | null | undefined {
      const fresh = join(openStaging(store), 'store.db')
      writeFileSync(fresh, 'new')
      let left = steps
      const rename = (from: string, to: string) => {
        if (left === 0) throw new Killed()
        left -= 1
        renameSync(from, to)
      }
      try {
        return swapIn(store, fresh, '1', rename)
      } catch (error) {
        if (error instanceof Killed) return undefined
        throw error
      }
    },
  }
}

class Killed extends Error {}

test('whichever step of a restore is its last, the old store is whole, or the new one, or none is begun; the next try ends it', (t) => {
  for (let steps = 0; ; steps += 1) {
    const { folder, store, content, beside, restore } = machine(t)
    const isKilled = restore(steps) === undefined
    const reached = content()
    if (reached === 'old agent.db') assert.deepEqual(beside(), OLD.slice(1), 'the old one is whole')
    else if (reached === 'new') assert.deepEqual(beside(), [], 'the new one stands alone')
    else assert.throws(() => refuseUnfinished(store), { code: 'RESTORE_UNFINISHED' })
    if (!isKilled) {
      assert.ok(steps > OLD.length)
      return
    }
    restore(Number.POSITIVE_INFINITY)
    assert.equal(content(), 'new')
    refuseUnfinished(store)
    const aside = readdirSync(folder).filter((name) => name.startsWith('before-restore-'))
    const whole = aside.filter((name) => {
      const kept = join(folder, name)
      const names = readdirSync(kept)
      return OLD.every(
        (one) => names.includes(one) && readFileSync(join(kept, one), 'utf8') === `old ${one}`,
      )
    })
    assert.equal(whole.length, 1, `the old one is whole, aside, after ${steps} steps`)
    for (const name of BESIDE) assert.ok(existsSync(join(folder, name)), name)
  }
})

test('what a restore put aside is removed when its time is over, and what is put aside later is not', (t) => {
  const { folder, restore, content } = machine(t)
  const [old = '', young = ''] = [0, 1].map(() => restore(Number.POSITIVE_INFINITY) ?? '')
  const store = join(folder, 'agent.db')
  const at = Date.parse('2026-04-01T09:00:00+09:00')
  utimesSync(old, at / 1_000, at / 1_000)
  assert.equal(forgetAside(store, at), 0)
  assert.equal(forgetAside(store, at + 1), 1)
  assert.deepEqual([existsSync(old), existsSync(young), content()], [false, true, 'new'])
})

test('what a restore that was killed at its end put aside is removed in its time too', (t) => {
  const { folder, restore, store } = machine(t)
  // All but the name of the folder.
  restore(OLD.length + 1)
  assert.ok(existsSync(store) && existsSync(join(folder, 'before-restore')))
  assert.equal(forgetAside(store, Date.now() - 60_000), 0)
  assert.equal(forgetAside(store, Date.now() + 60_000), 1)
  assert.equal(existsSync(join(folder, 'before-restore')), false)
})

test('two restores of one second keep two old stores', (t) => {
  const { folder, restore } = machine(t)
  const kept = [restore(Number.POSITIVE_INFINITY), restore(Number.POSITIVE_INFINITY)]
  assert.deepEqual(
    readdirSync(folder)
      .filter((name) => name.startsWith('before-restore'))
      .map((name) => join(folder, name)),
    kept,
  )
})
