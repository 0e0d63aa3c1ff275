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

for (const [name, typed] of [
  ['Ctrl-C', { is: 'left' }],
  ['-', '-'],
  ['another word', 'あとで'],
] as const) {
  test(`${name} instead of Enter at the recovery key leaves, and another key is made next time`, async (t) => {
    const bed = bedAtHome(t)
    bed.officialFolders(join(bed.folder, 'oqs'))
    const answers = ['1', CODE, '', 'none', join(bed.folder, 'oqs'), '', '', 'none', '', '']
    const screen = await bed.talk([...answers, typed, '', ''])
    assert.match(screen, /AGE-SECRET-KEY-1[\s\S]*この復元キーは無効にしました/)
    assert.doesNotMatch(screen, /電子カルテの名前/, 'nothing more is asked')
    const { recipient, done } = bed.work({}).progress.kept()
    assert.deepEqual([recipient, done.backup], [undefined, undefined])
    const again = await bed.talk([''])
    assert.match(again, /前に表示・印刷した復元キーは無効です[\s\S]*AGE-SECRET-KEY-1/)
    const kept = bed.work({}).progress.kept()
    assert.ok(kept.recipient?.startsWith('age1') && kept.done.backup !== undefined)
    assert.deepEqual(kept.unshown, [])
  })
}

test('a wrong way is answered anew, and what was answered of the other one goes', async (t) => {
  const bed = bedAtHome(t)
  const back = ['<', '<', '<', '<']
  await bed.talk(['', CODE, '', '//192.0.2.1/OQS', ...back, 'web-api'])
  assert.deepEqual(bed.work({}).progress.kept().answers, {
    way: 'web-api',
    institution: { code: CODE },
  })
  const line = ['ngn', 'ip-vpn', 'https://[fd00::1]:8443']
  await bed.talk([...line, ...back, '<', '<', 'terminal'])
  assert.deepEqual(bed.work({}).progress.kept().answers, {
    way: 'terminal',
    institution: { code: CODE },
  })
})
