import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { diskFault } from '../../agent/ops/disk-watch.ts'

const script = readFileSync('systemd/package/debian/preinst', 'utf8')
const MIB = 1024
const NEEDED = 150 * MIB

/** A box with a release on it and so much room, KiB; its `preinst` of the next one, run. */
function upgrade(t: TestContext, freeKib: number, phase?: string) {
  const root = mkdtempSync(join(tmpdir(), 'onshi-room-'))
  t.after(() => rmSync(root, { recursive: true }))
  const at = (path: string) => join(root, path)
  for (const folder of ['bin', 'tree', 'data', 'units']) mkdirSync(at(folder))
  writeFileSync(at('tree/file'), 'the release that runs')
  writeFileSync(at('unit'), 'ExecStart=x\n')
  if (phase !== undefined) {
    mkdirSync(at('state'))
    writeFileSync(at('state/phase'), `${phase}\n`)
    writeFileSync(at('state/phase.before'), 'none\n')
  }
  writeFileSync(at('bin/df'), `#!/bin/sh\necho Avail\necho ${freeKib}\n`)
  chmodSync(at('bin/df'), 0o755)
  const here = script
    .replace('@INSTALLED_SIZE@', `${NEEDED}`)
    .replace('TREE=/usr/lib/onshi-agent', `TREE=${at('tree')}`)
    .replace('UNIT=/usr/lib/systemd/system/onshi-agent.service', `UNIT=${at('unit')}`)
    .replace('SWITCH=/etc/systemd/system/onshi-agent.service', `SWITCH=${at('units/switch')}`)
    .replace('STATE=/var/lib/onshi-agent-upgrade', `STATE=${at('state')}`)
    .replace('DATA=/var/lib/onshi-agent', `DATA=${at('data')}`)
    .replaceAll('/run/systemd/system', at('none'))
  const ran = spawnSync('sh', ['-c', here, 'preinst', 'upgrade', '1.0.0'], {
    encoding: 'utf8',
    env: { PATH: `${at('bin')}:${process.env['PATH']}` },
  })
  return { ...ran, at }
}

test('a disk that both releases would make low is no upgrade, and nothing of it is touched', (t) => {
  const { status, stderr, at } = upgrade(t, 1_100 * MIB)
  assert.equal(status, 1)
  assert.match(stderr, /あと 138 MiB 空けて/)
  assert.match(stderr, /free 138 MiB more/)
  assert.deepEqual(
    [existsSync(at('tree.previous')), existsSync(at('units/switch'))],
    [false, false],
  )
})

test('with the room that was asked for it goes on; a disk that is low already may stay so, but not get full', (t) => {
  const roomy = upgrade(t, 1_238 * MIB)
  assert.equal(roomy.status, 0, roomy.stderr)
  assert.ok(existsSync(roomy.at('tree.previous/file')) && existsSync(roomy.at('units/switch')))
  assert.equal(upgrade(t, 900 * MIB).status, 0)
  assert.equal(upgrade(t, 300 * MIB).status, 1)
})

test('refused after a roll-back, the release before stays the one that runs', (t) => {
  const { status, at } = upgrade(t, 1_100 * MIB, 'rolled-back')
  assert.equal(status, 1)
  const read = (name: string) => readFileSync(at(name), 'utf8').trim()
  assert.deepEqual(
    [read('state/phase'), read('state/phase.before')],
    ['rolled-back', 'rolled-back'],
  )
})

test('an upgrade that was cut off goes on whatever the room: half of it is there', (t) => {
  assert.equal(upgrade(t, 300 * MIB, 'unpacking').status, 0)
})

test('what counts as low and as full is what health says', () => {
  const [low = 0, full = 0] = ['LOW', 'FULL'].map((name) =>
    Number(new RegExp(`^${name}_KIB=(\\d+)$`, 'm').exec(script)?.[1]),
  )
  const faultAt = (kib: number) =>
    diskFault({ sizeBytes: 0, freeBytes: kib * 1024, isReadOnly: false })
  assert.deepEqual([faultAt(low), faultAt(low - 1)], [null, 'DISK_LOW'])
  assert.deepEqual([faultAt(full), faultAt(full - 1)], ['DISK_LOW', 'DISK_FULL'])
})
