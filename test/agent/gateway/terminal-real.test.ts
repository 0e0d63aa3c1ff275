import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { FolderLedger, FoundFile } from '../../../agent/folders/folder.ts'
import { openShare } from '../../../agent/folders/share.ts'
import { openTerminalGateway, type TerminalSettings } from '../../../agent/gateway/terminal.ts'
import { uuidV7 } from '../../../agent/kernel/ids.ts'
import { systemClock } from '../../../agent/platform.ts'
import {
  startTerminalSimulator,
  type TerminalSimulatorOptions,
} from '../../../agent/sim/terminal/server.ts'
import { paddedInsurerNumber } from '../../../agent/xmlmsg/insurer-number.ts'
import { recordingLog } from '../../fakes/log.ts'
import { patient } from '../sim/gateway/bed.ts'

/** Above what any of these takes; a test that hangs ends by it. */
const WHOLE = { timeout: 60_000 }
const never = new AbortController().signal
const institutionCode = '1319999991'

/** Nothing was seen before, and nothing is remembered. */
const ledger: FolderLedger = {
  names: () => [],
  holds: () => false,
  firstAt: () => 0,
  begin: async () => {},
}

interface Options extends Partial<TerminalSimulatorOptions> {
  readonly settings?: Partial<TerminalSettings>
}

/** The simulated terminal on a folder of the disk, the scanner on it, and the gateway over both. */
async function open(t: TestContext, { settings, ...simulated }: Options = {}) {
  const root = mkdtempSync(join(tmpdir(), 'onshi-terminal-'))
  const terminal = await startTerminalSimulator({ root, pollMs: 20, institutionCode, ...simulated })
  const taken: FoundFile[] = []
  const clock = systemClock
  const log = recordingLog()
  const folder = (role: 'req' | 'res') => ({
    role,
    path: join(root, role),
    accepts: role === 'res' ? /^OQS.+res_.+\.(?:xml|zip)$/ : null,
    limitBytes: 1024 * 1024,
    spool: null,
  })
  const share = openShare([folder('req'), folder('res')], {
    ledger,
    clock,
    log,
    take: async (file) => {
      taken.push(file)
      return 'passed'
    },
    observe: () => {},
    isOpen: () => true,
    onBug: (error) => assert.fail(String(error)),
  })
  const placed: string[] = []
  const req = share.folder('req')
  const gateway = openTerminalGateway(
    {
      institutionCode,
      charset: 'UTF-8',
      letter: 'A',
      pickupMs: 10_000,
      answerMs: 30_000,
      answerLimitBytes: 1024 * 1024,
      sessions: 5,
      queueLimit: 100,
      ...settings,
    },
    {
      req: {
        report: () => req.report(),
        claim: (name, take) => req.claim(name, take),
        has: (name) => req.has(name),
        remove: (name, sha256) => req.remove(name, sha256),
        put: async (name, bytes) => {
          await req.put(name, bytes)
          placed.push(name)
        },
      },
      res: share.folder('res'),
      clock,
      monotonic: () => performance.now(),
      log,
      observe: () => {},
    },
  )
  t.after(async () => {
    await gateway.close()
    await share.close()
    await terminal.close()
    rmSync(root, { recursive: true })
  })
  return {
    root,
    terminal,
    gateway,
    taken,
    placed,
    list: (name: string) => readdirSync(join(root, name)),
  }
}

function searchInfoOf(number: string) {
  const { cardFace } = patient(number)
  return { ...cardFace, insurerNumber: paddedInsurerNumber(cardFace.insurerNumber) }
}
const faceOf = (number: string) => ({
  ...searchInfoOf(number),
  limitApplicationCertificateRelatedConsFlg: '0',
})
const question = (number: string, id = uuidV7(Date.now())) => ({
  id,
  confirmationDate: '20260401',
  about: { kind: 'card-face' as const, searchInfo: faceOf(number) },
})
const nameIn = ({ answer }: { answer: { messageBody?: { resultList?: { name?: string }[] } } }) =>
  answer.messageBody?.resultList?.[0]?.name

