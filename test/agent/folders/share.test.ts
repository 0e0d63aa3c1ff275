import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { openBed } from './bed.ts'
import { everywhere } from './places.ts'

everywhere(
  'a new file is offered once, with its name and content',
  async (t, { folder, behind }) => {
    const bed = openBed(t, { folder })
    await bed.ready()
    writeFileSync(join(behind, 'OQS1.xml'), '<one>')
    await bed.until(() => bed.offered.length === 1)
    writeFileSync(join(behind, 'OQS2.xml'), '<two>')
    await bed.until(() => bed.offered.length === 2)
    assert.deepEqual(bed.offered, [
      { name: 'OQS1.xml', text: '<one>', isFinal: false },
      { name: 'OQS2.xml', text: '<two>', isFinal: false },
    ])
    assert.equal(bed.events.filter(({ is }) => is === 'came').length, 2)
    assert.notEqual(bed.scanner.report().newestAt, null)
  },
)

everywhere(
  'a file that is deleted after a second is taken, though another one is being taken all the time',
  async (t, { folder, behind }) => {
    const slow = Promise.withResolvers<'taken'>()
    const bed = openBed(t, {
      folder,
      judge: ({ name }) => (name === 'OQS1.xml' ? slow.promise : 'taken'),
    })
    await bed.ready()
    writeFileSync(join(behind, 'OQS1.xml'), '<one>')
    await bed.until(() => bed.offered.length === 1)
    writeFileSync(join(behind, 'OQS2.xml'), '<two>')
    await wait(1_000)
    rmSync(join(behind, 'OQS2.xml'))
    slow.resolve('taken')
    await bed.until(() => bed.offered.length === 2)
    assert.equal(bed.offered[1]?.text, '<two>')
  },
)

everywhere('a half written file is offered until it is whole', async (t, { folder, behind }) => {
  const bed = openBed(t, { folder })
  await bed.ready()
  const path = join(behind, 'OQS1.xml')
  writeFileSync(path, '<on')
  await bed.until(() => bed.offered.length === 1)
  appendFileSync(path, 'e>')
  await bed.until(() => bed.offered.some(({ text }) => text === '<one>'))
  assert.equal(bed.events.filter(({ is }) => is === 'came').length, 1)
  assert.equal(bed.events.filter(({ is }) => is === 'refused').length, 0)
})

everywhere('an empty file is offered once it has content', async (t, { folder, behind }) => {
  const bed = openBed(t, { folder })
  await bed.ready()
  writeFileSync(join(behind, 'OQS1.xml'), '')
  writeFileSync(join(behind, 'OQS2.xml'), '<two>')
  await bed.until(() => bed.offered.length === 1)
  writeFileSync(join(behind, 'OQS1.xml'), '<one>')
  await bed.until(() => bed.offered.length === 2)
  assert.deepEqual(bed.names(), ['OQS2.xml', 'OQS1.xml'])
})

everywhere('a renamed file is taken under its final name', async (t, { folder, behind }) => {
  const bed = openBed(t, { folder })
  await bed.ready()
  writeFileSync(join(behind, 'OQS1.xml.tmp'), '<one>')
  renameSync(join(behind, 'OQS1.xml.tmp'), join(behind, 'OQS1.xml'))
  await bed.until(() => bed.offered.length === 1)
  assert.deepEqual(bed.names(), ['OQS1.xml'])
})

everywhere('the same content under another name is not offered', async (t, { folder, behind }) => {
  const bed = openBed(t, { folder })
  await bed.ready()
  writeFileSync(join(behind, 'OQS1.xml'), '<one>')
  await bed.until(() => bed.offered.length === 1)
  renameSync(join(behind, 'OQS1.xml'), join(behind, 'OQS1-again.xml'))
  writeFileSync(join(behind, 'OQS2.xml'), '<one>')
  await wait(600)
  writeFileSync(join(behind, 'OQS3.xml'), '<three>')
  await bed.until(() => bed.offered.length === 2)
  assert.deepEqual(bed.names(), ['OQS1.xml', 'OQS3.xml'])
})

