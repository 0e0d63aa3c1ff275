/**
 * Runs the tests: every `*.test.ts` under test/, or those whose path holds a word given on the
 * command line, and says which took longest. With `CI=true` a skipped test is a failure: CI installs
 * what the tests need.
 */
import { globSync } from 'node:fs'
import { join, relative } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'

/** Ends a test that hangs. A slow machine needs six minutes for what a quick one does in two. */
const HANG_MS = 15 * 60_000
/** Ends the whole run, which then tells what was not done: nobody waits longer for it. */
const LIMIT_MS = 75 * 60_000
/** For what is ended to say so. A file that never gives way to its timers does not. */
const GRACE_MS = 10_000
/** One more than CI has cores: most tests wait for something most of the time. */
const CONCURRENCY = 3
const SLOWEST = 12

const root = join(import.meta.dirname, '..')
// Tests start the agent hundreds of times: its sources are stripped of their types and compiled once.
process.env['NODE_COMPILE_CACHE'] ??= join(root, 'node_modules', '.cache', 'node')
const words = process.argv.slice(2)
const files = globSync('test/**/*.test.ts', { cwd: root })
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .sort()
  // Histories and whole systems take minutes and come first: at the end, short ones fill every core.
  .reverse()
  .map((file) => join(root, file))
const isCi = process.env['CI'] === 'true'
const skipped: string[] = []
const running = new Set<string>()
const tookMs = new Map<string, number>()
let passed = 0
let failed = 0

const ending = new AbortController()
const timer = setTimeout(() => {
  ending.abort()
  setTimeout(() => process.exit(), GRACE_MS).unref()
}, LIMIT_MS)
const events = run({
  files,
  concurrency: CONCURRENCY,
  timeout: HANG_MS,
  execArgv: ['--import', join(import.meta.dirname, 'left-running.ts')],
  signal: ending.signal,
})
events.on('test:dequeue', ({ name, file }) => {
  if (name === file) running.add(file)
})
events.on('test:complete', ({ name, file, details }) => {
  if (name !== file) return
  if (!ending.signal.aborted) running.delete(file)
  tookMs.set(file, details.duration_ms)
})
events.on('test:pass', ({ name, skip, details }) => {
  if (details.type === 'suite') return
  if (skip === undefined || skip === false) passed += 1
  else skipped.push(`${name}: ${skip}`)
})
events.on('test:fail', ({ details }) => {
  if (details.type !== 'suite') failed += 1
})
events.on('end', () => clearTimeout(timer))
events.compose(spec).pipe(process.stdout)

process.on('exit', () => {
  const slowest = [...tookMs].sort(([, one], [, other]) => other - one).slice(0, SLOWEST)
  for (const [file, ms] of slowest)
    process.stdout.write(`${(ms / 1_000).toFixed(0).padStart(6)} s  ${relative(root, file)}\n`)
  for (const file of running)
    process.stdout.write(`not done within ${LIMIT_MS / 60_000} minutes: ${relative(root, file)}\n`)
  for (const skip of skipped) process.stdout.write(`skipped  ${skip}\n`)
  const isNothing = passed + failed === 0
  if (isCi && skipped.length > 0)
    process.stdout.write('CI installs what tests need: a skip fails.\n')
  const failures = failed + (isCi ? skipped.length : 0) + (isNothing ? 1 : 0)
  const tail = isCi || skipped.length === 0 ? '' : `, ${skipped.length} skipped`
  process.stdout.write(`${passed} passed, ${failures} failed${tail}\n`)
  process.exitCode = failures === 0 ? 0 : 1
})
