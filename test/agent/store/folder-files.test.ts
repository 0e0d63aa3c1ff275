import assert from 'node:assert/strict'
import { test } from 'node:test'
import { open, scratch } from './fixtures.ts'

const SHA256 = 'ab'.repeat(32)
const name = 'TKKsiquc01res_1.pdf'

test('a file that was taken away is unknown from that moment on, not from when it is on the disk', async (t) => {
  const store = await open(scratch(t))
  t.after(() => store.close())
  const { folderFiles } = store
  await folderFiles.pass({
    role: 'res',
    name,
    sha256: SHA256,
    sizeBytes: 9,
    at: 1,
    became: 'passed',
  })
  assert.ok(folderFiles.holdsUnder('res', SHA256, name))
  const written = folderFiles.removed('res', name)
  assert.ok(!folderFiles.holdsUnder('res', SHA256, name), 'before it is written')
  await written
  assert.ok(!folderFiles.holdsUnder('res', SHA256, name), 'when it is written')
  await folderFiles.pass({
    role: 'res',
    name,
    sha256: SHA256,
    sizeBytes: 9,
    at: 2,
    became: 'passed',
  })
  assert.ok(folderFiles.holdsUnder('res', SHA256, name), 'when it came again')
})
