import { run } from 'node:test'
import { spec } from 'node:test/reporters'

/**
 * Runs files of tests, one after the other, as they share a machine, and ends the process with how they
 * ended: the last line is `N passed, N failed`. A skipped test is a failure: the machine has all that
 * they need. `limitMs`: of each test.
 */
export function runAll(files: readonly string[], limitMs: number): void {
  let passed = 0
  let failed = 0
  const events = run({ files, concurrency: 1, timeout: limitMs, forceExit: true })
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
}
