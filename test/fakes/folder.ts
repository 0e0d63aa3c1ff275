import { createHash } from 'node:crypto'
import type { ClaimTaker, FolderScanner, FoundFile } from '../../agent/folders/folder.ts'
import { AgentError } from '../../agent/kernel/errors.ts'
import type { FolderRole } from '../../agent/kernel/terminal.ts'

/** A folder in memory, with the other programs that use it. */
export interface MemoryFolder extends FolderScanner {
  readonly files: ReadonlyMap<string, Uint8Array>
  /** What was put, in order. */
  readonly puts: readonly string[]
  /** What no claim took, in order. */
  readonly left: readonly string[]
  /** Who has claimed which names now. */
  claims(): string[]
  /** Another program writes a file; resolves when it was offered. */
  bring(name: string, bytes: Uint8Array): Promise<void>
  /** It did not change for long: offered as it is for the last time. */
  finish(name: string): Promise<void>
  /** Another program takes a file away; false where there is none. */
  takeAway(name: string): boolean
  /** The share goes and comes back; the files stay. */
  cut(): void
  mend(): void
  /** Called before a file is put or removed; may throw, or cut. */
  onWrite: (what: 'put' | 'remove', name: string) => void
  /** Called after a file was put or removed. */
  afterWrite: (what: 'put' | 'remove', name: string) => void
}

export function memoryFolder(role: FolderRole): MemoryFolder {
  const files = new Map<string, Uint8Array>()
  const claims = new Map<string, ClaimTaker>()
  const puts: string[] = []
  const left: string[] = []
  let isCut = false
  const reach = () => {
    if (isCut) throw new AgentError('TERMINAL_UNREACHABLE', 'cut by the test')
  }
  const found = (name: string, bytes: Uint8Array): FoundFile => ({
    role,
    name,
    bytes,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    modifiedAt: 0,
  })
  const offer = async (name: string, isFinal: boolean) => {
    const bytes = files.get(name)
    if (bytes === undefined || isCut) return
    const taking = await claims.get(name)?.(found(name, bytes), isFinal)
    if (taking === undefined || taking === 'not-mine') left.push(name)
  }
  const folder: MemoryFolder = {
    files,
    puts,
    left,
    claims: () => [...claims.keys()],
    bring(name, bytes) {
      files.set(name, bytes)
      return offer(name, false)
    },
    finish: (name) => offer(name, true),
    takeAway: (name) => files.delete(name),
    cut() {
      isCut = true
    },
    mend() {
      isCut = false
    },
    onWrite: () => {},
    afterWrite: () => {},
    report: () => ({
      role,
      path: `/${role}`,
      state: isCut ? 'unreachable' : 'reachable',
      since: 0,
      fault: isCut ? 'TERMINAL_UNREACHABLE' : null,
      entries: files.size,
      newestAt: null,
      lookedAt: 0,
      listingMs: 0,
      spool: null,
    }),
    claim(name, take) {
      claims.set(name, take)
      if (files.has(name)) setImmediate(() => void offer(name, false))
      return () => {
        if (claims.get(name) === take) claims.delete(name)
      }
    },
    async has(name) {
      reach()
      return files.has(name)
    },
    async put(name, bytes) {
      folder.onWrite('put', name)
      reach()
      puts.push(name)
      files.set(name, bytes)
      folder.afterWrite('put', name)
      reach()
    },
    async remove(name) {
      folder.onWrite('remove', name)
      reach()
      const wasThere = files.delete(name)
      folder.afterWrite('remove', name)
      return wasThere
    },
  }
  return folder
}
