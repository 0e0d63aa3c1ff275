/**
 * Loaded before each test file: what a test left running keeps neither its file nor the run from ending.
 * The runner’s own `forceExit` ends a file before all that it told is read: on a busy machine, tests that
 * had passed had no line.
 */
import { after } from 'node:test'
import { isMainThread } from 'node:worker_threads'

/** For a file to end by itself once its last test has. */
const PATIENCE_MS = 60_000

// Threads that a test starts load this, too.
if (isMainThread)
  after(() => {
    setTimeout(() => {
      process.stderr.write('A test left something running, which kept this file from ending.\n')
      process.exit(1)
    }, PATIENCE_MS).unref()
  })
