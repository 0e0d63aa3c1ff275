import { existsSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { AgentError, codeOf } from '../kernel/errors.ts'
import { ROTATION_JOURNAL, ROTATION_NEXT } from './rotation.ts'

/** Beside the store while one is restored, agent/ops/backup/swap.ts: the new one, and the old one. */
export const RESTORING = 'restoring'
export const ASIDE = 'before-restore'

/** Where a restore was cut off between the old store and the new one, a fresh one must not take their place. */
export function refuseUnfinished(path: string): void {
  const isUnfinished = [RESTORING, ASIDE].some((name) => existsSync(join(dirname(path), name)))
  if (existsSync(path) || !isUnfinished) return
  throw new AgentError('RESTORE_UNFINISHED', `a restore of ${path} was cut off`)
}

/**
 * A rotation or a restore that was cut off beside the store leaves a whole copy of it, which whoever began it
 * never asks for again. The store is open and its lock is held. Throws `STORE_FAILED`.
 */
export function clearUnfinished(path: string): void {
  // With its journal, the next rotation goes on from there.
  const isPending = existsSync(path + ROTATION_JOURNAL)
  const left = [
    join(dirname(path), RESTORING),
    ...(isPending ? [] : [path + ROTATION_NEXT]),
  ].filter((one) => existsSync(one))
  for (const one of left) {
    try {
      rmSync(one, { recursive: true, force: true })
    } catch (error) {
      // Root’s, which was killed before it had put anything there and given it away.
      if (codeOf(error) === 'EACCES') continue
      const facts = { file: one, code: codeOf(error) }
      throw new AgentError('STORE_FAILED', `${one}: ${facts.code}`, { facts, cause: error })
    }
  }
}
