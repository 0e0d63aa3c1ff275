import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'

/**
 * Runs the tests of this folder inside the virtual machine, one file after the other, as they share
 * its devices. A skipped test is a failure: the machine has all that they need.
 */
const CYCLES = Number(process.env['CYCLES'] ?? 0)
const FILE_LIMIT_MS = 10 * 60_000 + CYCLES * 15_000
const wanted = process.env['ONLY'] ?? ''
const files = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.guest.ts') && file.includes(wanted))
  .sort()
  .map((file) => join(import.meta.dirname, file))
let passed = 0
let failed = 0

const events = run({ files, concurrency: 1, timeout: FILE_LIMIT_MS })
events.on('test:pass', ({ skip, details }) => {
  if (details.type === 'suite') return
  if (skip === undefined || skip === false) passed += 1
  else failed += 1
})
events.on('test:fail', ({ details }) => {
  if (details.type !== 'suite') failed += 1
})
events.compose(spec).pipe(process.stdout)

process.on('exit', () => {
  process.stdout.write(`${passed} passed, ${failed} failed\n`)
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1
})
