import {
  closeSync,
  constants,
  openSync,
  readdirSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { codeOf } from '../../kernel/errors.ts'
import type { Probe, Right } from './rights.ts'

/**
 * Runs in a process of its own, as the agent's user: `node rights-probe.ts FOLDER FIRST SECOND RIGHT…`
 * prints what could not be done, as JSON. The names end in nothing that the terminal looks at.
 */
function probe(folder: string, first: string, second: string, rights: readonly string[]): Probe {
  const missing: { right: Right; code: string }[] = []
  const attempt = (right: Right, act: () => void): boolean => {
    if (!rights.includes(right)) return true
    try {
      act()
      return true
    } catch (error) {
      const code = codeOf(error)
      if (!/^E[A-Z0-9]+$/.test(code)) throw error
      missing.push({ right, code })
      return false
    }
  }
  attempt('list', () => void readdirSync(folder))
  attempt('read', () => readOne(folder))
  const [from, to] = [join(folder, first), join(folder, second)]
  const isThere = attempt('create', () => writeNew(from)) && rights.includes('create')
  if (!isThere) return { missing, left: null }
  const isMoved = attempt('rename', () => renameSync(from, to)) && rights.includes('rename')
  const place = isMoved ? to : from
  const isGone = attempt('remove', () => unlinkSync(place)) && rights.includes('remove')
  return { missing, left: isGone ? null : place }
}

/** Any file that is there; where none is, listing has to do. */
function readOne(folder: string): void {
  const found = readdirSync(folder, { withFileTypes: true }).find((entry) => entry.isFile())
  if (found === undefined) return
  closeSync(openSync(join(folder, found.name), constants.O_RDONLY | constants.O_NONBLOCK))
}

function writeNew(path: string): void {
  const handle = openSync(path, 'wx', 0o600)
  try {
    writeFileSync(handle, 'onshi-agent setup: may be deleted\n')
  } finally {
    closeSync(handle)
  }
}

if (import.meta.main) {
  const [folder = '', first = '', second = '', ...rights] = process.argv.slice(2)
  process.stdout.write(JSON.stringify(probe(folder, first, second, rights)))
}
