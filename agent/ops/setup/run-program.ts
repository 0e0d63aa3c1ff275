import { spawn } from 'node:child_process'
import { codeOf } from '../../kernel/errors.ts'
import type { RunProgram } from './parts.ts'

const LIMIT_MS = 30_000
/** What a person can read of it. */
const SHOWN_CHARACTERS = 2_000

/** In English: what programs say is looked at. */
export const runProgram: RunProgram = async (program, args, limitMs = LIMIT_MS) => {
  const env = { ...process.env, LC_ALL: 'C', LANG: 'C' }
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env })
  const said: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => said.push(text))
  const { promise, resolve, reject } = Promise.withResolvers<number | null>()
  child.once('error', (error) => (codeOf(error) === 'ENOENT' ? resolve(null) : reject(error)))
  child.once('close', (code) => resolve(code ?? 1))
  // One that hangs in the kernel does not end by a signal either: it is left.
  const late = setTimeout(() => {
    child.kill('SIGKILL')
    child.unref()
    resolve(null)
  }, limitMs)
  const code = await promise.finally(() => clearTimeout(late))
  return code === null ? null : { code, output: said.join('').slice(-SHOWN_CHARACTERS) }
}
