import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { unseenProgress } from '../../agent/ops/setup/progress.ts'
import { setupCredentials } from '../../agent/setup-credentials.ts'
import type { SetupWork } from '../../agent/setup-parts.ts'
import { placesUnder } from '../../agent/setup-places.ts'
import { doStep } from '../../agent/setup-work.ts'
import { hiddenFromUnit, letWriteFolders, letWriteOwn } from '../../agent/unit-paths.ts'
import type { Answers } from '../../config/answers.ts'

const consumer = (folder: string) => ({ name: folder, role: 'ehr' as const, folder })
const answersWith = (folder: string, ...others: readonly string[]): Answers => ({
  way: 'terminal',
  simulator: false,
  terminal: { folder, version: '3.1.1', owns: false },
  consumers: others.map(consumer),
})

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-paths-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
const DROP_IN = 'onshi-agent.service.d/61-folders.conf'

test('the service may write to every folder that setup is told, and to none that it was told before', (t) => {
  const units = folderOf(t)
  const elsewhere = answersWith('/mnt/oqs 100%', '/srv/onshi-agent/front', '/data/"a"', '/data/"a"')
  letWriteFolders(units, elsewhere)
  assert.deepEqual(
    readFileSync(join(units, DROP_IN), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('ReadWritePaths=')),
    ['ReadWritePaths="-/mnt/oqs 100%%"', 'ReadWritePaths="-/data/\\"a\\""'],
  )
  assert.deepEqual(letWriteFolders(units, answersWith('/srv/onshi-agent')), [])
  assert.equal(existsSync(join(units, DROP_IN)), false)
})

test('the service may write where the configuration has backups and the second anchor', (t) => {
  const units = folderOf(t)
  const own = (folder: string, anchor_file?: string) => ({
    backup: { folder, keep: 3, at: '' },
    audit: { reserve_mib: 4, ...(anchor_file === undefined ? {} : { anchor_file }) },
  })
  const path = join(units, 'onshi-agent.service.d/62-own-folders.conf')
  letWriteOwn(units, own('/data/backups', '/mnt/nas/audit.anchor'))
  assert.deepEqual(readFileSync(path, 'utf8').split('\n').slice(1), [
    '[Service]',
    'ReadWritePaths="-/data/backups"',
    'ReadWritePaths="-/mnt/nas"',
    '',
  ])
  letWriteOwn(units, own('/var/lib/onshi-agent/backups'))
  assert.equal(existsSync(path), false)
})

test('a folder that is hidden from the service is refused, and says where it may be', () => {
  const answers = answersWith('/home/taro/OQS', '/tmp', '/tmpfiles', '/var/tmp/x', '/root/x')
  assert.deepEqual(
    hiddenFromUnit(answers).map(({ field, code }) => [field, code]),
    [
      ['terminal.folder', 'SETUP_ANSWERS_INVALID'],
      ['consumers[0].folder', 'SETUP_ANSWERS_INVALID'],
      ['consumers[2].folder', 'SETUP_ANSWERS_INVALID'],
      ['consumers[3].folder', 'SETUP_ANSWERS_INVALID'],
    ],
  )
  const [{ title, found, write } = assert.fail()] = hiddenFromUnit(answers)
  assert.match(title, /サービスからは見えない/)
  assert.match(`${found}; ${write}`, /below \/home.*below \/srv\/onshi-agent/)
})

/** A step of setup under systemd, up to what it does with the service. */
function stepBed(t: TestContext, answers: Answers) {
  const root = folderOf(t)
  const places = { ...placesUnder(root), isSystemd: true }
  const called: string[] = []
  const seen = (what: string) => async () => {
    called.push(what)
    throw new Error(what)
  }
  const work: SetupWork = {
    answers,
    places,
    credentials: setupCredentials({ folder: places.credentials, units: null }, 'none'),
    service: {
      isForNow: false,
      start: seen('start'),
      ensure: seen('ensure'),
      close: async () => {},
    },
    run: async () => ({ code: 0, output: '' }),
    progress: unseenProgress(places.progress),
    typed: new Map(),
    clock: { now: () => 0 },
    asking: new Set(),
    keepConfig: false,
    isAtTerminal: false,
    say: () => {},
    confirm: async () => true,
  }
  return { work, called, dropIn: () => existsSync(join(places.units, DROP_IN)) }
}

test('a service that runs is started anew before it is told to write somewhere else', async (t) => {
  const elsewhere = stepBed(t, answersWith('/srv/onshi-agent/oqs', '/data/receipts'))
  await assert.rejects(doStep('consumers', elsewhere.work), /start/)
  assert.deepEqual([elsewhere.called, elsewhere.dropIn()], [['start'], true])
  const within = stepBed(t, answersWith('/srv/onshi-agent/oqs', '/srv/onshi-agent/front'))
  await assert.rejects(doStep('consumers', within.work), /ensure/)
  assert.deepEqual([within.called, within.dropIn()], [['ensure'], false])
  // The service was started anew after its own step.
  const terminal = stepBed(t, answersWith('/mnt/oqs', '/srv/onshi-agent/front'))
  await assert.rejects(doStep('consumers', terminal.work), /ensure/)
  assert.equal(terminal.dropIn(), true)
})

test('a folder of the terminal that does not work changes nothing about the service', async (t) => {
  const hidden = stepBed(t, answersWith('/home/taro/OQS'))
  await assert.rejects(doStep('share', hidden.work), { code: 'SETUP_ANSWERS_INVALID' })
  const gone = stepBed(t, answersWith('/nowhere/OQS'))
  await assert.rejects(doStep('share', gone.work), { code: 'SHARE_NOT_MOUNTED' })
  assert.deepEqual([hidden.dropIn(), gone.dropIn()], [false, false])
})

const noRoot = process.getuid?.() === 0 ? false : 'needs root for a folder outside /tmp'
test('the folder of the terminal may be anywhere that works: the service may write there', {
  skip: noRoot,
}, async (t) => {
  const oqs = mkdtempSync('/var/lib/onshi-paths-')
  t.after(() => rmSync(oqs, { recursive: true, force: true }))
  for (const role of ['req', 'res', 'face']) mkdirSync(join(oqs, role))
  const { work, dropIn } = stepBed(t, answersWith(oqs))
  await doStep('share', work)
  assert.equal(dropIn(), true)
})
