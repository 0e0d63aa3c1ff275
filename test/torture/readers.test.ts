import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import { whyNoReaders } from '../bed/readers.ts'
import { runReaders, textOfReaders } from './readers/run.ts'

/** A tenth of what `npm run torture` does. */
const TURNS = 100

test('whatever happens to the readers, cards are read again within 3 s, and no other reader notices', {
  skip: whyNoReaders() ?? false,
}, async (t) => {
  const report = await runReaders({ turns: TURNS, seed: randomInt(2 ** 32) })
  t.diagnostic(textOfReaders(report))
  assert.deepEqual(report.violations, [], textOfReaders(report))
})