for (const [label, charset, answers, zip] of [
  ['UTF-8', 'UTF-8', 'utf-8', false],
  ['CP932', 'Shift_JIS', 'shift_jis', false],
  ['UTF-8 in ZIP', 'UTF-8', 'utf-8', true],
  ['CP932 in ZIP', 'Shift_JIS', 'shift_jis', true],
] as const)
  test(`all messages are exchanged with the terminal in ${label}`, WHOLE, async (t) => {
    const { terminal, gateway, taken, list } = await open(t, {
      charset: answers,
      settings: { charset },
    })
    if (zip) terminal.behave({ mode: 'zip' })

    const { insurerNumber, insuredCardSymbol, insuredIdentificationNumber, insuredBranchNumber } =
      searchInfoOf('01')
    const registered = await gateway.register(
      {
        id: uuidV7(Date.now()),
        registration: {
          referenceNumber: '00042',
          insurerNumber,
          insuredIdentificationNumber,
          ...(insuredCardSymbol !== undefined && { insuredCardSymbol }),
          ...(insuredBranchNumber !== undefined && { insuredBranchNumber }),
        },
      },
      never,
    )
    assert.equal(registered.answer.messageBody?.processingResultStatus, '1')

    const asked = await gateway.ask(question('01'), never)
    assert.deepEqual([asked.charset, nameIn(asked)], [charset, '検証　一郎'])
    assert.equal(asked.answer.messageBody?.resultList?.[0]?.referenceNumber, '00042')

    const id = uuidV7(Date.now())
    const lines = ['01', '02'].map((number) => ({ searchInfo: searchInfoOf(number) }))
    const { receptionNumber } = await gateway.submitBulk(
      { id, confirmationDate: '20260402', lines },
      never,
    )
    assert.ok(receptionNumber !== null)
    assert.deepEqual(await gateway.fetchBulk({ id, receptionNumber }, never), { is: 'processing' })
    const result = await gateway.fetchBulk({ id, receptionNumber }, never)
    assert.ok(result.is === 'done')
    const units = result.answer.messageBody?.bulkConfirmUnit ?? []
    assert.equal(units.length, 2)
    assert.equal(units[0]?.resultOfQualificationConfirmation?.[0]?.name, '検証　一郎')
    assert.deepEqual(units[0]?.referenceNumber, ['00042'])
    assert.equal(result.charset, charset)

    assert.deepEqual([list('req'), taken], [[], []])
    assert.equal(list('res').filter((name) => name.endsWith('.zip')).length, zip ? 5 : 0)
  })

test('fifty questions at once each get their own answer', WHOLE, async (t) => {
  const { terminal, gateway, taken } = await open(t)
  // Two of one millisecond may share a file identifier, and the second is then refused.
  const now = Date.now()
  const numbers = Array.from({ length: 50 }, (_, at) => (at % 2 === 0 ? '01' : '02'))
  const names = await Promise.all(
    numbers.map(async (number, at) =>
      nameIn(await gateway.ask(question(number, uuidV7(now + at)), never)),
    ),
  )
  const [first, second] = names
  assert.ok(first !== undefined && second !== undefined && first !== second)
  assert.deepEqual(
    names,
    numbers.map((number) => (number === '01' ? first : second)),
  )
  assert.equal(terminal.stats().pickedUp, 50)
  assert.deepEqual([taken, gateway.openCount()], [[], 0])
})

for (const behaviour of [
  { mode: 'half-written', delayMs: 800 },
  { mode: 'locked', delayMs: 800 },
  { mode: 'renames', delayMs: 500 },
  { mode: 'deletes', deleteAfterMs: 1_000 },
  { mode: 'twice', delayMs: 50 },
  { mode: 'tomorrow' },
  { mode: 'slow', delayMs: 1_500 },
] as const)
  test(`an answer of a terminal that is "${behaviour.mode}" comes`, WHOLE, async (t) => {
    const { terminal, gateway } = await open(t)
    terminal.behave(behaviour)
    assert.equal(nameIn(await gateway.ask(question('01'), never)), '検証　一郎')
  })

