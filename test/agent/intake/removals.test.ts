import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { passRemovals } from '../../../agent/intake/front.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { eventually } from '../../bed/client.ts'
import { FakeClock } from '../../fakes/clock.ts'
import { memoryFolder } from '../../fakes/folder.ts'
import { recordingLog } from '../../fakes/log.ts'

const bytes = Buffer.from('%PDF-1.4\n%%EOF\n')
const NAME = 'TKKsiquc01res_1.pdf'
const file = { name: NAME, sha256: createHash('sha256').update(bytes).digest('hex') }
const LOOK_MS = 1_000

const until = (holds: () => boolean) => eventually('it', async () => holds() || undefined, 20_000)

/** The receipt computer's folder, empty, with a terminal behind it that has one file. */
async function stand(t: TestContext, removed: () => Promise<void>) {
  const path = mkdtempSync(join(tmpdir(), 'onshi-removals-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  const clock = new FakeClock()
  const log = recordingLog()
  const terminal = memoryFolder('res')
  await terminal.bring(NAME, bytes)
  const bugs: unknown[] = []
  const removals = passRemovals({
    ...{ path, terminal, clock, log, removed },
    isBypassed: () => false,
    onBug: (error) => void bugs.push(error),
  })
  t.after(async () => {
    await removals.close()
    assert.deepEqual(bugs, [])
  })
  return {
    ...{ terminal, log, removals },
    inFront: join(path, NAME),
    isThere: () => terminal.files.has(NAME),
    /** Begins a look; the one before has ended. */
    async look() {
      await until(() => clock.sleeping() > 0)
      await clock.advance(LOOK_MS)
    },
  }
}

test('a file that the terminal writes again before the store knows of the first one’s going goes too', async (t) => {
  const store = Promise.withResolvers<void>()
  let told = 0
  const { terminal, removals, inFront, isThere, look } = await stand(t, () => {
    told += 1
    return store.promise
  })
  removals.passed(file)
  await look()
  await until(() => told === 1)
  assert.ok(!isThere())
  await terminal.bring(NAME, bytes)
  writeFileSync(inFront, bytes)
  removals.passed(file)
  store.resolve()
  await look()
  await look()
  assert.ok(isThere(), 'the receipt computer has not taken it')
  rmSync(inFront)
  await look()
  await until(() => !isThere())
  await until(() => told === 2)
})

test('what a store that fails was not told it is told later, and nothing else is taken away for it', async (t) => {
  let told = 0
  const { terminal, log, removals, isThere, look } = await stand(t, async () => {
    told += 1
    if (told < 3) throw new AgentError('STORE_FULL', 'of the test')
  })
  removals.passed(file)
  await look()
  await until(() => told === 1)
  await terminal.bring(NAME, bytes)
  for (let n = 0; n < 4; n += 1) await look()
  await until(() => told === 3)
  assert.ok(isThere(), 'the next file of this name has not been passed on yet')
  const codes = log.lines.map(({ facts }) => facts)
  assert.deepEqual(codes, [{ code: 'STORE_FULL' }, { code: 'STORE_FULL' }])
})
