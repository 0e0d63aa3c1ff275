import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { ReadableStream } from 'node:stream/web'
import { Decrypter, Encrypter } from 'age-encryption'
import { AgentError, codeOf } from '../../kernel/errors.ts'
import { fileFault } from './fault.ts'

/** 16 chunks of the format; what is in memory at a time is a few of these. */
const READ_BYTES = 1024 * 1024

/**
 * Writes an age file for several recipients, each of whom opens it alone, and has it on disk when it
 * resolves. Throws `RECOVERY_KEY_INVALID`, `BACKUP_NO_ROOM`, `BACKUP_FAILED`. [age, https://age-encryption.org/v1]
 */
export async function writeSealed(
  path: string,
  content: AsyncIterable<Uint8Array>,
  recipients: readonly string[],
): Promise<number> {
  const encrypter = new Encrypter()
  for (const recipient of recipients) add(encrypter, recipient)
  const sealed = await encrypter.encrypt(streamOf(content))
  try {
    return await writeDurably(path, sealed)
  } catch (error) {
    throw fileFault(error, path)
  }
}

/** The library throws plain errors, which would be bugs of ours. */
function add(encrypter: Encrypter, recipient: string): void {
  try {
    encrypter.addRecipient(recipient)
  } catch (cause) {
    throw new AgentError('RECOVERY_KEY_INVALID', 'a recipient of the backup is no public half', {
      cause,
    })
  }
}

/** So much is written before it is put on disk: a commit that waits for the disk meets no long queue. */
const FLUSH_EVERY_BYTES = 8 * 1024 * 1024

/** Makes a new file, 0600, and flushes it, bit by bit. Its size. */
export async function writeDurably(
  path: string,
  content: AsyncIterable<Uint8Array>,
): Promise<number> {
  const file = await open(path, 'wx', 0o600)
  try {
    let size = 0
    let flushed = 0
    for await (const bytes of content) {
      await file.writeFile(bytes)
      size += bytes.length
      if (size - flushed < FLUSH_EVERY_BYTES) continue
      flushed = size
      await file.datasync()
    }
    await file.sync()
    return size
  } finally {
    await file.close()
  }
}

/**
 * The content of an age file for whoever has one of the keys. Throws `BACKUP_KEY_WRONG` at once, and
 * `BACKUP_DAMAGED` in the place where it is cut off or differs by a bit.
 */
export async function* openSealed(
  path: string,
  identities: readonly string[],
): AsyncGenerator<Uint8Array> {
  const decrypter = new Decrypter()
  for (const identity of identities) decrypter.addIdentity(identity)
  const source = createReadStream(path, { highWaterMark: READ_BYTES })
  try {
    yield* await decrypter.decrypt(streamOf(source))
  } catch (error) {
    throw sealFault(error, path)
  } finally {
    source.destroy()
  }
}

/** The library throws plain errors, with these words where no key fits. */
const NO_KEY_FITS = 'no identity matched'

function sealFault(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || error instanceof AgentError) return error
  if (codeOf(error) !== '') return fileFault(error, path)
  const code = error.message.includes(NO_KEY_FITS) ? 'BACKUP_KEY_WRONG' : 'BACKUP_DAMAGED'
  return new AgentError(code, `${path}: ${error.message}`, { cause: error })
}

const streamOf = (content: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> =>
  ReadableStream.from(content)
