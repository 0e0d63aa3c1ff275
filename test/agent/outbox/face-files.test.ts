import assert from 'node:assert/strict'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { uuidV7 } from '../../../agent/kernel/ids.ts'
import { FaceFiles, STAGING } from '../../../agent/outbox/face-files.ts'
import { faceName } from '../../../agent/outbox/face-name.ts'
import { makeFolder } from '../folders/bed.ts'
import { everywhere } from '../folders/places.ts'

const institutionCode = '1319999991'
const AT = Date.parse('2026-04-01T09:30:02.345+09:00')
const DAY_MS = 86_400_000
const bytes = Buffer.from('<answer>')
const named = (at = AT) => faceName(institutionCode, uuidV7(at))

const open = (folder: string, limit = 10) => new FaceFiles({ folder, institutionCode, limit })

function staged(files: FaceFiles, name: string, content: Uint8Array = bytes): string {
  const found = files.stage(name, content)
  assert.equal(found.is, 'staged')
  return found.is === 'staged' ? found.place : ''
}

const put = (files: FaceFiles, name: string, at = AT) =>
  files.publish(name, staged(files, name), at)

/** What others see of the folder. */
const seen = (folder: string) => readdirSync(folder).filter((name) => name !== STAGING)
const ready = (folder: string) =>
  readdirSync(join(folder, STAGING)).filter((name) => name !== 'mark')

everywhere('a file appears whole, and nothing of it before', async (_, { folder, behind }) => {
  const files = open(folder)
  const name = named()
  const place = staged(files, name)
  assert.deepEqual(seen(behind), [])
  assert.deepEqual(files.publish(name, place, AT), { is: 'published' })
  assert.deepEqual(seen(behind), [name])
  assert.deepEqual(readFileSync(join(behind, name)), bytes)
  assert.deepEqual(ready(behind), [])
  assert.deepEqual(readdirSync(dirname(behind)), ['face'])
})

everywhere('what was taken is not brought back', async (_, { folder, behind }) => {
  const name = named()
  const place = staged(open(folder), name)
  // A crash here: the next one finds it ready and publishes it.
  assert.deepEqual(open(folder).publish(name, place, AT), { is: 'published' })
  // And here, while it lies there and after it was taken.
  assert.deepEqual(open(folder).publish(name, place, AT), { is: 'published' })
  assert.deepEqual(seen(behind), [name])
  rmSync(join(behind, name))
  assert.deepEqual(open(folder).publish(name, place, AT), { is: 'published' })
  assert.deepEqual(seen(behind), [])
})

test('what a crash left half made is made anew', (t) => {
  const folder = makeFolder(t)
  const name = named()
  staged(open(folder), name)
  writeFileSync(join(folder, STAGING, name), '<ans')
  const place = staged(open(folder), name)
  assert.deepEqual(open(folder).publish(name, place, AT), { is: 'published' })
  assert.deepEqual(readFileSync(join(folder, name)), bytes)
  writeFileSync(join(folder, STAGING, 'mark'), '0123')
  const other = named()
  assert.deepEqual(put(open(folder), other), { is: 'published' })
})

test('another folder in its place is not taken for the one where the file was ready', (t) => {
  const folder = makeFolder(t)
  const files = open(folder)
  const name = named()
  const place = staged(files, name)
  renameSync(folder, `${folder}-away`)
  assert.throws(() => files.publish(name, place, AT), { code: 'ENOENT' })
  assert.throws(() => files.stage(name, bytes), { code: 'ENOENT' })
  mkdirSync(folder)
  assert.deepEqual(files.publish(name, place, AT), { is: 'lost' })
  assert.deepEqual(put(files, name), { is: 'published' })
  assert.deepEqual(seen(folder), [name])
})

test('a file that is written once more while it lies there is left as it is', (t) => {
  const folder = makeFolder(t)
  const name = named()
  put(open(folder), name)
  const { ino } = statSync(join(folder, name))
  assert.deepEqual(put(open(folder), name), { is: 'published' })
  assert.equal(statSync(join(folder, name)).ino, ino)
  assert.deepEqual(ready(folder), [])
})

