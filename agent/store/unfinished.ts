import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { AgentError } from '../kernel/errors.ts'

/** Beside the store while one is restored, agent/ops/backup/swap.ts: the new one, and the old one. */
export const RESTORING = 'restoring'
export const ASIDE = 'before-restore'

/** Where a restore was cut off between the old store and the new one, a fresh one must not take their place. */
export function refuseUnfinished(path: string): void {
  const isUnfinished = [RESTORING, ASIDE].some((name) => existsSync(join(dirname(path), name)))
  if (existsSync(path) || !isUnfinished) return
  throw new AgentError('RESTORE_UNFINISHED', `a restore of ${path} was cut off`)
}
