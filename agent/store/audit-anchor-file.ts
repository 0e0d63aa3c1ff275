import { closeSync, existsSync, fstatSync, openSync, readSync, renameSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AgentError, codeOf } from '../kernel/errors.ts'
import type { Clock } from '../kernel/ports.ts'
import { type AnchorLine, anchorHash, anchorLine, anchorText } from './audit-anchor.ts'
import type { AuditHead } from './audit-chain.ts'

/** Where the trail stands, for a line of the anchor. */
export interface AnchorState {
  readonly head: AuditHead
  /** Number of the newest line of the journal that is on disk. */
  readonly journal: number
}

/** Some lines at the end of a file. */
const TAIL_BYTES = 4_096

/** How a line of ours begins: all that a power cut left of the very first one. */
const BEGINNING = /^\d+(?: [a-z]{0,5}(?: [\w -]*)?)?$/

/** Its last whole line; null: that is none of ours. Throws what the file system says. */
export function lastAnchorLine(key: Uint8Array, path: string): AnchorLine | null | undefined {
  if (!existsSync(path)) return undefined
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES))
    readSync(file, bytes, 0, bytes.length, size - bytes.length)
    const text = bytes.toString('latin1')
    const [line = ''] = text.split('\n').slice(-2)
    if (size === 0 || BEGINNING.test(text)) return undefined
    return anchorLine(key, line) ?? null
  } finally {
    closeSync(file)
  }
}

/** One anchor, in the agent's folder or in a second place. */
export interface AnchorFile {
  /** Its newest line. */
  last(): AnchorLine | undefined
  /** What was there could not be read, and was set aside. */
  isForeign(): boolean
  /** A new file is begun with the next line. */
  setAside(): void
  /** A line more, on disk once it resolves. Rejects with what the file system says. */
  append(kind: AnchorLine['kind'], state: AnchorState): Promise<AnchorLine>
}

/**
 * `lines`: how many there must be by what the database knows. What cannot be read is set aside and a
 * new file begun. Opened for each line: the second place may be a share that comes and goes.
 */
export function openAnchorFile(
  path: string,
  key: Uint8Array,
  lines: number,
  clock: Pick<Clock, 'now'>,
): AnchorFile {
  let last: AnchorLine | null | undefined
  let isRead = false
  let known = lines
  let isForeign = false
  /** Until a line of ours is at its end, as a whole. */
  let mayBeTorn = true
  const setAside = () => {
    if (existsSync(path)) renameSync(path, `${path}.broken-${clock.now()}`)
    known = Math.max(known, last?.count ?? 0)
    last = undefined
  }
  const read = () => {
    if (isRead) return
    last = lastAnchorLine(key, path)
    isForeign = last === null
    if (isForeign) setAside()
    isRead = true
  }
  const next = (kind: AnchorLine['kind'], { head, journal }: AnchorState): AnchorLine => ({
    count: Math.max(last?.count ?? 0, known) + 1,
    // What stood before is not here.
    kind: last || known === 0 ? kind : 'begin',
    seq: head.seq,
    hash: anchorHash(head.hash),
    journal,
    at: clock.now(),
  })
  return {
    last() {
      read()
      return last ?? undefined
    },
    isForeign() {
      read()
      return isForeign
    },
    setAside() {
      read()
      setAside()
    },
    async append(kind, state) {
      read()
      const isNew = !last
      const line = next(kind, state)
      const file = await open(path, 'a+', 0o600)
      try {
        const begin = mayBeTorn ? await mend(file) : ''
        mayBeTorn = true
        await write(file, `${begin}${anchorText(key, line)}\n`)
        mayBeTorn = false
      } finally {
        await file.close()
      }
      if (isNew) await syncFolder(path)
      last = line
      return line
    },
  }
}

/**
 * Cuts off a line that a power cut tore, or the next one would be lost with it: no commit has heard of
 * it. Where a file can only be appended to, what the next line has to begin with.
 */
async function mend(file: FileHandle): Promise<'' | '\n'> {
  const { size } = await file.stat()
  const tail = Buffer.alloc(Math.min(size, TAIL_BYTES))
  await file.read(tail, 0, tail.length, size - tail.length)
  const torn = tail.length - 1 - tail.lastIndexOf('\n')
  if (torn === 0 || tail.length === 0) return ''
  try {
    await file.truncate(size - torn)
    return ''
  } catch (error) {
    refusal(error)
    return '\n'
  }
}

/** All of it or nothing, on disk. */
async function write(file: FileHandle, text: string): Promise<void> {
  const { size } = await file.stat()
  const { bytesWritten } = await file.write(text)
  if (bytesWritten < text.length) {
    await file.truncate(size)
    throw new AgentError('STORE_FULL', 'the anchor takes no line')
  }
  await file.datasync()
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(dirname(path), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** The code of a file system or of ours; anything else is a bug. */
export function refusal(error: unknown): string {
  if (error instanceof AgentError) return error.code
  const code = codeOf(error)
  if (code === '') throw error
  return code
}
