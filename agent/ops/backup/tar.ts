import { AgentError } from '../../kernel/errors.ts'

/** A file in an archive. */
export interface TarEntry {
  /** ASCII, 100 bytes at most. */
  readonly name: string
  readonly sizeBytes: number
  readonly content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

const BLOCK = 512
/** Of what eleven octal digits say. [POSIX.1-2008, pax, ustar] */
const MOST_BYTES = 0o77777777777

/** A ustar archive of plain files, which any tar reads; times, owners and modes say nothing. */
export async function* tarOf(entries: readonly TarEntry[]): AsyncGenerator<Uint8Array> {
  for (const { name, sizeBytes, content } of entries) {
    yield headerOf(name, sizeBytes)
    let written = 0
    for await (const bytes of content) {
      written += bytes.length
      yield bytes
    }
    if (written !== sizeBytes) throw new Error(`${name} changed while it was read`)
    yield Buffer.alloc(padding(sizeBytes))
  }
  yield Buffer.alloc(2 * BLOCK)
}

const padding = (sizeBytes: number) => (BLOCK - (sizeBytes % BLOCK)) % BLOCK

function headerOf(name: string, sizeBytes: number): Buffer {
  if (!/^[\x21-\x7e]{1,100}$/.test(name) || sizeBytes > MOST_BYTES)
    throw new Error(`no file for an archive: ${sizeBytes} bytes`)
  const header = Buffer.alloc(BLOCK)
  const put = (text: string, at: number) => header.write(text, at, 'latin1')
  put(name, 0)
  put('0000600\0', 100)
  put('0000000\0', 108)
  put('0000000\0', 116)
  put(`${sizeBytes.toString(8).padStart(11, '0')}\0`, 124)
  put('00000000000\0', 136)
  put('        ', 148)
  put('0', 156)
  put('ustar\x0000', 257)
  put(`${checksumOf(header).toString(8).padStart(6, '0')}\0 `, 148)
  return header
}

/** With the field of the checksum itself as spaces. */
const checksumOf = (header: Buffer) =>
  header.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0)

/** What takes a file of an archive; it reads `content` to its end. */
export type TakeEntry = (
  name: string,
  sizeBytes: number,
  content: AsyncIterable<Uint8Array>,
) => Promise<void>

/**
 * Reads an archive as `tarOf` writes it, and its source to the very end. Throws `BACKUP_DAMAGED` for
 * anything else.
 */
export async function readTar(source: AsyncIterable<Uint8Array>, take: TakeEntry): Promise<void> {
  const cursor = cursorOf(source)
  for (;;) {
    const header = await cursor.exactly(BLOCK)
    if (header.every((byte) => byte === 0)) break
    const { name, sizeBytes } = entryIn(header)
    const content = cursor.next(sizeBytes)
    await take(name, sizeBytes, content)
    for await (const _ of content);
    await cursor.exactly(padding(sizeBytes))
  }
  // What stands behind proves that nothing was cut off.
  await cursor.drain()
}

function entryIn(header: Buffer): { readonly name: string; readonly sizeBytes: number } {
  const field = (from: number, to: number) =>
    header.toString('latin1', from, to).replace(/[\0 ].*$/s, '')
  const isPlain = field(156, 157) === '0' && header.toString('latin1', 257, 262) === 'ustar'
  if (!isPlain || Number.parseInt(field(148, 156), 8) !== checksumOf(header))
    throw damaged('a header in the archive is wrong')
  return { name: field(0, 100), sizeBytes: Number.parseInt(field(124, 136), 8) }
}

const damaged = (why: string) => new AgentError('BACKUP_DAMAGED', why)

function cursorOf(source: AsyncIterable<Uint8Array>) {
  const chunks = source[Symbol.asyncIterator]()
  let rest: Uint8Array = new Uint8Array()
  const more = async () => {
    const { done, value } = await chunks.next()
    if (done) throw damaged('the archive ends in the middle')
    rest = value
  }
  async function* next(length: number): AsyncGenerator<Uint8Array> {
    let left = length
    while (left > 0) {
      if (rest.length === 0) await more()
      const piece = rest.subarray(0, left)
      rest = rest.subarray(piece.length)
      left -= piece.length
      yield piece
    }
  }
  return {
    next,
    async exactly(length: number): Promise<Buffer> {
      const pieces: Uint8Array[] = []
      for await (const piece of next(length)) pieces.push(piece)
      return Buffer.concat(pieces)
    },
    async drain(): Promise<void> {
      while (!(await chunks.next()).done);
    },
  }
}
