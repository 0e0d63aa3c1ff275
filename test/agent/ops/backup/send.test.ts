import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { nameOf } from '../../../../agent/ops/backup/generations.ts'
import { sendBackups } from '../../../../agent/ops/backup/send.ts'
import { smallDisk } from './shelf.ts'

const MADE = Date.parse('2026-11-29T02:15:00+09:00')

const DAY_MS = 24 * 60 * 60_000

/** Backups on the disk of temporary files, and a second disk. */
function twoDisks(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-send-'))
  const other = mkdtempSync('/dev/shm/onshi-send-')
  t.after(() => {
    for (const path of [folder, other]) rmSync(path, { recursive: true, force: true })
  })
  const put = (number: number) => {
    const name = nameOf(number, MADE + number * DAY_MS)
    writeFileSync(join(folder, name), `backup ${number}`)
    return name
  }
  const isOther = statSync(folder).dev !== statSync(other).dev
  const send = (target: string, broken: readonly string[] = [], from = 0) =>
    sendBackups({ is: 'send', folder, target, keeping: { keep: 3, from, good: null }, broken })
  return { folder, stick: join(other, 'backups'), put, send, isOther }
}

test('a stick that comes back gets what it lacks, the newest three, and lets the older ones go', async (t) => {
  const { folder, stick, put, send, isOther } = twoDisks(t)
  if (!isOther) return t.skip('needs /dev/shm on a disk of its own')
  const names = [1, 2, 3, 4].map(put)
  assert.equal((await send(stick)).copied, 3)
  assert.deepEqual(readdirSync(stick).sort(), names.slice(1))
  const fifth = put(5)
  writeFileSync(join(stick, `${fifth}.part`), 'half, as it was pulled out')
  writeFileSync(join(stick, 'holiday.jpg'), 'somebody’s')
  assert.equal((await send(stick)).copied, 1)
  assert.deepEqual(readdirSync(stick).sort(), ['holiday.jpg', ...names.slice(2), fifth])
  assert.deepEqual(readFileSync(join(stick, fifth)), readFileSync(join(folder, fifth)))
  assert.deepEqual(await send(stick), { copied: 0, bytes: 0, highest: 5 })
  const sixth = put(6)
  assert.equal((await send(stick, [sixth])).copied, 0, 'a broken one drives out no good one')
})

test('backups of a restored machine stay beside those of the machine before, whose numbers are higher', async (t) => {
  const { folder, stick, put, send, isOther } = twoDisks(t)
  if (!isOther) return t.skip('needs /dev/shm on a disk of its own')
  for (const number of [17, 18, 19]) {
    put(number)
    await send(stick)
  }
  rmSync(folder, { recursive: true })
  mkdirSync(folder)
  const first = put(1)
  assert.deepEqual((await send(stick)).highest, 19)
  assert.ok(readdirSync(stick).includes(first))
  assert.equal((await send(stick)).copied, 0, 'it is not copied again and again')
})

test('what is too old leaves the stick too, is not copied again, and the newest stays', async (t) => {
  const { stick, put, send, isOther } = twoDisks(t)
  if (!isOther) return t.skip('needs /dev/shm on a disk of its own')
  const names = [1, 2, 3].map(put)
  await send(stick)
  assert.deepEqual(readdirSync(stick).sort(), names)
  for (const copied of [0, 0])
    assert.equal((await send(stick, [], MADE + 4 * DAY_MS)).copied, copied)
  assert.deepEqual(readdirSync(stick), names.slice(2))
})

test('a mount point with nothing mounted is no second place, and nothing is put there', async (t) => {
  const { folder, put, send } = twoDisks(t)
  put(1)
  const mountPoint = join(folder, 'mnt')
  mkdirSync(mountPoint)
  await assert.rejects(send(mountPoint), { code: 'BACKUP_TARGET_AWAY' })
  await assert.rejects(send(join(mountPoint, 'backups')), { code: 'BACKUP_TARGET_AWAY' })
  // Backups on a disk of their own: an empty mount point lies on that of the system.
  await assert.rejects(send('/onshi-nothing-is-mounted-here'), { code: 'BACKUP_TARGET_AWAY' })
  assert.deepEqual(readdirSync(mountPoint), [])
})

test('a stick that holds two gets the newest in place of the oldest, and never lets go of its last for one that does not fit', async (t) => {
  const { folder, put, send } = twoDisks(t)
  const stick = smallDisk(t, '100k')
  if (stick === null) return t.skip('needs root and tmpfs')
  const sized = (number: number, bytes: number) => {
    const name = put(number)
    writeFileSync(join(folder, name), Buffer.alloc(bytes))
    return name
  }
  const first = sized(1, 40_000)
  await send(stick)
  const second = sized(2, 40_000)
  await send(stick)
  assert.deepEqual(readdirSync(stick).sort(), [first, second])
  const third = sized(3, 40_000)
  assert.equal((await send(stick)).copied, 1)
  // The first still stays here, and finds no room: it drives out no newer one.
  for (const _ of [1, 2]) {
    await assert.rejects(send(stick), { code: 'BACKUP_NO_ROOM' })
    assert.deepEqual(readdirSync(stick).sort(), [second, third])
  }
  const fourth = sized(4, 200_000)
  await assert.rejects(send(stick, [first]), { code: 'BACKUP_NO_ROOM' })
  assert.deepEqual(readdirSync(stick).sort(), [second, third], 'nothing goes in vain')
  rmSync(join(folder, fourth))
  const fifth = sized(5, 80_000)
  await assert.rejects(send(stick), { code: 'BACKUP_NO_ROOM' }, 'the last one stays')
  assert.deepEqual(readdirSync(stick).sort(), [second, third])
  rmSync(join(folder, fifth))
})

test('what is too old makes room before anything is copied', async (t) => {
  const { folder, put, send } = twoDisks(t)
  const stick = smallDisk(t, '100k')
  if (stick === null) return t.skip('needs root and tmpfs')
  const names = [1, 2].map((number) => {
    const name = put(number)
    writeFileSync(join(folder, name), Buffer.alloc(40_000))
    return name
  })
  await send(stick)
  for (const name of names) rmSync(join(folder, name))
  const third = put(3)
  writeFileSync(join(folder, third), Buffer.alloc(40_000))
  await send(stick, [], MADE + 3 * DAY_MS)
  assert.deepEqual(readdirSync(stick), [third])
})

test('a stick that is full or read-only says so, keeps what it had, and gets no half of one', async (t) => {
  const { folder, put, send } = twoDisks(t)
  const stick = smallDisk(t, '64k')
  if (stick === null) return t.skip('needs root and tmpfs')
  const first = put(1)
  await send(stick)
  const second = put(2)
  writeFileSync(join(folder, second), Buffer.alloc(100_000))
  await assert.rejects(send(stick), { code: 'BACKUP_NO_ROOM' })
  assert.deepEqual(readdirSync(stick), [first])
  execFileSync('mount', ['-o', 'remount,ro', stick])
  await assert.rejects(send(stick), { code: 'BACKUP_FAILED' })
})
