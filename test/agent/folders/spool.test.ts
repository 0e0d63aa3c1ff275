import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { memoryLedger } from '../../fakes/ledger.ts'
import { makeFolder, openBed } from './bed.ts'

const SPOOL = 'onshi-agent-spool'
const DAY_MS = 86_400_000
/** Names as they were. The spool is made with the first file that is moved. */
const moved = (folder: string) =>
  existsSync(join(folder, SPOOL))
    ? readdirSync(join(folder, SPOOL)).map((name) => name.slice(14))
    : []

test('in a folder of ours what was taken goes to the spool, which keeps the newest', async (t) => {
  const folder = makeFolder(t)
  const spool = { files: 2, maxAgeMs: DAY_MS }
  mkdirSync(join(folder, SPOOL))
  writeFileSync(join(folder, SPOOL, 'README'), 'not ours')
  writeFileSync(join(folder, 'other.txt'), 'not ours')
  const bed = openBed(t, { folder, settings: { spool } })
  await bed.ready()
  for (const at of [1, 2, 3]) {
    writeFileSync(join(folder, `OQS${at}.xml`), `<${at}>`)
    await bed.until(() => !readdirSync(folder).includes(`OQS${at}.xml`))
  }
  await bed.until(() => moved(folder).includes('OQS3.xml'))
  assert.deepEqual(moved(folder), ['OQS2.xml', 'OQS3.xml', ''])
  assert.equal(readFileSync(join(folder, SPOOL, 'README'), 'utf8'), 'not ours')
  assert.deepEqual(readdirSync(folder).toSorted(), [SPOOL, 'other.txt'].toSorted())
  await bed.until(() => bed.scanner.report().spool?.files === 2)
  assert.ok(Math.abs((bed.scanner.report().spool?.oldestAt ?? 0) - Date.now()) < 60_000)
})

test('what a crash kept from the spool goes there after the restart, and old files go', async (t) => {
  const folder = makeFolder(t)
  const ledger = memoryLedger()
  const before = openBed(t, { folder, ledger })
  await before.ready()
  writeFileSync(join(folder, 'OQS1.xml'), '<one>')
  await before.until(() => before.offered.length === 1)
  await before.share.close()
  mkdirSync(join(folder, SPOOL))
  writeFileSync(join(folder, SPOOL, `${Date.now() - 2 * DAY_MS}_OQS0.xml`), '<zero>')
  const bed = openBed(t, { folder, ledger, settings: { spool: { files: 9, maxAgeMs: DAY_MS } } })
  await bed.until(() => bed.scanner.report().spool?.files === 1)
  await bed.until(() => moved(folder).includes('OQS1.xml'))
  assert.deepEqual(moved(folder), ['OQS1.xml'])
  assert.deepEqual(bed.offered, [])
})

test('a file that is half written, or came anew, is not moved', async (t) => {
  const folder = makeFolder(t)
  const bed = openBed(t, {
    folder,
    settings: { spool: { files: 9, maxAgeMs: DAY_MS } },
    judge({ name, text }) {
      if (text === '<one>') writeFileSync(join(folder, name), '<other>')
      return text.endsWith('>') ? 'taken' : 'incomplete'
    },
  })
  await bed.ready()
  writeFileSync(join(folder, 'OQS2.xml'), '<half')
  writeFileSync(join(folder, 'OQS1.xml'), '<one>')
  await bed.until(() => moved(folder).includes('OQS1.xml'))
  const [name = ''] = readdirSync(join(folder, SPOOL))
  assert.equal(readFileSync(join(folder, SPOOL, name), 'utf8'), '<other>')
  assert.ok(readdirSync(folder).includes('OQS2.xml'))
  assert.ok(bed.offered.some(({ text }) => text === '<other>'))
})
