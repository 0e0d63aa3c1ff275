import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Conditions } from '../../../agent/kernel/conditions.ts'
import { type DiskState, lookAtDisk, watchDisk } from '../../../agent/ops/disk-watch.ts'
import { FakeClock } from '../../fakes/clock.ts'

const MIB = 1024 * 1024
const GIB = 1024 * MIB
const of = (freeBytes: number, isReadOnly = false): DiskState => ({
  sizeBytes: 100 * GIB,
  freeBytes,
  isReadOnly,
})

test('a disk that fills up is told before it is full, and no longer when there is room', async () => {
  const clock = new FakeClock()
  const conditions = new Conditions(clock)
  let disk: DiskState | null = of(GIB)
  const watch = watchDisk(async () => disk, conditions)
  const shows = async (next: DiskState | null) => {
    disk = next
    await watch.look()
    await clock.advance(60_000)
    return conditions.showing().map(({ code, facts }) => `${code} ${facts['freeMiB']}`)
  }
  assert.deepEqual(await shows(of(GIB)), [])
  assert.deepEqual(await shows(of(GIB - 1)), ['DISK_LOW 1023'])
  assert.deepEqual(await shows(of(100 * MIB - 1)), ['DISK_FULL 99'])
  assert.deepEqual(await shows(of(50 * GIB, true)), ['DISK_FULL 51200'])
  assert.deepEqual(await shows(of(GIB)), [])
  await shows(of(1))
  assert.deepEqual(await shows(null), [], 'the store tells of a folder that is gone')
})

test('a real file system says its size, and one that is not there nothing', async () => {
  const state = await lookAtDisk('.')
  assert.ok(state !== null && state.sizeBytes > state.freeBytes && state.freeBytes > 0)
  assert.equal(state.isReadOnly, false)
  assert.equal(await lookAtDisk('/nowhere/at/all'), null)
})
