import { createDecipheriv } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { openDatabase } from '../../agent/store/database.ts'

/** Of every page: sixteen bytes of nonce and sixteen of Poly1305 at its end. [SQLite3MC, cipher sqleet] */
const RESERVED = 32
const NONCE = 16
/** Salt, and the eight bytes of the header that SQLite reads before it has a key. */
const PLAIN_OF_PAGE_ONE = 24
const WAL_HEADER = 32
const FRAME_HEADER = 24

/** ChaCha20 with the counter where OpenSSL wants it. */
function chacha20(key: Uint8Array, nonce: Uint8Array, counter: number, bytes: Uint8Array): Buffer {
  const iv = Buffer.alloc(16)
  iv.writeUInt32LE(counter >>> 0, 0)
  iv.set(nonce.subarray(0, 12), 4)
  return createDecipheriv('chacha20', key, iv).update(bytes)
}

/** One page in the clear; it shares nothing with the library that wrote it. */
function page(sealed: Buffer, number: number, key: Uint8Array): Buffer {
  const end = sealed.length - RESERVED
  const nonce = sealed.subarray(end, end + NONCE)
  const counter = (nonce.readUInt32LE(12) ^ number) >>> 0
  const once = chacha20(key, nonce, counter, new Uint8Array(64))
  const plain = number === 1 ? PLAIN_OF_PAGE_ONE : 0
  const clear = chacha20(once.subarray(32), nonce, counter + 1, sealed.subarray(plain, end))
  return Buffer.concat([sealed.subarray(0, plain), clear])
}

/**
 * Everything that a store's folder holds, in the clear: each page of the database, whether it is in use
 * or free, each frame of the WAL, also those that later ones replace, and every other file as it is.
 */
export function unsealed(path: string, key: Uint8Array): ReadonlyMap<string, Buffer> {
  const database = readFileSync(path)
  const size = database.readUInt16BE(16)
  const pages = Array.from({ length: database.length / size }, (_, at) =>
    page(database.subarray(at * size, (at + 1) * size), at + 1, key),
  )
  const wal = existsSync(`${path}-wal`) ? readFileSync(`${path}-wal`) : Buffer.alloc(0)
  const frames: Buffer[] = []
  for (let at = WAL_HEADER; at + FRAME_HEADER + size <= wal.length; at += FRAME_HEADER + size)
    frames.push(
      page(wal.subarray(at + FRAME_HEADER, at + FRAME_HEADER + size), wal.readUInt32BE(at), key),
    )
  const others = readdirSync(dirname(path), {
    recursive: true,
    encoding: 'utf8',
    withFileTypes: true,
  })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => file !== path && file !== `${path}-wal`)
  return new Map([
    ['pages', Buffer.concat(pages)],
    ['WAL', Buffer.concat(frames)],
    ...others.map((file): [string, Buffer] => [basename(file), readFileSync(file)]),
  ])
}

/**
 * Each value of each row by itself, under the name of its column: in a page, values of one row stand
 * without anything between them.
 */
export function storedValues(path: string, key: Uint8Array): ReadonlyMap<string, Buffer> {
  const db = openDatabase(path, key, 'read-only')
  const values = new Map<string, Buffer>()
  const tables = db
    .prepare<[], { name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table'")
    .all()
  for (const { name } of tables)
    for (const [at, row] of db.prepare<[], object>(`SELECT * FROM "${name}"`).all().entries())
      for (const [column, value] of Object.entries(row))
        if (typeof value === 'string' || value instanceof Uint8Array)
          values.set(`${name}.${column} ${at}`, Buffer.from(value))
  db.close()
  return values
}

/** Where a text stands, in any of the forms in which it is stored. */
export const placesOf = (text: string, files: ReadonlyMap<string, Buffer>): string[] =>
  [...files].flatMap(([name, bytes]) => (bytes.includes(text) ? [name] : []))
