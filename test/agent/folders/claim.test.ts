import assert from 'node:assert/strict'
import { renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ClaimTaker } from '../../../agent/folders/folder.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { memoryLedger } from '../../fakes/ledger.ts'
import { makeFolder, openBed } from './bed.ts'
import { everywhere } from './places.ts'

/** A claim that writes down what it was offered. */
function claimant(says: Awaited<ReturnType<ClaimTaker>>) {
  const seen: string[] = []
  const take: ClaimTaker = async ({ bytes }) => {
    seen.push(Buffer.from(bytes).toString())
    return says
  }
  return { seen, take }
}

everywhere('a claimed file goes to whoever claimed it', async (t, { folder, behind }) => {
  const bed = openBed(t, { folder })
  const { seen, take } = claimant('taken')
  const release = bed.scanner.claim('OQS1.xml', take)
  await bed.ready()
  writeFileSync(join(behind, 'OQS1.xml'), '<one>')
  await bed.until(() => seen.length === 1)
  writeFileSync(join(behind, 'OQS1.xml'), '<two>')
  await bed.until(() => seen.includes('<two>'))
  release()
  writeFileSync(join(behind, 'OQS1.xml'), '<three>')
  await bed.until(() => bed.offered.some(({ text }) => text === '<three>'))
  assert.ok(!seen.includes('<three>'))
})

everywhere('a claimed file is offered though it is known', async (t, { folder, behind }) => {
  const ledger = memoryLedger()
  const bed = openBed(t, { folder, ledger })
  writeFileSync(join(behind, 'OQS0.xml'), '<leftover>')
  const old = Date.now() / 1_000 - 2 * 86_400
  utimesSync(join(behind, 'OQS0.xml'), old, old)
  await bed.ready()
  writeFileSync(join(behind, 'OQS1.xml'), '<one>')
  await bed.until(() => bed.offered.length === 1)
  const known = claimant('taken')
  bed.scanner.claim('OQS1.xml', known.take)
  const leftover = claimant('taken')
  bed.scanner.claim('OQS0.xml', leftover.take)
  await bed.until(() => known.seen.length === 1 && leftover.seen.length === 1)
  assert.equal(bed.offered.length, 1)
})

everywhere('what is not the claimant’s goes to the others', async (t, { folder, behind }) => {
  const bed = openBed(t, { folder })
  const { seen, take } = claimant('not-mine')
  bed.scanner.claim('OQS1.xml', take)
  await bed.ready()
  writeFileSync(join(behind, 'OQS1.xml'), '<one>')
  await bed.until(() => bed.offered.length === 1)
  assert.deepEqual(seen, ['<one>'])
  assert.deepEqual(bed.names(), ['OQS1.xml'])
  writeFileSync(join(behind, 'OQS1.xml'), '<two>')
  await bed.until(() => bed.offered.length === 2)
  assert.deepEqual(seen, ['<one>', '<two>'])
})

test('a name that is not accepted is found by its claim alone', async (t) => {
  const folder = makeFolder(t)
  const bed = openBed(t, { folder, settings: { accepts: null } })
  await bed.until(() => bed.scanner.report().state === 'reachable')
  writeFileSync(join(folder, 'OQS1.xml'), '<other>')
  const { seen, take } = claimant('taken')
  bed.scanner.claim('OQS2.xml', take)
  writeFileSync(join(folder, 'OQS2.xml'), '<two>')
  await bed.until(() => seen.length === 1)
  assert.deepEqual(seen, ['<two>'])
  assert.deepEqual(bed.offered, [])
  rmSync(join(folder, 'OQS2.xml'))
})

test('a file that could not be taken is offered again, and holds up no other', async (t) => {
  const folder = makeFolder(t)
  let failures = 2
  const bed = openBed(t, {
    folder,
    judge({ name }) {
      if (name !== 'OQS1.xml' || failures === 0) return 'taken'
      failures -= 1
      throw new AgentError('STORE_FULL', 'by the test')
    },
  })
  await bed.ready()
  writeFileSync(join(folder, 'OQS1.xml'), '<one>')
  await bed.until(() => bed.offered.length === 1)
  writeFileSync(join(folder, 'OQS2.xml'), '<two>')
  await bed.until(() => bed.offered.length === 4)
  assert.deepEqual(bed.names(), ['OQS1.xml', 'OQS2.xml', 'OQS1.xml', 'OQS1.xml'])
})

test('a bug of a taker is passed on', async (t) => {
  const folder = makeFolder(t)
  const bug = new TypeError('by the test')
  const bed = openBed(t, {
    folder,
    judge() {
      throw bug
    },
  })
  await bed.ready()
  writeFileSync(join(folder, 'OQS1.xml'), '<one>')
  await assert.rejects(
    bed.until(() => false),
    bug,
  )
})

test('a file that was taken away by us is new when it comes again as it was', async (t) => {
  const folder = makeFolder(t)
  const forgetful = { ...memoryLedger(), names: () => [], holds: () => false, firstAt: () => 0 }
  const bed = openBed(t, { folder, ledger: forgetful })
  await bed.until(() => bed.scanner.report().entries !== null)
  for (const count of [1, 2, 3]) {
    writeFileSync(join(folder, 'making'), '<request>')
    renameSync(join(folder, 'making'), join(folder, 'OQS1.xml'))
    await bed.until(() => bed.offered.length === count)
    assert.equal(await bed.scanner.remove('OQS1.xml'), true)
  }
})
