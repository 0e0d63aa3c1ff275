import type { FolderLedger, FoundFile } from '../../agent/folders/folder.ts'
import type { FolderRole } from '../../agent/kernel/terminal.ts'

/** A ledger in memory; it outlives the shares that a test opens with it. */
export interface MemoryLedger extends FolderLedger {
  /** What a taker does that makes a file durable. */
  record(file: FoundFile): void
  /** Names that lay there at the first look. */
  leftovers(role: FolderRole): readonly string[]
}

export function memoryLedger(): MemoryLedger {
  const names = new Map<FolderRole, Set<string>>()
  const contents = new Set<string>()
  const begun = new Map<
    FolderRole,
    { readonly at: number; readonly leftovers: readonly string[] }
  >()
  const namesOf = (role: FolderRole) => {
    const known = names.get(role) ?? new Set<string>()
    names.set(role, known)
    return known
  }
  return {
    names: (role) => [...namesOf(role)],
    holds: (role, sha256, sizeBytes) => contents.has(`${role} ${sha256} ${sizeBytes}`),
    firstAt: (role) => begun.get(role)?.at,
    begin: async (role, at, leftovers) => {
      begun.set(role, { at, leftovers })
      for (const name of leftovers) namesOf(role).add(name)
    },
    record({ role, name, sha256, bytes }) {
      namesOf(role).add(name)
      contents.add(`${role} ${sha256} ${bytes.length}`)
    },
    leftovers: (role) => begun.get(role)?.leftovers ?? [],
  }
}