test('no other file loses its name', (t) => {
  const folder = makeFolder(t)
  const name = named()
  writeFileSync(join(folder, name), 'another')
  assert.throws(() => put(open(folder), name), { code: 'EEXIST', syscall: 'rename' })
  assert.equal(readFileSync(join(folder, name), 'utf8'), 'another')
})

test('a link where our own folder should be is not followed', (t) => {
  const folder = makeFolder(t)
  const elsewhere = makeFolder(t)
  symlinkSync(elsewhere, join(folder, STAGING))
  assert.throws(() => put(open(folder), named()), { code: 'EEXIST' })
  assert.deepEqual(readdirSync(elsewhere), [])
})

test('a link in the place of a file of ours is taken away, and what it leads to stays', (t) => {
  const folder = makeFolder(t)
  const precious = join(makeFolder(t), 'agent.db')
  writeFileSync(precious, 'precious')
  const name = named()
  mkdirSync(join(folder, STAGING), { mode: 0o700 })
  for (const link of ['mark', name]) symlinkSync(precious, join(folder, STAGING, link))
  const files = open(folder)
  assert.deepEqual(put(files, name), { is: 'published' })
  assert.equal(readFileSync(precious, 'utf8'), 'precious')
  const other = named()
  const place = staged(files, other)
  rmSync(join(folder, STAGING, other))
  symlinkSync(precious, join(folder, STAGING, other))
  assert.deepEqual(files.publish(other, place, AT), { is: 'lost' })
  assert.deepEqual(put(files, other), { is: 'published' })
  assert.deepEqual(readFileSync(join(folder, other)), bytes)
  assert.equal(readFileSync(precious, 'utf8'), 'precious')
})

test('a folder of ours that more people may write to than the one around it is not used', (t) => {
  const folder = makeFolder(t)
  const own = join(folder, STAGING)
  mkdirSync(own)
  for (const [around, inside] of [
    [0o755, 0o777],
    [0o775, 0o777],
    [0o1777, 0o777],
    [0o700, 0o720],
  ] as const) {
    chmodSync(folder, around)
    chmodSync(own, inside)
    assert.throws(() => put(open(folder), named()), { code: 'EPERM' })
    assert.deepEqual([seen(folder), ready(folder)], [[], []])
  }
  // A share that has one mode for everything.
  chmodSync(folder, 0o777)
  assert.deepEqual(put(open(folder), named()), { is: 'published' })
})

test('a folder of ours that somebody else made is not used', (t) => {
  if (process.geteuid?.() !== 0) return t.skip('only root can give a folder away')
  const folder = makeFolder(t)
  const own = join(folder, STAGING)
  mkdirSync(own, { mode: 0o700 })
  chownSync(own, 4_711, 4_711)
  assert.throws(() => put(open(folder), named()), { code: 'EPERM' })
  // And a share where everything is of one other owner.
  chownSync(folder, 4_711, 4_711)
  assert.deepEqual(put(open(folder), named()), { is: 'published' })
})

test('who may read the folder may read the file, and nobody what is not published', (t) => {
  const folder = makeFolder(t)
  const before = process.umask(0o077)
  t.after(() => process.umask(before))
  for (const [mode, wanted] of [
    [0o2770, 0o660],
    [0o755, 0o644],
    [0o700, 0o600],
  ] as const) {
    chmodSync(folder, mode)
    const name = named()
    put(open(folder), name)
    assert.equal(statSync(join(folder, name)).mode & 0o777, wanted)
    assert.equal(statSync(join(folder, STAGING)).mode & 0o777, 0o700)
  }
})

