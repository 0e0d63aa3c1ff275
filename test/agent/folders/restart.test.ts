import assert from 'node:assert/strict'
import { mkdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { memoryLedger } from '../../fakes/ledger.ts'
import { makeFolder, openBed } from './bed.ts'
import { everywhere } from './places.ts'

const DAY_MS = 86_400_000
/** Still of today where Japan's midnight comes between the writing and the look. */
const LATER_MS = 60_000

function bring(folder: string, name: string, text: string, at = Date.now()): void {
  const making = join(folder, 'making')
  writeFileSync(making, text)
  utimesSync(making, at / 1_000, at / 1_000)
  renameSync(making, join(folder, name))
}

everywhere(
  'at the first look ever, files of earlier days are left and those of today are offered',
  async (t, { folder, behind }) => {
    bring(behind, 'OQS1.xml', '<old>', Date.now() - 2 * DAY_MS)
    bring(behind, 'OQS2.xml', '<today>', Date.now() + LATER_MS)
    const openedAt = statSync(join(behind, 'OQS1.xml')).atimeMs
    const bed = openBed(t, { folder })
    await bed.until(() => bed.offered.length === 1)
    assert.deepEqual(bed.names(), ['OQS2.xml'])
    assert.deepEqual(bed.ledger.leftovers('face'), ['OQS1.xml'])
    assert.equal(statSync(join(behind, 'OQS1.xml')).atimeMs, openedAt)
  },
)

everywhere(
  'after a restart only what is new is offered, and what changed meanwhile',
  async (t, { folder, behind }) => {
    const ledger = memoryLedger()
    const before = openBed(t, { folder, ledger })
    await before.ready()
    for (const at of [1, 2, 3]) bring(behind, `OQS${at}.xml`, `<${at}>`)
    await before.until(() => before.offered.length === 3)
    await before.share.close()
    bring(behind, 'OQS2.xml', '<other>')
    bring(behind, 'OQS3.xml', '<of 1970>', 0)
    bring(behind, 'OQS4.xml', '<4>', 0)
    const bed = openBed(t, { folder, ledger })
    await bed.until(() => bed.offered.length === 3)
    await wait(600)
    bring(behind, 'OQS5.xml', '<5>')
    await bed.until(() => bed.offered.length === 4)
    assert.deepEqual(bed.names().toSorted(), ['OQS2.xml', 'OQS3.xml', 'OQS4.xml', 'OQS5.xml'])
    assert.equal(bed.events.filter(({ is }) => is === 'came').length, 4)
  },
)

test('a file whose taking a crash cut off is offered after the restart', async (t) => {
  const folder = makeFolder(t)
  const ledger = memoryLedger()
  const never = Promise.withResolvers<'taken'>()
  const before = openBed(t, { folder, ledger, judge: () => never.promise })
  await before.ready()
  bring(folder, 'OQS1.xml', '<one>')
  await before.until(() => before.offered.length === 1)
  const from = performance.now()
  await before.share.close()
  assert.ok(performance.now() - from < 30_000, 'a taker that hangs holds up the close')
  const bed = openBed(t, { folder, ledger })
  await bed.until(() => bed.offered.length === 1)
  assert.equal(bed.offered[0]?.text, '<one>')
})

everywhere(
  'a folder that goes and comes back loses nothing and gives nothing twice',
  async (t, { folder, behind }) => {
    const bed = openBed(t, { folder })
    bring(behind, 'OQS0.xml', '<leftover>', Date.now() - 3 * DAY_MS)
    await bed.ready()
    bring(behind, 'OQS1.xml', '<one>')
    await bed.until(() => bed.offered.length === 1)
    renameSync(behind, `${behind}-away`)
    await bed.until(() => bed.scanner.report().state === 'unreachable')
    assert.equal(bed.scanner.report().fault, 'TERMINAL_UNREACHABLE')
    bring(`${behind}-away`, 'OQS2.xml', '<two>')
    renameSync(`${behind}-away`, behind)
    const backAt = performance.now()
    await bed.until(() => bed.offered.length === 2)
    assert.equal(bed.scanner.report().state, 'reachable')
    t.diagnostic(`back after ${Math.round(performance.now() - backAt)} ms`)
    bring(behind, 'OQS3.xml', '<three>')
    await bed.until(() => bed.offered.length === 3)
    assert.deepEqual(bed.names(), ['OQS1.xml', 'OQS2.xml', 'OQS3.xml'])
    const faults = bed.events.flatMap((one) => (one.is === 'folder' ? [one.fault?.code] : []))
    assert.deepEqual(faults, [undefined, 'TERMINAL_UNREACHABLE', undefined])
  },
)

everywhere(
  'a folder that is removed and made anew is looked at as before',
  async (t, { folder, behind }) => {
    const bed = openBed(t, { folder })
    await bed.ready()
    bring(behind, 'OQS1.xml', '<one>')
    await bed.until(() => bed.offered.length === 1)
    rmSync(behind, { recursive: true })
    await bed.until(() => bed.scanner.report().state === 'unreachable')
    mkdirSync(behind)
    bring(behind, 'OQS1.xml', '<one>')
    bring(behind, 'OQS2.xml', '<two>')
    await bed.until(() => bed.offered.length === 2)
    assert.deepEqual(bed.names(), ['OQS1.xml', 'OQS2.xml'])
  },
)
