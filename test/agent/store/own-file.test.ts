import assert from 'node:assert/strict'
import { existsSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { keyHolderAt } from '../../../agent/ops/credentials/key-holder.ts'
import { systemdCreds } from '../../../agent/ops/credentials/sealing.ts'
import { durableFiles } from '../../../agent/store/durable-files.ts'
import { rotateKey } from '../../../agent/store/rotation.ts'
import { readStoreKey } from '../../../config/files.ts'
import { KEY, open, scratch } from './fixtures.ts'

/** A database of a stopped agent, with its key in a folder of root's. */
async function stopped(t: TestContext) {
  const path = scratch(t)
  const keyFile = scratch(t)
  writeFileSync(keyFile, Buffer.from(KEY).toString('hex'), { mode: 0o600 })
  await (await open(path)).close()
  return { path, keyFile }
}

const rotate = ({ path, keyFile }: { readonly path: string; readonly keyFile: string }) =>
  rotateKey({
    path,
    holder: keyHolderAt(keyFile, {
      sealer: systemdCreds,
      files: durableFiles,
      readKey: readStoreKey,
    }),
    files: durableFiles,
    at: Date.now(),
  })

function refused(error: unknown): void {
  if (!(error instanceof AgentError)) throw error
}

function attempt(work: () => unknown): void {
  try {
    work()
  } catch (error) {
    refused(error)
  }
}

/** Lines that would be somebody’s commands where root put them. */
const HOSTILE = '* * * * * root id\n'

/** Puts a link in place of a file; what stands behind it is as before, or still nothing. */
async function led(
  t: TestContext,
  link: string,
  content: string | null,
  work: () => Promise<void> | void,
) {
  const victim = join(dirname(scratch(t)), 'victim')
  if (content !== null) writeFileSync(victim, content, { mode: 0o644 })
  rmSync(link, { force: true })
  symlinkSync(victim, link)
  await work()
  rmSync(link, { force: true })
  if (content === null) return assert.ok(!existsSync(victim), link)
  assert.equal(readFileSync(victim, 'utf8'), content, link)
  assert.equal(statSync(victim).mode & 0o777, 0o644, link)
}

test('a link that somebody put into the agent’s folder leads no command of root’s elsewhere', async (t) => {
  const machine = await stopped(t)
  const { path } = machine
  const start = () => open(path).then((store) => store.close(), refused)
  for (const suffix of ['.anchor', '.audit', '.audit.2']) await led(t, path + suffix, null, start)
  await led(t, `${path}.audit.reserve`, 'of root, and without a line end', start)
  await led(t, `${path}.audit.broken`, null, () => {
    // Not as it was written: a start sets it aside.
    writeFileSync(`${path}.audit`, HOSTILE)
    return start()
  })
  for (const suffix of ['.next', '.rotation'])
    await led(t, path + suffix, null, () => attempt(() => rotate(machine)))
})
