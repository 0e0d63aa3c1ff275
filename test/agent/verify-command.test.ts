import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { verifyCommand } from '../../agent/verify-command.ts'

const FILES = { 'bin/node': 'a program', 'agent/cli.ts': 'a source', 'package.json': '{}' }

function installed(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-verify-'))
  t.after(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'bin'))
  mkdirSync(join(folder, 'agent'))
  const lines = Object.entries(FILES).map(([path, text]) => {
    writeFileSync(join(folder, path), text)
    return `${createHash('sha256').update(text).digest('hex')}  ${path}\n`
  })
  writeFileSync(join(folder, 'MANIFEST.sha256'), lines.join(''))
  return folder
}

test('files as they came are OK, with the hash of the list', (t) => {
  assert.match(verifyCommand(installed(t)), /: 3 files OK\n[0-9a-f]{64} {2}MANIFEST\.sha256\n$/)
})

test('what was changed, removed or added is named', (t) => {
  const folder = installed(t)
  writeFileSync(join(folder, 'agent/cli.ts'), 'b source')
  rmSync(join(folder, 'package.json'))
  writeFileSync(join(folder, 'agent/.hidden'), '')
  assert.throws(() => verifyCommand(folder), {
    code: 'INSTALLATION_ALTERED',
    message: [
      '3 of 3 files',
      '  変更 / changed  agent/cli.ts',
      '  欠落 / missing  package.json',
      '  追加 / added  agent/.hidden',
    ].join('\n'),
  })
})

test('a checkout has no list to compare with', (t) => {
  const folder = installed(t)
  rmSync(join(folder, 'MANIFEST.sha256'))
  assert.throws(() => verifyCommand(folder), { code: 'INSTALLATION_UNLISTED' })
})
