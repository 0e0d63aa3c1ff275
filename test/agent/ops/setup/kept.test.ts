import assert from 'node:assert/strict'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { PassThrough } from 'node:stream'
import { type TestContext, test } from 'node:test'
import { writeWhole } from '../../../../agent/ops/setup/files.ts'
import { holdSetup, openProgress } from '../../../../agent/ops/setup/progress.ts'
import { openPrompt, typedOf } from '../../../../agent/ops/setup/prompt.ts'
import { placesUnder } from '../../../../agent/setup-places.ts'

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-kept-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
const modeOf = (path: string) => statSync(path).mode & 0o777

test('how far setup is survives it, is for root alone, and damage is told and never guessed at', (t) => {
  const path = join(folderOf(t), 'setup.json')
  openProgress(path).save({ answers: { way: 'terminal' } })
  openProgress(path).did('way', 'f', 7)
  const { answers, done } = openProgress(path).kept()
  assert.deepEqual([answers, done], [{ way: 'terminal' }, { way: { at: 7, fingerprint: 'f' } }])
  assert.equal(modeOf(path), 0o600)
  for (const damaged of ['', '{', '[]', '{"version":2}', readFileSync(path, 'utf8').slice(0, -9)]) {
    writeFileSync(path, damaged)
    assert.throws(() => openProgress(path), { code: 'SETUP_PROGRESS_UNREADABLE' })
  }
})

test('two do not set up at once; one that was killed is no hindrance', (t) => {
  const path = join(folderOf(t), 'setup.pid')
  writeFileSync(path, '1')
  assert.throws(() => holdSetup(path), { code: 'SETUP_RUNNING', message: /process 1 / })
  for (const gone of ['999999999', 'nonsense', '']) {
    writeFileSync(path, gone)
    holdSetup(path).close()
  }
  assert.deepEqual(readdirSync(join(path, '..')), [])
})

test('a file that cannot be written is told, and nothing of it is left', (t) => {
  const folder = folderOf(t)
  mkdirSync(join(folder, 'taken'))
  assert.throws(() => writeWhole(join(folder, 'taken'), 'x', 0o600), { code: 'SETUP_FILE_FAILED' })
  writeFileSync(join(folder, 'file'), '')
  const inFile = join(folder, 'file', 'x')
  assert.throws(() => writeWhole(inFile, 'x', 0o600), { code: 'SETUP_FILE_FAILED' })
  assert.deepEqual(readdirSync(folder), ['file', 'taken'])
})

test('what is typed is an answer or a wish, also with a Japanese input method', () => {
  for (const back of ['<', '＜', ' < ']) assert.equal(typedOf(back).is, 'back')
  for (const later of ['-', 'ー', '－']) assert.equal(typedOf(later).is, 'later')
  for (const help of ['?', '？']) assert.equal(typedOf(help).is, 'help')
  assert.deepEqual(typedOf('  a b '), { is: 'text', text: 'a b' })
})

test('without a terminal answers can be piped in, and their end is the end', async () => {
  const input = Object.assign(new PassThrough(), { isTTY: false })
  const output = new PassThrough()
  const prompt = openPrompt(input, output)
  input.end('1312345678\n CANARY pass \n')
  assert.deepEqual(await prompt.ask('code: '), { is: 'text', text: '1312345678' })
  assert.deepEqual(await prompt.ask('password: ', true), { is: 'text', text: ' CANARY pass ' })
  assert.deepEqual(await prompt.ask('more: '), { is: 'left' })
  prompt.close()
  assert.doesNotMatch(String(output.read()), /CANARY/)
})

test('how far setup is, with the names of files that root reads, lies where the agent’s user writes nothing', () => {
  const { progress, state } = placesUnder('/')
  assert.match(relative(state, progress), /^\.\./)
})
