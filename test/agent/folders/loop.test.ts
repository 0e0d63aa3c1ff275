import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { refuseLoops, samePlace } from '../../../agent/folders/loop.ts'
import { mountShare, noBindfs } from '../../bed/bindfs.ts'
import { makeFolder } from './bed.ts'

test('folders apart are fine, there or not', (t) => {
  const face = makeFolder(t)
  const root = dirname(face)
  mkdirSync(join(root, 'front'))
  refuseLoops([face, join(root, 'res')], [join(root, 'front'), join(root, 'face-2')])
  assert.equal(samePlace(face, join(root, 'front')), false)
})

test('a folder that is watched and written is refused, whichever way it is named', (t) => {
  const face = makeFolder(t)
  const root = dirname(face)
  symlinkSync(face, join(root, 'link'))
  symlinkSync(root, join(root, 'up'))
  mkdirSync(join(face, 'inside'))
  const same = [face, `${face}/`, join(root, '.', 'x', '..', 'face'), join(root, 'link')]
  for (const written of [...same, join(root, 'up', 'face'), join(face, 'inside'), root])
    assert.throws(() => refuseLoops([face], [written]), { code: 'FOLDER_LOOP' })
  assert.equal(samePlace(face, join(root, 'link')), true)
  assert.equal(samePlace(face, root), false)
})

test('folders that are not there are compared by name', (t) => {
  const gone = join(makeFolder(t), 'away')
  const loop = { code: 'FOLDER_LOOP' }
  assert.throws(() => refuseLoops([join(gone, 'face')], [join(gone, 'face', '..', 'face')]), loop)
  assert.throws(() => refuseLoops([join(gone, 'face')], [gone]), loop)
  refuseLoops([join(gone, 'face')], [join(gone, 'fac')])
})

const canBind = spawnSync('unshare', ['-m', 'true']).status === 0
test('a bind mount is seen through', { skip: canBind ? false : 'needs mount namespaces' }, (t) => {
  const face = makeFolder(t)
  const root = dirname(face)
  for (const name of ['bound', 'deep', 'apart']) mkdirSync(join(root, name))
  mkdirSync(join(face, 'inside'))
  const module = new URL('../../../agent/folders/loop.ts', import.meta.url)
  const check = `
    import { refuseLoops } from '${module}'
    const says = []
    for (const name of ['bound', 'deep', 'apart']) {
      try { refuseLoops(['${face}'], ['${root}/' + name]); says.push('fine') }
      catch (error) { says.push(error.code) }
    }
    process.stdout.write(says.join(' '))`
  const script = `mount --bind "$1/face" "$1/bound" && mount --bind "$1/face/inside" "$1/deep" &&
    exec "$2" --input-type=module -e "$3"`
  const { stdout, stderr } = spawnSync(
    'unshare',
    ['-m', 'sh', '-c', script, 'sh', root, process.execPath, check],
    { encoding: 'utf8' },
  )
  assert.equal(stdout, 'FOLDER_LOOP FOLDER_LOOP fine', stderr)
})

test('a share is told apart by name, and is not waited for when it hangs', {
  skip: noBindfs,
  timeout: 60_000,
}, async (t) => {
  const mounted = await mountShare(t)
  const link = join(makeFolder(t), 'link')
  symlinkSync(mounted.folder, link)
  mounted.stop()
  const from = performance.now()
  assert.throws(() => refuseLoops([mounted.folder], [link]), { code: 'FOLDER_LOOP' })
  refuseLoops([mounted.folder], [`${mounted.folder}-2`])
  assert.equal(samePlace(link, mounted.folder), true)
  assert.ok(performance.now() - from < 30_000)
})
