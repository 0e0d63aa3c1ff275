import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

const unit = readFileSync('systemd/onshi-agent.service', 'utf8')
const value = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(unit)?.[1]

const hasAnalyze = spawnSync('systemd-analyze', ['--version']).status === 0
const skip = hasAnalyze ? false : 'needs systemd-analyze: apt-get install systemd'

/** Of the package, as this machine has it. */
const BACK_OFF = join(import.meta.dirname, '..', 'systemd/package/back-off.sh')

/** What `systemd-analyze` says of the unit, with programs that this machine has. */
function analyze(text: string, ...args: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-unit-'))
  try {
    const file = join(folder, 'onshi-agent.service')
    const here = text
      .replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`)
      .replaceAll('/usr/lib/onshi-agent/systemd/back-off.sh', BACK_OFF)
    writeFileSync(file, here)
    const { status, stdout, stderr } = spawnSync('systemd-analyze', [...args, file], {
      encoding: 'utf8',
    })
    return {
      status,
      said: stderr.split('\n').filter((line) => line.includes('agent.service')),
      stdout,
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('systemd takes the unit without a complaint', { skip }, () => {
  const { status, said } = analyze(unit, 'verify')
  assert.deepEqual(said, [])
  assert.equal(status, 0)
})

test('a misspelt key and a program that is not there would be found', { skip }, () => {
  assert.notDeepEqual(analyze(`${unit}\n[Service]\nRestrat=always\n`, 'verify').said, [])
  const absent = unit.replace('ExecStartPre=', 'ExecStartPre=/nowhere/program\nExecStartPre=')
  assert.notDeepEqual(analyze(absent, 'verify').said, [])
})

test('systemd rates the unit’s exposure as OK', { skip }, (t) => {
  // Of the running unit it is 1.5 (test/system/service.test.ts); unread, groups and a call count as more.
  const tenths = '--threshold=17'
  const { status, stdout } = analyze(unit, 'security', '--offline=true', '--no-pager', tenths)
  if (stdout === '') return t.skip('needs systemd 250 or later for `security --offline`')
  assert.equal(status, 0, stdout.slice(-200))
})

test('a crash is restarted, a refused configuration is not', () => {
  const cli = readFileSync('agent/cli.ts', 'utf8')
  const refused = /EX_CONFIG = (\d+)/.exec(cli)?.[1]
  assert.equal(value('Restart'), 'always')
  assert.ok(refused !== undefined)
  assert.equal(value('RestartPreventExitStatus'), refused)
  assert.equal(value('StartLimitIntervalSec'), '0')
})

test('the back-off is reached where no credential can be loaded, and cannot forbid the start', () => {
  assert.match(value('ExecCondition') ?? '', /^-\S+\/back-off\.sh wait %t\/onshi-agent\/failures$/)
  assert.match(value('ExecStopPost') ?? '', /back-off\.sh failed %t\/onshi-agent\/failures$/)
})

test('a box that is slow is neither given up at its start nor taken for hung', () => {
  assert.equal(value('Type'), 'notify')
  assert.ok(Number(value('TimeoutStartSec')) >= 120)
  assert.ok(Number(value('WatchdogSec')) >= 30)
})

test('a stop leaves every part its time to close', () => {
  const main = readFileSync('agent/main.ts', 'utf8')
  const official = readFileSync('agent/official.ts', 'utf8')
  const parts = (main + official).match(/closer\.add\(/g)?.length ?? 0
  const budgetMs = Number(/CLOSE_BUDGET_MS = ([\d_]+)/.exec(main)?.[1]?.replaceAll('_', ''))
  assert.ok(parts > 10 && budgetMs > 0)
  assert.ok(Number(value('TimeoutStopSec')) * 1_000 >= parts * budgetMs)
})

test('the unit starts the program with the defaults that the documents name', () => {
  assert.match(
    value('ExecStart') ?? '',
    /\/agent\/cli\.ts run --config \/etc\/onshi-agent\/agent\.toml$/,
  )
  const schema = readFileSync('config/agent.schema.json', 'utf8')
  assert.ok(schema.includes(`"/var/lib/${value('StateDirectory')}/agent.db"`))
  assert.ok(schema.includes(`"/run/${value('RuntimeDirectory')}/control.sock"`))
})

test('journald takes the priority of each line, and calls an error what has none', () => {
  assert.equal(value('SyslogLevelPrefix'), 'yes')
  assert.equal(value('SyslogLevel'), 'err')
})

test('the agent may ask the kernel about links, addresses and routes', () => {
  assert.match(value('RestrictAddressFamilies') ?? '', /\bAF_NETLINK\b/)
})
