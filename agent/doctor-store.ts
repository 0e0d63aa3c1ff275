import { statSync } from 'node:fs'
import { readStoreKey } from '../config/files.ts'
import type { Config } from '../config/schema.ts'
import type { Told } from './doctor-told.ts'
import { AgentError, codeOf } from './kernel/errors.ts'
import type { FaultCode } from './kernel/faults.ts'
import type { StoreView } from './ops/doctor/store.ts'
import { examineStore, type StoreExamination } from './store/examine.ts'

/** Longer than a second on a slow box is gone through by the verification of backups instead. */
const QUICK_CHECK_MOST_BYTES = 256 * 1024 * 1024

/** Faults of the configuration have their own row, and files may be closed to this user. */
export function asFileFault(error: unknown): FaultCode | null {
  if (error instanceof AgentError) return error.code
  if (codeOf(error) === '') throw error
  return null
}

/** What the database is, as far as this user can see it. */
export type Stored =
  | { readonly is: 'examined'; readonly found: StoreExamination }
  | { readonly is: 'refused'; readonly code: FaultCode }
  | { readonly is: 'absent' | 'hidden' }

/** Null where an agent may hold it. */
export function storeWithout({ store }: Config, told: Told): Stored | null {
  if (told.view.is !== 'absent') return null
  try {
    statSync(store.path)
    const key = readStoreKey(store.key_file)
    return { is: 'examined', found: examineStore(store.path, key, QUICK_CHECK_MOST_BYTES) }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { is: 'absent' }
    const code = asFileFault(error)
    return code === null || code === 'SECRET_UNREADABLE' || process.getuid?.() !== 0
      ? { is: 'hidden' }
      : { is: 'refused', code }
  }
}

export function storeOf(config: Config | null, told: Told, stored: Stored | null): StoreView {
  if (config === null || told.view.is === 'forbidden') return { is: 'hidden' }
  if (stored === null) {
    const path = config.store.path
    return { is: 'running', sizeBytes: sizeOf(path), walBytes: sizeOf(`${path}-wal`) }
  }
  if (stored.is !== 'examined') return stored
  const { sizeBytes, walBytes, schema, isSound, tookMs } = stored.found
  return { is: 'examined', sizeBytes, walBytes, schema, isSound, tookMs }
}

function sizeOf(path: string): number | null {
  try {
    return statSync(path).size
  } catch (error) {
    const code = codeOf(error)
    if (code === '') throw error
    return code === 'ENOENT' ? 0 : null
  }
}
