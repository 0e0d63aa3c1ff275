import assert from 'node:assert/strict'
import { homedir } from 'node:os'
import { join, relative } from 'node:path'
import { type TestContext, test } from 'node:test'
import { allFromHere } from '../../agent/setup-answer.ts'
import { makeWorkBed } from '../bed/setup-work.ts'

const CODE = '1319999991'

/** `~` is the folder of the test. */
function bedAtHome(t: TestContext) {
  const bed = makeWorkBed(t)
  const home = homedir()
  process.env['HOME'] = bed.folder
  t.after(() => {
    process.env['HOME'] = home
  })
  return bed
}

test('a folder that is typed from here or from home is found from everywhere', async (t) => {
  const bed = bedAtHome(t)
  const oqs = join(bed.folder, 'oqs')
  bed.officialFolders(oqs)
  await bed.talk([
    ...['1', CODE, '', 'none', relative(process.cwd(), oqs), '', '', 'none', ''],
    '～/backup',
  ])
  const { answers } = bed.work({}).progress.kept()
  assert.deepEqual(answers['terminal'], { folder: oqs })
  assert.deepEqual(answers['backup'], { target: join(bed.folder, 'backup') })
})

test('files that an earlier setup kept as they were typed are found, too; what names no file stays', (t) => {
  const bed = bedAtHome(t)
  const draft = { way: 'web-api', certificate: { file: '~/clinic.p12', server_name: 'gw' } }
  assert.deepEqual(allFromHere({ ...draft, backup: { target: '/mnt' } }), {
    way: 'web-api',
    certificate: { file: join(bed.folder, 'clinic.p12'), server_name: 'gw' },
    backup: { target: '/mnt' },
  })
})
