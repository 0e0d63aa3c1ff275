import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { AgentError } from '../../../../agent/kernel/errors.ts'
import {
  credentialsText,
  mountOptions,
  mountUnits,
  tryShare,
  unitNameOf,
  whyNotMounted,
} from '../../../../agent/ops/setup/mount.ts'
import type { RunProgram } from '../../../../agent/ops/setup/parts.ts'

const owner = { uid: 991, gid: 992 }
const settings = {
  share: '//192.168.1.50/OQS 共有',
  version: '3.0',
  user: 'onshi',
  domain: 'CLINIC',
  password: 'CANARY,pass=% word',
}
const noSystemd =
  spawnSync('systemd-escape', ['--version']).status === 0 ? false : 'needs systemd-escape'
const options = mountOptions(settings, owner, '/etc/onshi-agent/share.credentials')

test('a unit has the name that systemd wants for its path', { skip: noSystemd }, () => {
  for (const path of [
    '/srv/onshi-agent/terminal',
    '/a//b/',
    '/.hidden/共有 フォルダー',
    '/x\\y:z_1',
  ])
    assert.equal(
      unitNameOf(path),
      execFileSync('systemd-escape', ['--path', path], { encoding: 'utf8' }).trim(),
    )
})

test('systemd takes the units, and neither they nor the options hold the password', (t) => {
  const { mount, automount } = mountUnits(settings.share, '/srv/onshi-agent/terminal', options)
  assert.equal(mount.name, 'srv-onshi\\x2dagent-terminal.mount')
  for (const { text } of [mount, automount]) assert.doesNotMatch(text, /CANARY/)
  assert.match(mount.text, /vers=3\.0,uid=991,gid=992,.*actimeo=0.*nofail,_netdev/)
  assert.equal(
    credentialsText(settings),
    'username=onshi\npassword=CANARY,pass=% word\ndomain=CLINIC\n',
  )
  if (spawnSync('systemd-analyze', ['--version']).status !== 0)
    return t.skip('needs systemd-analyze')
  const folder = mkdtempSync(join(tmpdir(), 'onshi-units-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  for (const { name, text } of [mount, automount]) writeFileSync(join(folder, name), text)
  const files = [mount, automount].map(({ name }) => join(folder, name))
  const verified = spawnSync('systemd-analyze', ['verify', '--recursive-errors=no', ...files], {
    encoding: 'utf8',
    env: { ...process.env, SYSTEMD_UNIT_PATH: `${folder}:` },
  })
  assert.deepEqual([verified.status, verified.stderr], [0, ''])
})

const said =
  (output: string): RunProgram =>
  async (program) =>
    program === 'mount' ? { code: 32, output } : { code: 0, output: '' }

for (const [output, why] of [
  [
    'mount: /tmp/x: bad option; for several filesystems (e.g. nfs, cifs) you might need a /sbin/mount.<type> helper program.',
    /cifs-utils がありません.*apt-get install cifs-utils/,
  ],
  ['mount error(13): Permission denied', /user or password/],
  ['mount error(2): No such file or directory', /no share of this name/],
  ['mount error(113): could not connect to 192.168.1.50', /does not answer/],
  ['mount error: could not resolve address for TERMINAL: Unknown error', /name of the terminal/],
  ['mount error(95): Operation not supported', /SMB version/],
  [
    'mount error: cifs filesystem not supported by the system\nmount error(19): No such device',
    /no cifs/,
  ],
  ['something else (77) CANARY', /refused/],
] as const) {
  test(`a share that mount refuses with “${output.slice(0, 24)}…” is told by its cause`, async () => {
    assert.match(whyNotMounted(output), why)
    const before = leftovers()
    let looked = false
    const trial = tryShare(settings, owner, said(output), async () => {
      looked = true
    })
    await assert.rejects(trial, (error) => {
      assert.ok(error instanceof AgentError)
      assert.equal(error.code, 'SHARE_NOT_MOUNTED')
      assert.match(error.message, why)
      assert.doesNotMatch(error.message, /CANARY/)
      return true
    })
    assert.equal(looked, false)
    assert.deepEqual(leftovers(), before, 'nothing is left, the password least of all')
  })
}

test('a share that mounts is looked at, unmounted again, and the password’s file goes', async () => {
  const ran: string[] = []
  let password = ''
  const run: RunProgram = async (program, args) => {
    ran.push(program)
    const [, file = ''] = /credentials=([^,]+)/.exec(args.join(' ')) ?? []
    if (existsSync(file)) password = readFileSync(file, 'utf8')
    return { code: 0, output: '' }
  }
  const before = leftovers()
  await tryShare(settings, owner, run, async () => void ran.push('look'))
  assert.deepEqual(ran, ['mount', 'look', 'umount'])
  assert.match(password, /CANARY/)
  assert.deepEqual(leftovers(), before)
})

test('a terminal that never answers is told, too', async () => {
  const trial = tryShare(
    settings,
    owner,
    async () => null,
    async () => {},
  )
  await assert.rejects(trial, { code: 'SHARE_NOT_MOUNTED', message: /in time/ })
})

/** A setup that a signal ends while it looks; the trial’s folder is full while the share is mounted. */
const ended = (isMounted: boolean) => `
  const { tryShare } = await import('${new URL('../../../../agent/ops/setup/mount.ts', import.meta.url)}')
  const { readFileSync, writeFileSync } = await import('node:fs')
  const run = async (program, args) => {
    const [, file] = /credentials=([^,]+)/.exec(args.join(' '))
    console.log(file, args[3], readFileSync(file, 'utf8').includes('CANARY'))
    if (${isMounted}) writeFileSync(args[3] + '/mounted', '')
    return { code: 0, output: '' }
  }
  const settings = { share: '//a/b', version: '3.0', user: 'u', domain: null, password: 'CANARY' }
  process.once('SIGHUP', () => process.exit(75))
  await tryShare(settings, { uid: 1, gid: 1 }, run, async () => {
    process.kill(process.pid, 'SIGHUP')
    await new Promise((resolve) => setTimeout(resolve, 60_000))
  })`

for (const [name, isMounted] of [
  ['mounted', true],
  ['being mounted', false],
] as const) {
  test(`of a setup that is ended while the share is ${name} neither mount nor password is left`, (t) => {
    const programs = mkdtempSync(join(tmpdir(), 'onshi-umount-'))
    t.after(() => rmSync(programs, { recursive: true, force: true }))
    const unmount = '#!/bin/sh\n[ "$1" = -l ] && rm "$2/mounted"\n'
    writeFileSync(join(programs, 'umount'), unmount, { mode: 0o755 })
    const child = spawnSync(process.execPath, ['--input-type=module', '-e', ended(isMounted)], {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${programs}:${process.env['PATH']}` },
    })
    assert.deepEqual([child.status, child.stderr], [75, ''])
    const [file = '', point = '', hadPassword] = child.stdout.trim().split(' ')
    assert.equal(hadPassword, 'true')
    assert.deepEqual([existsSync(file), existsSync(point)], [false, false])
    if (process.getuid?.() === 0) assert.match(file, /^\/run\//, 'a password reaches no disk')
  })
}

const leftovers = () =>
  [tmpdir(), '/run'].flatMap((folder) =>
    readdirSync(folder).filter((name) => name.startsWith('onshi-share-')),
  )
