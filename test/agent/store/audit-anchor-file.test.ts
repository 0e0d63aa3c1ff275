import assert from 'node:assert/strict'
import {
  appendFileSync,
  existsSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { test } from 'node:test'
import { anchorSummary } from '../../../agent/store/audit-anchor.ts'
import { openAnchorFile } from '../../../agent/store/audit-anchor-file.ts'
import { NO_HASH } from '../../../agent/store/audit-chain.ts'
import { anchorLinesIn, anchorPath } from '../../../agent/store/audit-evidence.ts'
import { kinds, look, used } from './audit-bed.ts'
import { KEY, open, scratch } from './fixtures.ts'

const opened = (path: string) => openAnchorFile(path, KEY, 0, { now: () => 0 })
const state = (seq: number) => ({ head: { seq, hash: NO_HASH }, journal: 0 })
const summary = (path: string) => anchorSummary(anchorLinesIn(path, KEY)(), 0)

test('after a power cut that tore its last line, an anchor is whole and has the next one', async (t) => {
  const path = scratch(t)
  await opened(path).append('head', state(1))
  for (const torn of ['2', '2 head 5 AAAA', '\0\0\0\0']) {
    appendFileSync(path, torn)
    const before = summary(path).last?.count ?? 0
    await opened(path).append('head', state(5))
    assert.deepEqual(summary(path).faults, [], torn)
    assert.equal(summary(path).last?.count, before + 1)
  }
})

test('an anchor whose very first line was torn is one without a line', async (t) => {
  const path = scratch(t)
  writeFileSync(path, '1 head 4 AAAAAAA')
  const file = opened(path)
  assert.deepEqual([file.last(), file.isForeign()], [undefined, false])
  await file.append('head', state(4))
  assert.deepEqual(summary(path).faults, [])
  assert.equal(readFileSync(path, 'utf8').split('\n').length, 2)
})

test('a file that was never an anchor is set aside, not cut', async (t) => {
  const path = scratch(t)
  writeFileSync(path, 'somebody needs this')
  const file = opened(path)
  await file.append('head', state(4))
  assert.equal(file.isForeign(), true)
  assert.equal(readFileSync(`${path}.broken-0`, 'utf8'), 'somebody needs this')
  assert.ok(existsSync(path))
})

test('who cuts bytes off the last line on purpose is found, also after the next start', async (t) => {
  const path = scratch(t)
  await used(path)
  const anchor = anchorPath(path)
  appendFileSync(anchor, '9 head 5 AA')
  await used(path)
  assert.deepEqual(look(path).faults, [], 'what was torn by itself is nothing')
  truncateSync(anchor, statSync(anchor).size - 5)
  assert.deepEqual(kinds(look(path)), ['anchor-cut'])
  const told: string[] = []
  await (await open(path, KEY, undefined, ({ kind }) => told.push(kind))).close()
  assert.deepEqual(told, ['anchor-cut'])
  assert.deepEqual(kinds(look(path)).slice(-1), ['anchor-cut'])
})
