import assert from 'node:assert/strict'
import { copyFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import {
  type ReceiptComputerOptions,
  startReceiptComputer,
} from '../../../../agent/sim/terminal/receipt-computer.ts'
import type { TerminalSimulator } from '../../../../agent/sim/terminal/server.ts'
import { patient } from '../gateway/bed.ts'
import { value } from '../gateway/client.ts'
import { names, open, put, question, until } from './bed.ts'

const LIMITED = { timeout: 60_000 }

const work = (
  t: TestContext,
  { folders }: Pick<TerminalSimulator, 'folders'>,
  options: Partial<ReceiptComputerOptions> = {},
) => {
  const computer = startReceiptComputer({
    root: dirname(folders.req),
    pollMs: 3,
    deleteAfterMs: 20,
    ...options,
  })
  t.after(() => computer.close())
  return computer
}
/** The terminal with its face folder where requests are put. */
const toFace = ({ folders }: TerminalSimulator) => ({ folders: { ...folders, req: folders.face } })
const kinds = (computer: ReturnType<typeof startReceiptComputer>) =>
  computer.complaints().map(({ what }) => what)

test('a receipt computer asks, is answered, and clears up behind itself', LIMITED, async (t) => {
  const terminal = await open(t)
  for (const charset of ['utf-8', 'shift_jis'] as const) {
    const computer = work(t, terminal, { charset, firstNumber: charset === 'utf-8' ? 1 : 1001 })
    const face = await terminal.face('03')
    const answers = await Promise.all(
      ['01', '02'].map((number) => computer.ask(patient(number).cardFace)),
    )
    assert.deepEqual(
      answers.map(({ bytes }) => value(bytes.toString(), 'QualificationValidity')),
      ['1', '1'],
    )
    assert.match(answers[0]?.name ?? '', /^OQSsiquc01res_\d{12}\.xml$/)
    await computer.arrived(({ name }) => name === face)
    await until(
      () => names(terminal.folders.res).length + names(terminal.folders.face).length === 0,
    )
    assert.deepEqual(computer.complaints(), [])
    await computer.close()
  }
})

test('it fetches bulk results, still processing at first', LIMITED, async (t) => {
  const terminal = await open(t, { zip: true })
  const computer = work(t, terminal)
  const { insurerNumber, insuredIdentificationNumber, birthdate } = patient('10').cardFace
  const asked = {
    InsurerNumber: insurerNumber,
    InsuredIdentificationNumber: insuredIdentificationNumber,
    Birthdate: birthdate,
  }
  const accepted = await computer.exchange('OQSmuquc01', {
    QualificationConfirmSearchInfo: [asked, asked],
  })
  const ReceptionNumber = value(accepted.bytes.toString(), 'ReceptionNumber') ?? ''
  const first = await computer.exchange('OQSmuquc02', { ReceptionNumber })
  const second = await computer.exchange('OQSmuquc02', { ReceptionNumber })
  assert.match(first.name, /\.zip$/)
  assert.ok(second.bytes.length > first.bytes.length)
  assert.deepEqual(computer.complaints(), [])
})

test('it leaves the answers of others alone', LIMITED, async (t) => {
  const terminal = await open(t)
  const computer = work(t, terminal)
  put(terminal, 'OQSsiquc01req_A0123456789Z.xml', question('01', 'A0123456789Z'))
  await until(() => terminal.stats().answered === 1)
  await computer.ask(patient('01').cardFace)
  await until(() => names(terminal.folders.res).length === 1)
  assert.deepEqual(names(terminal.folders.res), ['OQSsiquc01res_A0123456789Z.xml'])
  assert.equal(computer.received().length, 1)
})

test('it complains of a file that is not whole when it is first seen', LIMITED, async (t) => {
  const terminal = await open(t)
  const computer = work(t, terminal, { deleteAfterMs: null })
  terminal.behave({ mode: 'half-written', delayMs: 150 })
  await terminal.face('01')
  await computer.arrived(({ isWhole }) => isWhole)
  assert.ok(kinds(computer).length > 0)
  assert.ok(kinds(computer).every((what) => what === 'half-written'))
})

test('it complains of what comes again, and of what changes under it', LIMITED, async (t) => {
  const terminal = await open(t)
  const computer = work(t, terminal, { deleteAfterMs: null })
  terminal.behave({ mode: 'twice', delayMs: 0, second: 'other', times: 1 })
  await terminal.face('01')
  await until(() => computer.complaints().length === 1)
  terminal.behave({ mode: 'normal' })
  const name = await terminal.face('02')
  const { bytes } = await computer.arrived((file) => file.name === name)
  put(toFace(terminal), name, bytes)
  await until(() => computer.complaints().length === 2)
  assert.deepEqual(kinds(computer), ['repeated', 'rewritten'])
  assert.equal(new Set(computer.received().map(({ sha256 }) => sha256)).size, 2)
})

test('it complains of a name that comes back after it was deleted', LIMITED, async (t) => {
  const terminal = await open(t)
  const computer = work(t, terminal)
  const name = await terminal.face('01')
  const { bytes } = await computer.arrived((file) => file.name === name)
  await until(() => names(terminal.folders.face).length === 0)
  put(toFace(terminal), name, bytes)
  await until(() => computer.complaints().length === 1)
  assert.deepEqual(kinds(computer), ['repeated'])
})

test('it complains when another program takes its file away', LIMITED, async (t) => {
  const terminal = await open(t)
  const computer = work(t, terminal, { deleteAfterMs: null })
  const name = await terminal.face('01')
  await computer.arrived((file) => file.name === name)
  rmSync(join(terminal.folders.face, name))
  await until(() => computer.complaints().length === 1)
  assert.deepEqual(kinds(computer), ['taken-away'])
})

test(
  "it complains of another clinic's files and of another question's answer",
  LIMITED,
  async (t) => {
    const terminal = await open(t)
    const computer = work(t, terminal)
    terminal.behave({ mode: 'other-institution', times: 1 })
    await computer.ask(patient('01').cardFace)
    terminal.behave({ mode: 'other-identifier', times: 1 })
    await computer.ask(patient('01').cardFace)
    assert.deepEqual(kinds(computer), ['foreign', 'foreign'])
  },
)

test('ZIP, a lock and a day ahead are no reason to complain; a cut ZIP is', LIMITED, async (t) => {
  const terminal = await open(t)
  const computer = work(t, terminal)
  for (const mode of ['zip', 'locked', 'tomorrow', 'renames'] as const) {
    terminal.behave({ mode, delayMs: 30, times: 1 })
    assert.ok((await computer.ask(patient('01').cardFace)).isWhole, mode)
  }
  assert.deepEqual(computer.complaints(), [])
  const cut = 'OQSsiquc01res_202604010001.zip'
  writeFileSync(join(terminal.folders.res, cut), Buffer.from('504b0304', 'hex'))
  await computer.arrived(({ name }) => name === cut)
  assert.deepEqual(kinds(computer), ['half-written'])
})

test('an answer that never comes ends as a time-out, or with the computer', LIMITED, async (t) => {
  const terminal = await open(t)
  const computer = work(t, terminal)
  terminal.behave({ mode: 'mute' })
  await assert.rejects(computer.ask(patient('01').cardFace, 50), { name: 'TimeoutError' })
  const waiting = computer.ask(patient('01').cardFace)
  const never = computer.arrived(() => false)
  const ended = Promise.all([
    assert.rejects(waiting, { name: 'AbortError' }),
    assert.rejects(never, { name: 'AbortError' }),
  ])
  await computer.close()
  await ended
})

test('folders that are exchanged for others are no complaint', LIMITED, async (t) => {
  const terminal = await open(t)
  const { face, res } = terminal.folders
  const computer = work(t, terminal, { deleteAfterMs: 60_000 })
  const name = await terminal.face('01')
  await computer.arrived((file) => file.name === name)
  renameSync(face, `${face}.old`)
  symlinkSync(res, face)
  copyFileSync(join(`${face}.old`, name), join(res, name.replace(/\d\.xml$/, 'x.xml')))
  const next = await computer.ask(patient('01').cardFace)
  assert.ok(next.isWhole)
  assert.deepEqual(computer.complaints(), [])
})
