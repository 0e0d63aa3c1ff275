/**
 * Runs the tests: every `*.test.ts` under test/, or those whose path holds a word given on the
 * command line. With `CI=true` a skipped test is a failure: CI installs what the tests need.
 */
import { globSync } from 'node:fs'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'

const words = process.argv.slice(2)
const files = globSync('test/**/*.test.ts').filter(
  (file) => words.length === 0 || words.some((word) => file.includes(word)),
)
const isCi = process.env['CI'] === 'true'
const skipped: string[] = []
let passed = 0
let failed = 0

/** Ends what hangs. A slow machine needs ten minutes for what a quick one does in three. */
const HANG_MS = 30 * 60_000
const events = run({ files: files.sort(), concurrency: 2, timeout: HANG_MS })
events.on('test:pass', ({ name, skip, details }) => {
  if (details.type === 'suite') return
  if (skip === undefined || skip === false) passed += 1
  else skipped.push(`${name}: ${skip}`)
})
events.on('test:fail', ({ details }) => {
  if (details.type !== 'suite') failed += 1
})
events.compose(spec).pipe(process.stdout)

process.on('exit', () => {
  for (const skip of skipped) process.stdout.write(`skipped  ${skip}\n`)
  const isNothing = passed + failed === 0
  if (isCi && skipped.length > 0)
    process.stdout.write('CI installs what tests need: a skip fails.\n')
  const failures = failed + (isCi ? skipped.length : 0) + (isNothing ? 1 : 0)
  const tail = isCi || skipped.length === 0 ? '' : `, ${skipped.length} skipped`
  process.stdout.write(`${passed} passed, ${failures} failed${tail}\n`)
  process.exitCode = failures === 0 ? 0 : 1
})
