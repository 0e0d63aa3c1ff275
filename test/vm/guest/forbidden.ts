import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type BenchMaker, follow } from '../../drivers/bench.ts'

/** nobody, who is in no group. */
const NOBODY = 65_534

/** A device of root's. Makes a test; to be called at the top of a test file. */
export function holdToPermissions({ name, open }: BenchMaker): void {
  describe(`driver ${name}`, () => {
    test('a device that this user may not open says so, and is read once it may', async (t) => {
      const bench = await open()
      t.after(() => bench.close())
      const events = follow(bench.reader)
      await events.until(({ is }) => is === 'ready')
      await bench.outage()
      // What plugs it in is root's, too; the driver looks for it later.
      const cured = bench.cure()
      process.seteuid?.(NOBODY)
      try {
        await cured
        await events.until((event) => 'code' in event && event.code === 'READER_FORBIDDEN')
      } finally {
        process.seteuid?.(0)
      }
      assert.equal((await events.next()).is, 'ready')
    })
  })
}
