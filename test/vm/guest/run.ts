import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { runAll } from './tally.ts'

/**
 * Runs the tests of this folder inside the virtual machine, one file after the other, as they share
 * its devices.
 */
const CYCLES = Number(process.env['CYCLES'] ?? 0)
const FILE_LIMIT_MS = 10 * 60_000 + CYCLES * 15_000
const wanted = process.env['ONLY'] ?? ''
const files = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.guest.ts') && file.includes(wanted))
  .sort()
  .map((file) => join(import.meta.dirname, file))
runAll(files, FILE_LIMIT_MS)
