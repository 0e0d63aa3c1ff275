import assert from 'node:assert/strict'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { AgentError } from '../../../../agent/kernel/errors.ts'
import { checkRights, neededRights, type Right } from '../../../../agent/ops/setup/rights.ts'
import { mountShare, noBindfs } from '../../../bed/bindfs.ts'

const root = process.getuid?.() === 0 ? false : 'needs root, to look as another user'
/** nobody: whoever the agent runs as. */
const user = { uid: 65_534, gid: 65_534 }

function share(t: TestContext, modes: Partial<Record<'req' | 'res' | 'face', number>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-rights-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  chmodSync(folder, 0o755)
  const names = ['req', 'res', 'face'] as const
  for (const name of names) {
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, 'OQSsiquc01res_1.xml'), '<x/>')
    chownSync(join(folder, name), user.uid, user.gid)
    chmodSync(join(folder, name), modes[name] ?? 0o700)
    chmodSync(join(folder, name, 'OQSsiquc01res_1.xml'), 0o644)
  }
  const folders = (owns: boolean) =>
    names.map((role) => ({ role, path: join(folder, role), needs: neededRights(role, owns) }))
  const files = () => names.flatMap((name) => readdirSync(join(folder, name)))
  return { folder, folders, files }
}

/** What the fault says, by folder. */
async function lacking(checked: Promise<void>): Promise<Record<string, string>> {
  try {
    await checked
    return {}
  } catch (error) {
    assert.ok(error instanceof AgentError && error.code === 'SHARE_RIGHT_MISSING', String(error))
    return Object.fromEntries(error.mistakes.map(({ field, title }) => [field, title]))
  }
}

test('a share with every right passes, and nothing of ours is left in it', {
  skip: root,
}, async (t) => {
  const { folders, files } = share(t)
  assert.deepEqual(await lacking(checkRights(folders(true), user)), {})
  assert.equal(files().length, 3)
})

test('beside a receipt computer only req is written, whatever the others allow', {
  skip: root,
}, async (t) => {
  const { folders } = share(t, { res: 0o500, face: 0o500 })
  assert.deepEqual(await lacking(checkRights(folders(false), user)), {})
  const missing = await lacking(checkRights(folders(true), user))
  assert.deepEqual(Object.keys(missing), ['res', 'face'])
})

test('a folder that may only be read says that files cannot be made there', {
  skip: root,
}, async (t) => {
  const { folders } = share(t, { req: 0o500 })
  const { req = '' } = await lacking(checkRights(folders(false), user))
  assert.match(req, /作成$/)
})

test('a folder that may be written and not listed says so', { skip: root }, async (t) => {
  const { folders } = share(t, { req: 0o300, res: 0o300 })
  const found = await lacking(checkRights(folders(false), user))
  assert.match(found['req'] ?? '', /一覧・読み取り$/)
  assert.match(found['res'] ?? '', /一覧・読み取り$/)
})

for (const [option, right] of [
  ['--delete-deny', 'remove'],
  ['--rename-deny', 'rename'],
] as const satisfies readonly (readonly [string, Right])[]) {
  test(`a share that lets files be made and refuses to ${right} them is found by trying`, {
    skip: noBindfs,
  }, async (t) => {
    const { folder } = await mountShare(t, [option])
    const found = await lacking(
      checkRights([{ role: 'req', path: folder, needs: neededRights('req', false) }], null),
    )
    assert.match(found['req'] ?? '', right === 'remove' ? /削除$/ : /名前の変更$/)
    // One that cannot be removed stays, and is named.
    assert.equal(readdirSync(folder).length, right === 'remove' ? 1 : 0)
  })
}

test('a folder that is not there is no right that is missing', async (t) => {
  const { folder } = share(t)
  const gone = [
    { role: 'req', path: join(folder, 'none'), needs: neededRights('req', false) },
  ] as const
  await assert.rejects(checkRights(gone, null), {
    code: 'SHARE_NOT_MOUNTED',
    message: /req is not there/,
  })
})
