import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { mountShare, noBindfs } from '../../bed/bindfs.ts'
import { makeFolder, openBed } from './bed.ts'

test('a share that hangs is silent and holds up nothing else', {
  skip: noBindfs,
  timeout: 60_000,
}, async (t) => {
  const mounted = await mountShare(t)
  const bed = openBed(t, { folder: mounted.folder })
  const other = openBed(t, { folder: makeFolder(t) })
  await bed.ready()
  await other.ready()
  mounted.stop()
  writeFileSync(join(mounted.behind, 'OQS1.xml'), '<one>')
  await bed.until(() => bed.scanner.report().state === 'silent')
  assert.equal(bed.scanner.report().fault, 'TERMINAL_UNREACHABLE')
  // The pool of Node's own file calls has four threads; none of them waits for the share.
  await Promise.all(Array.from({ length: 8 }, () => stat(other.folder)))
  writeFileSync(join(other.folder, 'OQS2.xml'), '<two>')
  await other.until(() => other.offered.length === 1)
  assert.equal(bed.scanner.report().state, 'silent')
  mounted.resume()
  const from = performance.now()
  await bed.until(() => bed.scanner.report().state === 'reachable')
  t.diagnostic(`back after ${Math.round(performance.now() - from)} ms`)
  await bed.until(() => bed.offered.length === 1)
  const faults = bed.events.flatMap((one) => (one.is === 'folder' ? [one.fault?.facts] : []))
  assert.deepEqual(faults, [undefined, { folder: 'face', errno: 'silent' }, undefined])
})

test('a share that hangs is given up at the close', {
  skip: noBindfs,
  timeout: 60_000,
}, async (t) => {
  const mounted = await mountShare(t)
  const bed = openBed(t, { folder: mounted.folder })
  await bed.ready()
  mounted.stop()
  await bed.until(() => bed.scanner.report().state === 'silent')
  const from = performance.now()
  await bed.share.close()
  assert.ok(performance.now() - from < 30_000)
})

test('what a hanging share did not do in time is not done later', {
  skip: noBindfs,
  timeout: 60_000,
}, async (t) => {
  const mounted = await mountShare(t)
  const bed = openBed(t, { folder: mounted.folder })
  await bed.ready()
  mounted.stop()
  const from = performance.now()
  const put = bed.scanner.put('OQSreq1.xml', Buffer.from('<question>'))
  const has = bed.scanner.has('OQSreq1.xml')
  await assert.rejects(put, { code: 'TERMINAL_UNREACHABLE' })
  await assert.rejects(has, { code: 'TERMINAL_UNREACHABLE' })
  assert.ok(performance.now() - from < 30_000)
  mounted.resume()
  await bed.until(() => bed.scanner.report().state === 'reachable')
  assert.equal(await bed.scanner.has('OQSreq1.xml'), false)
})

test('a share that is unmounted is unreachable until it is mounted again', {
  skip: noBindfs,
  timeout: 60_000,
}, async (t) => {
  const mounted = await mountShare(t)
  const bed = openBed(t, { folder: mounted.folder })
  await bed.ready()
  writeFileSync(join(mounted.behind, 'OQS1.xml'), '<one>')
  await bed.until(() => bed.offered.length === 1)
  await mounted.unmount()
  await bed.until(() => bed.scanner.report().state === 'unreachable')
  writeFileSync(join(mounted.behind, 'OQS2.xml'), '<two>')
  await mounted.mount()
  await bed.until(() => bed.offered.length === 2)
  assert.deepEqual(bed.names(), ['OQS1.xml', 'OQS2.xml'])
})
