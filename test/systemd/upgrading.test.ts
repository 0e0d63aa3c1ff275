import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'

const script = readFileSync('systemd/package/upgrade.sh', 'utf8')
const postinst = readFileSync('systemd/package/debian/postinst', 'utf8')
const MARK = '# onshi-agent: the release before'
const WATCH_SECONDS = 10

/** In the place of the programs that the scripts call; ROOT is the box. */
const PROGRAMS: Readonly<Record<string, string>> = {
  systemctl: `case $1 in
    show) cat "$ROOT/unit/\${3#--property=}" ;;
    *) echo "$*" >>"$ROOT/calls" ;;
  esac
  case $1 in start | restart) [ ! -e "$ROOT/failures" ] || echo backed off >>"$ROOT/calls" ;; esac`,
  // A second takes none; what happens in it is in a file.
  sleep: `echo $(($(cat "$ROOT/uptime") + $1)) >"$ROOT/uptime"
  [ ! -e "$ROOT/each-second" ] || . "$ROOT/each-second"`,
  'onshi-agent': 'cat "$ROOT/status"',
  'upgrade.sh': 'echo "upgrade.sh $1" >>"$ROOT/calls"',
  'deb-systemd-invoke': 'echo "$*" >>"$ROOT/calls"',
  timeout: 'shift; exec "$@"',
  'dpkg-query': 'echo 2',
  ...{ sync: '', udevadm: '', 'systemd-sysusers': '', 'systemd-tmpfiles': '' },
  'deb-systemd-helper': '',
}