test('so many may wait, and taking one makes room for one', (t) => {
  const folder = makeFolder(t)
  for (const other of ['notes.txt', 'OQSsiquc01res_face_13199999910F_20260401093002.xml'])
    writeFileSync(join(folder, other), '')
  const files = open(folder, 3)
  const names = [0, 1, 2, 3, 4].map((n) => named(AT + n))
  const results = names.map((name) => put(files, name).is)
  assert.deepEqual(results, ['published', 'published', 'published', 'full', 'full'])
  assert.equal(seen(folder).length, 5)
  rmSync(join(folder, names[1] ?? ''))
  // Renamed is taken as well.
  renameSync(join(folder, names[0] ?? ''), join(folder, 'done.xml'))
  const again = names.slice(3).map((name) => put(files, name).is)
  assert.deepEqual(again, ['published', 'published'])
  assert.deepEqual(put(open(folder, 3), named()), { is: 'full' })
  assert.deepEqual(put(open(folder, 4), named()), { is: 'published' })
})

test('after a month nobody comes for it, and only ours goes', (t) => {
  const folder = makeFolder(t)
  const files = open(folder, 2)
  const [old, fresh, dropped] = [named(), named(AT + 1), named(AT + 2)]
  for (const name of [old, fresh]) put(files, name)
  staged(files, dropped)
  const others = ['notes.txt', 'OQSsiquc01res_face_13199999910F_20200401093002.xml']
  for (const other of others) writeFileSync(join(folder, other), '')
  const now = Date.now()
  const monthAgo = (now - 30 * DAY_MS) / 1_000
  const age = (path: string, seconds: number) => utimesSync(join(folder, path), seconds, seconds)
  for (const name of [old, ...others, join(STAGING, dropped)]) age(name, monthAgo - 10)
  age(fresh, monthAgo + 60)
  // Of an old event, and ready for as long: it goes nowhere but into the folder.
  const waiting = named(AT + 3)
  const place = staged(files, waiting)
  age(join(STAGING, waiting), monthAgo - 10)
  assert.deepEqual(files.publish(waiting, place, now), { is: 'published' })
  assert.deepEqual(seen(folder).toSorted(), [...others, fresh, waiting].toSorted())
  assert.deepEqual(ready(folder), [])
})

test('the answer to an old question that is sent today stays for a month from today', (t) => {
  const folder = makeFolder(t)
  const [one, two] = [named(0), named(1)]
  assert.deepEqual(put(open(folder), one, Date.now()), { is: 'published' })
  assert.deepEqual(put(open(folder), two, Date.now()), { is: 'published' })
  assert.deepEqual(seen(folder).toSorted(), [one, two].toSorted())
})

/** Takes a folder away and puts it back, until it is told to end. */
const COMES_AND_GOES = `
  const { renameSync } = require('node:fs')
  const { workerData } = require('node:worker_threads')
  const { folder, over } = workerData
  const elsewhere = folder + '-away'
  while (Atomics.wait(over, 0, 0, 2 * Math.random()) === 'timed-out') {
    renameSync(folder, elsewhere)
    Atomics.wait(over, 0, 0, 0.2)
    renameSync(elsewhere, folder)
  }
`

test('what was published is there, however often the folder goes and comes meanwhile', async (t) => {
  const folder = makeFolder(t)
  const over = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(COMES_AND_GOES, { eval: true, workerData: { folder, over } })
  const ended = once(worker, 'exit')
  t.after(() => worker.terminate())
  await once(worker, 'online')
  const files = open(folder, 10_000)
  const again = <T>(step: () => T): T => {
    for (;;)
      try {
        return step()
      } catch (error) {
        assert.ok(error instanceof Error && 'code' in error && error.code === 'ENOENT', `${error}`)
      }
  }
  const names = Array.from({ length: 200 }, (_, n) => named(AT + n))
  for (const name of names) {
    const place = again(() => staged(files, name))
    assert.deepEqual(
      again(() => files.publish(name, place, AT)),
      { is: 'published' },
    )
  }
  Atomics.store(over, 0, 1)
  await ended
  assert.deepEqual(seen(folder).sort(), names.sort())
  assert.deepEqual(ready(folder), [])
})
