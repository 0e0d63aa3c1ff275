import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { examineFolders } from '../../../../agent/ops/doctor-folders.ts'

const NOBODY = { uid: 65_534, gid: 65_534 }

test('root looks at folders with the rights of the agent’s user, not with its own', {
  skip: process.getuid?.() === 0 ? false : 'needs root',
}, async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'onshi-folders-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  chmodSync(root, 0o755)
  const [req, face] = [join(root, 'req'), join(root, 'face')]
  for (const path of [req, face]) mkdirSync(path)
  chmodSync(face, 0o700)
  const folders = [
    { role: 'req', path: req, isWritten: true },
    { role: 'face', path: face, isWritten: false },
  ] as const
  const faults = async (user: typeof NOBODY | null) =>
    (await examineFolders(folders, user)).map(({ fault }) => fault)
  assert.deepEqual(await faults(null), [null, null])
  assert.deepEqual(await faults(NOBODY), ['TERMINAL_REFUSED', 'TERMINAL_REFUSED'])
  chmodSync(req, 0o777)
  chmodSync(face, 0o755)
  assert.deepEqual(await faults(NOBODY), [null, null])
})
