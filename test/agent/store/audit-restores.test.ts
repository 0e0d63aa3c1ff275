import assert from 'node:assert/strict'
import { copyFileSync, readFileSync, rmSync } from 'node:fs'
import { test } from 'node:test'
import { uuidV7 } from '../../../agent/kernel/ids.ts'
import { audit, auditHeadOf } from '../../../agent/store/audit.ts'
import { edit, kinds, look, lookAtCopy, rewritten, used } from './audit-bed.ts'
import { fill, KEY, open, scratch } from './fixtures.ts'

/** As `restore` leaves a copy; the number of its record. */
function restored(path: string, at = Date.now()): number {
  let seq = 0
  edit(path, (sql) => {
    audit(sql, { id: uuidV7(at), at, actor: 'console', action: 'restore', subject: 'store' })
    seq = auditHeadOf(sql).seq
  })
  return seq
}

/** In the place of another database, whose anchor stays. */
function putBack(copy: string, path: string): void {
  for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true })
  copyFileSync(copy, path)
}

for (const [anchor, isKept] of [
  ['stayed', true],
  ['went with the old database', false],
] as const)
  test(`a tail that is cut back to the record of a restore is told as any other, where the anchor ${anchor}`, async (t) => {
    const path = scratch(t)
    await used(path)
    copyFileSync(path, `${path}.copy`)
    if (isKept) await used(path)
    else rmSync(`${path}.audit.anchor`)
    putBack(`${path}.copy`, path)
    // A clock that is set right since must not matter.
    const record = restored(path, Date.now() + 86_400_000)
    await (
      await open(path, KEY, undefined, ({ kind, place }) => assert.fail(`${kind} ${place}`))
    ).close()
    await used(path)
    assert.deepEqual(kinds(look(path)), [])

    edit(path, (sql) => sql('DELETE FROM audit WHERE seq > ?').run(record))
    assert.ok(kinds(look(path)).includes('cut'))
    const told: string[] = []
    const store = await open(path, KEY, undefined, ({ kind }) => told.push(kind))
    t.after(() => store.close())
    assert.deepEqual(told, ['cut'])
    assert.equal(store.wentBack.found()?.seenBy, 'audit')
    assert.equal((await store.auditTrail.verify(true)).isWhole, false)
  })

/** One record each, and a stop, which anchors it. */
async function recorded(path: string, count = 1): Promise<void> {
  const store = await open(path)
  for (let n = 0; n < count; n += 1) {
    const at = Date.now() + n
    await store.jobs.add({ job: 'audit', dueAt: at, by: 'plan', at, actor: 'agent' })
  }
  await store.close()
}

test('a sound copy that was restored beside the agent is whole, whatever the agent recorded since', async (t) => {
  const path = scratch(t)
  const copy = `${path}.copy`
  await recorded(path, 4)
  copyFileSync(path, copy)
  restored(copy)
  await recorded(path)
  assert.match(readFileSync(`${path}.audit.anchor`, 'utf8'), / head 5 /, 'the number of its record')
  assert.deepEqual(lookAtCopy(copy, path).faults, [])
  edit(copy, (sql) => rewritten(sql, 3))
  assert.deepEqual(
    kinds(lookAtCopy(copy, path)),
    ['anchor-disagrees'],
    'what was before it is compared',
  )
})

test('a copy is compared behind the record of a restore that the agent itself came from', async (t) => {
  const path = scratch(t)
  const copy = `${path}.copy`
  await recorded(path, 2)
  const record = restored(path)
  await recorded(path, 3)
  copyFileSync(path, copy)
  assert.deepEqual(lookAtCopy(copy, path).faults, [])
  edit(copy, (sql) => rewritten(sql, record + 1))
  assert.deepEqual(kinds(lookAtCopy(copy, path)), ['anchor-disagrees'])
})

test('a restore, and what was accepted, is no fault of the second anchor', async (t) => {
  const path = scratch(t)
  const second = `${path}.second`
  const works = async (count: number) => {
    const store = await open(path, KEY, undefined, undefined, second)
    await fill(store, count)
    await store.close()
  }
  await works(1)
  copyFileSync(path, `${path}.copy`)
  await works(3)
  putBack(`${path}.copy`, path)
  restored(path)
  assert.deepEqual(
    look(path, second).faults.map(({ place }) => place.includes('second')),
    [false],
  )
  await works(1)
  assert.deepEqual(look(path, second).faults, [])

  await works(3)
  putBack(`${path}.copy`, path)
  await works(1)
  assert.equal(look(path, second).isWhole, false)
  const store = await open(path, KEY, undefined, undefined, second)
  t.after(() => store.close())
  await store.auditTrail.accept('console')
  assert.deepEqual((await store.auditTrail.verify(true)).faults, [])
})
