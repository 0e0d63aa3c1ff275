import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { makeFolder, openBed } from './bed.ts'

const refusals = (bed: ReturnType<typeof openBed>) =>
  bed.events.flatMap((event) => (event.is === 'refused' ? [event.code] : []))

test('a file that stays half written is offered as final, then refused, and taken when it changes', {
  timeout: 60_000,
}, async (t) => {
  const folder = makeFolder(t)
  const bed = openBed(t, { folder })
  await bed.ready()
  writeFileSync(join(folder, 'OQS1.xml'), '<on')
  await bed.until(() => refusals(bed).length === 1)
  assert.deepEqual(refusals(bed), ['ANSWER_MALFORMED'])
  assert.deepEqual(bed.offered.at(-1), { name: 'OQS1.xml', text: '<on', isFinal: true })
  assert.equal(bed.offered.filter(({ isFinal }) => isFinal).length, 1)
  writeFileSync(join(folder, 'OQS1.xml'), '<one>')
  await bed.until(() => bed.offered.at(-1)?.text === '<one>')
  assert.equal(bed.offered.at(-1)?.isFinal, false)
})

test('an empty file is told after a while, and taken once it has content', {
  timeout: 60_000,
}, async (t) => {
  const folder = makeFolder(t)
  const bed = openBed(t, { folder })
  await bed.ready()
  writeFileSync(join(folder, 'OQS1.xml'), '')
  await bed.until(() => refusals(bed).length === 1)
  assert.deepEqual(bed.offered, [])
  writeFileSync(join(folder, 'OQS1.xml'), '<one>')
  await bed.until(() => bed.offered.length === 1)
})

const NOBODY = 65_534

test('a locked file is tried until it can be read', { timeout: 60_000 }, async (t) => {
  const folder = makeFolder(t)
  chmodSync(dirname(folder), 0o755)
  const bed = openBed(t, { folder })
  await bed.ready()
  const isRoot = process.getuid?.() === 0
  const asOwner = (work: () => void) => {
    if (isRoot) process.seteuid?.(0)
    work()
    if (isRoot) process.seteuid?.(NOBODY)
  }
  // Root reads every file: what follows is done as somebody else.
  if (isRoot) process.seteuid?.(NOBODY)
  try {
    asOwner(() => {
      chmodSync(folder, 0o777)
      writeFileSync(join(folder, 'making'), '<one>', { mode: 0 })
    })
    // Not as its owner: the thread that looks would be root for a moment, and read it.
    renameSync(join(folder, 'making'), join(folder, 'OQS1.xml'))
    await bed.until(() => refusals(bed).length === 1)
    assert.equal(bed.offered.length, 0)
    asOwner(() => chmodSync(join(folder, 'OQS1.xml'), 0o644))
    await bed.until(() => bed.offered.length === 1)
  } finally {
    if (isRoot) process.seteuid?.(0)
  }
  assert.equal(bed.offered[0]?.text, '<one>')
})

const canBind =
  process.getuid?.() === 0 && spawnSync('mount', ['--version']).status === 0
    ? false
    : 'needs root and mount'

test('another folder that is mounted over it is looked through, and the first one when it is back', {
  timeout: 60_000,
  skip: canBind,
}, async (t) => {
  const folder = makeFolder(t)
  const over = makeFolder(t, '/dev/shm')
  const bed = openBed(t, { folder })
  await bed.ready()
  writeFileSync(join(folder, 'OQS1.xml'), '<one>')
  await bed.until(() => bed.offered.length === 1)
  writeFileSync(join(over, 'OQS1.xml'), '<other>')
  writeFileSync(join(over, 'OQS2.xml'), '<one>')
  spawnSync('mount', ['--bind', over, folder])
  t.after(() => spawnSync('umount', ['-l', folder]))
  await bed.until(() => bed.offered.length === 2)
  writeFileSync(join(over, 'OQS3.xml'), '<three>')
  await bed.until(() => bed.offered.length === 3)
  spawnSync('umount', [folder])
  writeFileSync(join(folder, 'OQS4.xml'), '<four>')
  await bed.until(() => bed.offered.length === 4)
  assert.deepEqual(
    bed.offered.map(({ text }) => text),
    ['<one>', '<other>', '<three>', '<four>'],
  )
  rmSync(join(folder, 'OQS4.xml'))
})
