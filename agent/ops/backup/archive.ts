import { createReadStream, createWriteStream, statSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { type Static, Type } from 'typebox'
import { Check } from 'typebox/value'
import { Census } from '../../kernel/backup.ts'
import { AgentError } from '../../kernel/errors.ts'
import { fileFault } from './fault.ts'
import { openSealed } from './sealed.ts'
import { readTar, type TakeEntry, type TarEntry } from './tar.ts'

const FORMAT = 1

/** A file beside the store, and where it belongs: as the configuration itself, in its folder, in that of the store, of
 * the credentials, or anywhere. */
const Beside = Type.Object({
  entry: Type.String({ pattern: '^files/\\d{1,3}$' }),
  base: Type.Enum(['agent.toml', 'config', 'state', 'credential', 'root']),
  path: Type.String({ minLength: 1 }),
})
export type Beside = Static<typeof Beside>

/** What stands first in a backup. */
export const Manifest = Type.Object({
  format: Type.Literal(FORMAT),
  /** Of the agent that made it. */
  version: Type.String(),
  institutionCode: Type.String(),
  /** When, epoch ms. */
  at: Type.Integer(),
  /** Of `store.db` in this one backup, hex. */
  storeKey: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  census: Census,
  files: Type.Array(Beside),
})
export type Manifest = Static<typeof Manifest>

export const MANIFEST = 'manifest.json'
export const STORE = 'store.db'

/** What goes into a backup. */
export interface Packed {
  readonly manifest: Manifest
  /** Of the copy of the store. */
  readonly store: string
  /** By the entries of the manifest. */
  readonly files: ReadonlyMap<string, Uint8Array>
}

export function entriesOf({ manifest, store, files }: Packed): TarEntry[] {
  const whole = (name: string, bytes: Uint8Array): TarEntry => ({
    name,
    sizeBytes: bytes.length,
    content: [bytes],
  })
  return [
    whole(MANIFEST, Buffer.from(JSON.stringify(manifest))),
    ...Array.from(files, ([name, bytes]) => whole(name, bytes)),
    { name: STORE, sizeBytes: statSync(store).size, content: bytesOf(store) },
  ]
}

/** Opened when it is asked for: where sealing fails before that, nothing opens what is gone by then. */
async function* bytesOf(path: string) {
  yield* createReadStream(path)
}

/** The largest manifest is far from it; a longer one is not ours. */
const MANIFEST_MOST_BYTES = 1024 * 1024

/**
 * Reads a backup from beginning to end, which proves every bit of it. `accept` sees the manifest before
 * anything else is read, and may throw; `take` gets each file under the name of its entry. Throws
 * `BACKUP_KEY_WRONG`, `BACKUP_DAMAGED`, `BACKUP_NEWER`, `BACKUP_FAILED`, and what `take` throws.
 */
export async function unpack(
  file: string,
  identities: readonly string[],
  take: TakeEntry,
  accept: (manifest: Manifest) => void = () => {},
): Promise<Manifest> {
  let manifest: Manifest | undefined
  const entries = new Set<string>()
  await readTar(openSealed(file, identities), async (name, sizeBytes, content) => {
    if (manifest === undefined) {
      manifest = manifestIn(name, sizeBytes > MANIFEST_MOST_BYTES ? '' : await text(content))
      accept(manifest)
      return
    }
    const isNamed = name === STORE || manifest.files.some(({ entry }) => entry === name)
    if (!isNamed || entries.has(name)) throw damaged('a file that the manifest does not name')
    entries.add(name)
    await take(name, sizeBytes, content)
  })
  if (manifest === undefined || entries.size !== manifest.files.length + 1)
    throw damaged('a file that the manifest names is missing')
  return manifest
}

/** For `unpack`: keeps nothing. */
export const keepNothing: TakeEntry = async () => {}

/** For `unpack`: the database as this new file, and nothing else. Throws `BACKUP_NO_ROOM`, `BACKUP_FAILED`. */
export const storeInto =
  (path: string): TakeEntry =>
  async (name, _, content) => {
    if (name !== STORE) return
    try {
      await pipeline(content, createWriteStream(path, { flags: 'wx', mode: 0o600 }))
    } catch (error) {
      throw fileFault(error, path)
    }
  }

function manifestIn(name: string, json: string): Manifest {
  const value = name === MANIFEST ? jsonOf(json) : undefined
  if (Check(Manifest, value)) return value
  const isLater = Check(Type.Object({ format: Type.Integer({ minimum: FORMAT + 1 }) }), value)
  throw isLater
    ? new AgentError('BACKUP_NEWER', 'a backup in a form that this release does not know')
    : damaged('no manifest')
}

function jsonOf(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

const damaged = (why: string) => new AgentError('BACKUP_DAMAGED', why)
