import assert from 'node:assert/strict'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  startTerminalSimulator,
  type TerminalSimulator,
  type TerminalSimulatorOptions,
} from '../../../../agent/sim/terminal/server.ts'
import { patient } from '../gateway/bed.ts'
import { header, message, search } from '../gateway/client.ts'

/** Looks again every 2 ms; a test that waits for what never comes ends by its own limit. */
export const until = async <T>(look: () => T | undefined | false): Promise<T> => {
  for (;;) {
    const found = look()
    if (found !== undefined && found !== false) return found
    await sleep(2)
  }
}

/** A terminal in a folder of its own that looks every 3 ms. */
export const open = async (
  t: TestContext,
  options: Partial<TerminalSimulatorOptions> = {},
): Promise<TerminalSimulator> => {
  const root = mkdtempSync(join(tmpdir(), 'onshi-terminal-'))
  const terminal = await startTerminalSimulator({ root, pollMs: 3, ...options })
  t.after(async () => {
    await terminal.close()
    rmSync(root, { recursive: true })
  })
  return terminal
}

/** Puts a request there as a careful client does. */
export const put = (
  { folders }: Pick<TerminalSimulator, 'folders'>,
  name: string,
  bytes: string | Buffer,
): void => {
  const built = join(folders.req, '..', `${name}.building`)
  writeFileSync(built, bytes)
  renameSync(built, join(folders.req, name))
}

export const question = (number: string, identifier: string) =>
  message(header(identifier), search(patient(number).cardFace))

/** The bytes of this file, as soon as it is there. */
export const appears = (folder: string, name: string): Promise<Buffer> => {
  const path = join(folder, name)
  return until(() => existsSync(path) && readFileSync(path))
}

/** What a request of this kind is answered. */
export const ask = async (
  terminal: TerminalSimulator,
  prefix: string,
  identifier: string,
  bytes: string | Buffer,
  ending = 'xml',
): Promise<Buffer> => {
  put(terminal, `${prefix}req_${identifier}.xml`, bytes)
  return appears(terminal.folders.res, `${prefix}res_${identifier}.${ending}`)
}

export const single = async (terminal: TerminalSimulator, number: string, identifier: string) =>
  (await ask(terminal, 'OQSsiquc01', identifier, question(number, identifier))).toString()

/** The message with one thing changed, which must be there. */
export const changed = (xml: string, from: string | RegExp, to: string): string => {
  const result = xml.replace(from, to)
  assert.notEqual(result, xml)
  return result
}

export const names = (folder: string): string[] => readdirSync(folder).sort()