everywhere('other content under the same name is offered again', async (t, { folder, behind }) => {
  const bed = openBed(t, { folder })
  await bed.ready()
  const path = join(behind, 'OQS1.xml')
  writeFileSync(path, '<one>')
  await bed.until(() => bed.offered.length === 1)
  writeFileSync(path, '<two>')
  await bed.until(() => bed.offered.some(({ text }) => text === '<two>'))
  writeFileSync(join(behind, 'other'), '<six>')
  renameSync(join(behind, 'other'), path)
  await bed.until(() => bed.offered.some(({ text }) => text === '<six>'))
  rmSync(path)
  await wait(600)
  writeFileSync(path, '<ten>')
  await bed.until(() => bed.offered.some(({ text }) => text === '<ten>'))
  assert.deepEqual([...new Set(bed.names())], ['OQS1.xml'])
})

everywhere('only regular files are opened', async (t, { folder, behind }) => {
  const bed = openBed(t, { folder })
  await bed.ready()
  const secret = join(behind, 'secret')
  writeFileSync(secret, '<secret>')
  mkdirSync(join(behind, 'OQS1.xml'))
  symlinkSync(secret, join(behind, 'OQS2.xml'))
  execFileSync('mkfifo', [join(behind, 'OQS3.xml')])
  writeFileSync(join(behind, '.OQS4.xml'), '<temporary>')
  writeFileSync(join(behind, 'OQS5.xml.tmp'), '<temporary>')
  await wait(600)
  writeFileSync(join(behind, 'OQS6.xml'), '<six>')
  await bed.until(() => bed.offered.length === 1)
  assert.deepEqual(bed.names(), ['OQS6.xml'])
  rmSync(join(behind, 'OQS3.xml'))
  writeFileSync(join(behind, 'OQS3.xml'), '<three>')
  await bed.until(() => bed.offered.length === 2)
  assert.deepEqual(bed.names(), ['OQS6.xml', 'OQS3.xml'])
})

everywhere('files from tomorrow and from 1970 are taken', async (t, { folder, behind }) => {
  const bed = openBed(t, { folder })
  await bed.ready()
  const bring = (name: string, seconds: number) => {
    writeFileSync(join(behind, 'making'), `<${name}>`)
    utimesSync(join(behind, 'making'), seconds, seconds)
    renameSync(join(behind, 'making'), join(behind, name))
  }
  bring('OQS1.xml', Date.now() / 1_000 + 86_400)
  bring('OQS2.xml', 0)
  await bed.until(() => bed.offered.length === 2)
  bring('OQS2.xml', 0)
  rmSync(join(behind, 'OQS2.xml'))
  await wait(600)
  writeFileSync(join(behind, 'making'), '<other>')
  bring('OQS3.xml', 0)
  await bed.until(() => bed.names().includes('OQS3.xml'))
  assert.deepEqual(bed.names().toSorted(), ['OQS1.xml', 'OQS2.xml', 'OQS3.xml'])
})

everywhere('files that came together are offered oldest first', async (t, { folder, behind }) => {
  const now = Date.now() / 1_000
  for (const at of [3, 1, 2]) {
    writeFileSync(join(behind, `OQS${at}.xml`), `<${at}>`)
    utimesSync(join(behind, `OQS${at}.xml`), now, now - 10 + at)
  }
  const bed = openBed(t, { folder })
  await bed.until(() => bed.offered.length === 3)
  assert.deepEqual(bed.names(), ['OQS1.xml', 'OQS2.xml', 'OQS3.xml'])
})

everywhere('a file that is too long is refused unread', async (t, { folder, behind }) => {
  const bed = openBed(t, { folder, settings: { limitBytes: 10 } })
  await bed.ready()
  writeFileSync(join(behind, 'OQS1.xml'), '<much too long>')
  await bed.until(() => bed.events.some(({ is }) => is === 'refused'))
  const refused = bed.events.find(({ is }) => is === 'refused')
  assert.equal(refused?.is === 'refused' && refused.code, 'ANSWER_TOO_LARGE')
  assert.equal(refused?.is === 'refused' && refused.sizeBytes, 15)
  writeFileSync(join(behind, 'OQS1.xml'), '<short>')
  await bed.until(() => bed.offered.length === 1)
  assert.deepEqual(bed.offered[0]?.text, '<short>')
})