for (const mode of ['other-institution', 'other-identifier'] as const)
  test(
    `an answer of ${mode} is left to the intake, and the question times out`,
    WHOLE,
    async (t) => {
      const { terminal, gateway, taken } = await open(t, { settings: { answerMs: 1_500 } })
      terminal.behave({ mode })
      await assert.rejects(gateway.ask(question('01'), never), { code: 'GATEWAY_TIMEOUT' })
      assert.equal(taken.length, 1)
    },
  )

test(
  'a broken answer, and what is no XML, end the question when nothing more comes',
  WHOLE,
  async (t) => {
    const { terminal, gateway } = await open(t)
    const codes = ['ANSWER_MALFORMED', 'ANSWER_NOT_XML'] as const
    const ends: Promise<void>[] = []
    for (const [at, mode] of (['broken', 'not-xml'] as const).entries()) {
      terminal.behave({ mode })
      ends.push(assert.rejects(gateway.ask(question('01'), never), { code: codes[at] }))
      while (terminal.stats().pickedUp <= at) await systemClock.sleep(5, never)
    }
    await Promise.all(ends)
  },
)

test(
  'a terminal that sleeps is silent, and nothing of the question stays behind',
  WHOLE,
  async (t) => {
    const { terminal, gateway, list } = await open(t, { settings: { pickupMs: 1_500 } })
    terminal.behave({ mode: 'asleep' })
    await assert.rejects(gateway.ask(question('01'), never), { code: 'TERMINAL_SILENT' })
    assert.deepEqual(list('req'), [])
    terminal.behave({ mode: 'normal' })
    assert.equal(nameIn(await gateway.ask(question('01'), never)), '検証　一郎')
    assert.equal(terminal.stats().pickedUp, 1)
  },
)

test(
  'a terminal that never answers is a time-out, and the late answer is left to the intake',
  WHOLE,
  async (t) => {
    const { terminal, gateway, taken, list } = await open(t, { settings: { answerMs: 1_500 } })
    terminal.behave({ mode: 'mute', times: 1 })
    await assert.rejects(gateway.ask(question('01'), never), { code: 'GATEWAY_TIMEOUT' })
    terminal.behave({ mode: 'slow', delayMs: 3_000, times: 1 })
    await assert.rejects(gateway.ask(question('01'), never), { code: 'GATEWAY_TIMEOUT' })
    while (taken.length === 0) await systemClock.sleep(50, never)
    assert.deepEqual([taken.map(({ name }) => name), list('req')], [list('res'), []])
  },
)

test(
  'a share that goes and comes back costs time, and no question that lies there',
  WHOLE,
  async (t) => {
    const { terminal, gateway, placed, root } = await open(t)
    terminal.behave({ mode: 'asleep' })
    const asked = gateway.ask(question('01'), never)
    while (placed.length === 0) await systemClock.sleep(5, never)
    renameSync(root, `${root}-away`)
    await assert.rejects(gateway.ask(question('02'), never), { code: 'TERMINAL_UNREACHABLE' })
    renameSync(`${root}-away`, root)
    terminal.behave({ mode: 'normal' })
    assert.equal(nameIn(await asked), '検証　一郎')
    assert.equal(terminal.stats().pickedUp, 1)
  },
)

test('after a stop the same question finds its answer without asking again', WHOLE, async (t) => {
  const { terminal, gateway, list } = await open(t)
  const same = question('01')
  const stop = new AbortController()
  const asked = gateway.ask(same, stop.signal)
  while (terminal.stats().pickedUp === 0) await systemClock.sleep(5, never)
  stop.abort(new Error('stop'))
  await assert.rejects(asked, /stop/)
  while (list('res').length === 0) await systemClock.sleep(5, never)
  assert.equal(nameIn(await gateway.ask(same, never)), '検証　一郎')
  assert.equal(terminal.stats().pickedUp, 1)
})