/** A box with an agent that is well and a new release that is unpacked. */
function stage(t: TestContext, phase: string) {
  const root = mkdtempSync(join(tmpdir(), 'onshi-upgrading-'))
  t.after(() => rmSync(root, { recursive: true }))
  const at = (path: string) => join(root, path)
  const write = (path: string, text: string | number) => writeFileSync(at(path), `${text}\n`)
  const read = (path: string) => readFileSync(at(path), 'utf8').trim()
  for (const folder of ['bin', 'unit', 'state', 'units', 'tree.previous']) mkdirSync(at(folder))
  mkdirSync(at('tree/bin'), { recursive: true })
  const program = (path: string, text: string) =>
    writeFileSync(at(path), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
  for (const [name, text] of Object.entries(PROGRAMS)) program(`bin/${name}`, text)
  program('tree/bin/node', 'exit 0')
  write('uptime', 1_000)
  write('calls', '')
  write('agent.toml', '')
  write('state/phase', phase)
  write('state/from', 1)
  write('state/previous.service', MARK)
  const unit = { ActiveState: 'active', NRestarts: 0, ActiveEnterTimestampMonotonic: 0 }
  for (const [name, value] of Object.entries(unit)) write(`unit/${name}`, value)
  const run = (text: string, ...args: readonly string[]) => {
    const here = text
      .replace('TREE=/usr/lib/onshi-agent', `TREE=${at('tree')}`)
      .replace('SWITCH=/etc/systemd/system/onshi-agent.service', `SWITCH=${at('units/switch')}`)
      .replace('STATE=/var/lib/onshi-agent-upgrade', `STATE=${at('state')}`)
      .replace('FAILURES=/run/onshi-agent/failures', `FAILURES=${at('failures')}`)
      .replaceAll('/var/lib/onshi-agent-upgrade', at('state'))
      .replaceAll('/usr/lib/onshi-agent/systemd/', at('bin/'))
      .replaceAll('/etc/onshi-agent/agent.toml', at('agent.toml'))
      .replaceAll('/usr/bin/onshi-agent', at('bin/onshi-agent'))
      .replaceAll('/run/systemd/system', root)
      .replaceAll('/proc/uptime', at('uptime'))
    const env = {
      ...{ PATH: `${at('bin')}:${process.env['PATH']}`, ROOT: root },
      WATCH_SECONDS: `${WATCH_SECONDS}`,
    }
    const ran = spawnSync('sh', ['-c', here, 'script', ...args], { encoding: 'utf8', env })
    assert.equal(ran.status, 0, ran.stderr)
    return ran.stdout
  }
  const ended = () => (existsSync(at('state/phase')) ? read('state/phase') : 'stays')
  const why = () => JSON.parse(read('state/rolled-back.json')).why
  return { at, write, read, run, ended, why, tookSeconds: () => Number(read('uptime')) - 1_000 }
}

test('a release that crashed within its minute goes back, also where it is up at the look', (t) => {
  const well = stage(t, 'watching')
  well.run(script, 'watch')
  assert.equal(well.ended(), 'stays')
  const crashing = stage(t, 'watching')
  crashing.write('unit/NRestarts', 9)
  crashing.run(script, 'watch')
  assert.deepEqual([crashing.ended(), crashing.why()], ['rolled-back', 'UNIT_restarted'])
})

test('the release before does not serve the back-off of the one that failed, nor a new one that of the old', (t) => {
  const box = stage(t, 'rolling-back')
  box.write('failures', 9)
  box.run(script, 'watch')
  assert.equal(box.ended(), 'rolled-back')
  assert.doesNotMatch(box.read('calls'), /backed off/)
  assert.match(box.read('calls'), /^stop onshi-agent.service[\s\S]*^start onshi-agent.service$/m)
  const cure = stage(t, 'configured')
  cure.write('failures', 9)
  cure.run(script, 'watch')
  assert.doesNotMatch(cure.read('calls'), /backed off/)
})

test('after a power cut in the watch the minute begins with the agent, which waits for the network', (t) => {
  const box = stage(t, 'watching')
  box.write('unit/ActiveState', 'inactive')
  box.write(
    'each-second',
    '[ $(cat "$ROOT/uptime") -lt 1100 ] || echo active >"$ROOT/unit/ActiveState"',
  )
  box.run(script, 'watch')
  assert.equal(box.ended(), 'stays')
  assert.equal(box.tookSeconds(), 100 + WATCH_SECONDS - 1)
  const unit = readFileSync('systemd/onshi-agent-upgrade.service', 'utf8')
  assert.match(unit, /^After=network-online.target$/m)
})

test('one that is never begun is not waited for without end', (t) => {
  const box = stage(t, 'watching')
  box.write('unit/ActiveState', 'inactive')
  box.run(script, 'watch')
  assert.deepEqual([box.ended(), box.why()], ['rolled-back', 'UNIT_inactive'])
  assert.equal(box.tookSeconds(), 300 + WATCH_SECONDS - 1)
})

/** What the new release is compared with, of an upgrade that was begun long ago. */
function comparedWith(t: TestContext, change: (box: ReturnType<typeof stage>) => void): string {
  const box = stage(t, 'configured')
  box.write('units/switch', MARK)
  box.write('state/before.json', 'of then')
  box.write('status', 'of now')
  change(box)
  box.write('tree/bin/node', '#!/bin/sh\ncp "$5" "$ROOT/compared"')
  box.run(script, 'watch')
  return box.read('compared')
}

test('a new release is compared with what the one before says when it is left', (t) => {
  const of = (change: (box: ReturnType<typeof stage>) => void) => comparedWith(t, change)
  assert.equal(
    of(() => undefined),
    'of now',
  )
  assert.equal(
    of(({ write }) => write('state/phase.before', 'rolled-back')),
    'of now',
  )
})

test('where the one before does not answer, is not what runs, or has just started, what was written down counts', (t) => {
  const of = (change: (box: ReturnType<typeof stage>) => void) => comparedWith(t, change)
  assert.equal(
    of(({ at }) => rmSync(at('status'))),
    'of then',
  )
  assert.equal(
    of(({ at }) => rmSync(at('units/switch'))),
    'of then',
    'the new one was started already',
  )
  assert.equal(
    of(({ write }) => write('state/phase.before', 'watching')),
    'of then',
    'what runs has not stayed',
  )
  assert.equal(
    of(({ write }) => write('unit/ActiveEnterTimestampMonotonic', 995_000_000)),
    'of then',
  )
})

test('an upgrade that dpkg takes back goes on with what was under way', (t) => {
  const before = (phase: string) => {
    const box = stage(t, 'unpacking')
    box.write('state/phase.before', phase)
    box.run(script, 'unpacked-again')
    return [box.ended(), existsSync(box.at('tree.previous'))]
  }
  assert.deepEqual(before('rolling-back'), ['rolling-back', true])
  assert.deepEqual(before('rolled-back'), ['rolled-back', true])
  assert.deepEqual(before('watching'), ['configured', true])
  assert.deepEqual(before('none'), ['stays', false])
})

test('what dpkg takes back is neither restarted nor said to be watched; what it configures is', (t) => {
  const RESTART = /^restart onshi-agent.service$/m
  const refused = stage(t, 'none')
  rmSync(refused.at('state/phase'))
  refused.run(postinst, 'abort-upgrade', '2')
  assert.doesNotMatch(refused.read('calls'), RESTART)
  refused.run(postinst, 'configure', '')
  assert.match(refused.read('calls'), RESTART)

  const taken = stage(t, 'unpacking')
  taken.run(postinst, 'abort-upgrade', '2')
  assert.match(taken.read('calls'), /^upgrade.sh unpacked-again$/m)
  assert.doesNotMatch(taken.read('calls'), /upgrade.sh running/)
  taken.run(postinst, 'configure', '1')
  assert.match(taken.read('calls'), /^upgrade.sh configured\n[\s\S]*^upgrade.sh running$/m)
})
