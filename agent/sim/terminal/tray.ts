import { createHash } from 'node:crypto'
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import { named } from '../gateway/rules.ts'
import { parse, type Received as ReceivedElement } from '../gateway/xml.ts'

/** A file as a receipt computer got it. */
export interface Received {
  readonly folder: 'res' | 'face'
  readonly name: string
  /** Of its own request; null for a result of the card reader. */
  readonly identifier: string | null
  readonly bytes: Buffer
  /** Hex. */
  readonly sha256: string
  /** When it was read, and when it was written by its own word; epoch ms. */
  readonly at: number
  readonly modifiedAt: number
  /** A whole official message, in a ZIP or not. */
  readonly isWhole: boolean
}

/**
 * What goes wrong for a program that believes what it sees.
 *
 * - half-written: no whole message when it was read
 * - repeated: the same name, or the same bytes, came before
 * - rewritten: whole when it was read, and changed in its place afterwards
 * - taken-away: gone though nobody but the receipt computer deletes its files
 * - foreign: of another institution, or with an identifier that is not that of its name
 */
export interface Complaint {
  readonly what: 'half-written' | 'repeated' | 'rewritten' | 'taken-away' | 'foreign'
  readonly folder: 'res' | 'face'
  readonly name: string
  /** Epoch ms. */
  readonly at: number
}

export interface Notes {
  readonly institutionCode: string
  readonly deleteAfterMs: number | null
  /** Everything so far, of all folders. */
  readonly received: readonly Received[]
  onReceived(file: Received): void
  onComplaint(complaint: Complaint): void
}

/** A folder that files come into. */
export interface Tray {
  /** A folder that is not there, and a file that cannot be opened, are left for the next look. */
  look(): Promise<void>
}

/** Its own answers have twelve digits: day and counter. */
const NAMES = {
  res: /^OQS[a-z]{5}\d\dres_(\d{12})\.(?:xml|zip)$/,
  face: /^OQSsiquc01res_face_.+_\d{14}\.(?:xml|zip)$/,
} as const

const isSystemError = (error: unknown) =>
  error instanceof Error && 'syscall' in error && 'code' in error

const unlessUnreachable = async <T>(work: Promise<T>): Promise<T | undefined> => {
  try {
    return await work
  } catch (error) {
    if (!isSystemError(error)) throw error
    return undefined
  }
}

/** The XML inside, or undefined where a ZIP is not whole. */
const unpacked = (name: string, bytes: Uint8Array): Uint8Array | undefined => {
  if (!name.endsWith('.zip')) return bytes
  try {
    return Object.values(unzipSync(bytes))[0]
  } catch (error) {
    // fflate throws its own errors, and RangeErrors on a ZIP that is cut.
    if (!(error instanceof Error)) throw error
    return undefined
  }
}

const rootOf = (name: string, bytes: Uint8Array): ReceivedElement | undefined => {
  const xml = unpacked(name, bytes)
  const parsed = xml === undefined ? undefined : parse(xml)
  return parsed?.is === 'document' && parsed.root.name === 'XmlMsg' ? parsed.root : undefined
}

const isForeign = (root: ReceivedElement, identifier: string | null, code: string): boolean => {
  const header = named(root, 'MessageHeader')
  const inside = named(header, 'ArbitraryFileIdentifier')?.text
  return (
    named(header, 'MedicalInstitutionCode')?.text !== code ||
    (identifier !== null && inside !== undefined && inside !== identifier)
  )
}

/** A file that lies there and was read. */
interface Lying {
  readonly fingerprint: string
  readonly isWhole: boolean
  /** By the process's clock. */
  readonly deleteAt: number
}

const receivedOf = (read: Omit<Received, 'identifier' | 'sha256' | 'at'>): Received => ({
  ...read,
  identifier: NAMES[read.folder].exec(read.name)?.[1] ?? null,
  sha256: createHash('sha256').update(read.bytes).digest('hex'),
  at: Date.now(),
})

export const openTray = (folder: 'res' | 'face', path: string, notes: Notes): Tray => {
  const lying = new Map<string, Lying>()
  let place = ''
  const complain = (what: Complaint['what'], name: string) =>
    notes.onComplaint({ what, folder, name, at: Date.now() })

  const judge = (file: Received, root: ReceivedElement | undefined, before: Lying | undefined) => {
    const { name, sha256, identifier } = file
    if (root === undefined) complain('half-written', name)
    else if (isForeign(root, identifier, notes.institutionCode)) complain('foreign', name)
    if (before?.isWhole === true) complain('rewritten', name)
    else if (
      before === undefined &&
      notes.received.some(
        (one) => (one.folder === folder && one.name === name) || one.sha256 === sha256,
      )
    )
      complain('repeated', name)
  }

  const read = async (name: string) => {
    const file = join(path, name)
    const stats = await unlessUnreachable(stat(file))
    if (stats === undefined) return
    const fingerprint = `${stats.ino} ${stats.size} ${stats.mtimeMs}`
    const before = lying.get(name)
    if (before?.fingerprint === fingerprint) return
    const bytes = await unlessUnreachable(readFile(file))
    if (bytes === undefined) return
    const root = rootOf(name, bytes)
    const isWhole = root !== undefined
    const received = receivedOf({ folder, name, bytes, isWhole, modifiedAt: stats.mtimeMs })
    judge(received, root, before)
    const deleteAt = performance.now() + (notes.deleteAfterMs ?? Number.POSITIVE_INFINITY)
    lying.set(name, { fingerprint, isWhole, deleteAt })
    notes.onReceived(received)
  }

  /** Another folder stands here now: what lay in the old one is still there. */
  const notice = (now: string) => {
    if (place !== now) lying.clear()
    place = now
  }

  const clear = async (listed: ReadonlySet<string>) => {
    for (const [name, { deleteAt }] of lying) {
      if (!listed.has(name)) {
        lying.delete(name)
        complain('taken-away', name)
      } else if (performance.now() >= deleteAt) {
        lying.delete(name)
        await unlessUnreachable(rm(join(path, name), { force: true }))
      }
    }
  }

  return {
    look: async () => {
      const at = await unlessUnreachable(stat(path))
      const listed = at && (await unlessUnreachable(readdir(path)))
      if (at === undefined || listed === undefined) return
      notice(`${at.dev} ${at.ino}`)
      await clear(new Set(listed))
      for (const name of listed.sort()) if (NAMES[folder].test(name)) await read(name)
    },
  }
}
