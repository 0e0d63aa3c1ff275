import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startTerminalSimulator } from '../../agent/sim/terminal/server.ts'
import type { Ending } from './net/bed.ts'
import { type Printed, runCli } from './process.ts'

const CLI = fileURLToPath(new URL('../../agent/cli.ts', import.meta.url))

/** Only what hangs is ended by it: a step may start an agent on a slow machine. */
const SEEN_MS = 120_000

/** A machine on which nothing is set up yet: a folder that stands for `/`. */
export interface SetupBed {
  readonly folder: string
  readonly root: string
  /** Writes the answers; relative file names start beside them. */
  answers(toml: string): void
  /** A file of mode 0600 beside the answers; gives its path. */
  secret(name: string, text: string): string
  /** `onshi-agent setup --answers … --root …`. */
  setup(...args: readonly string[]): Promise<Printed>
  /** The same, killed as soon as it says `words`; how it ended. */
  setupUntil(words: string): Promise<NodeJS.Signals | null>
  /** A command on what was set up; no agent runs. */
  cli(...args: readonly string[]): Promise<Printed>
  has(path: string): boolean
  read(path: string): string
  /** Permission bits. */
  modeOf(path: string): number
}

export function makeSetupBed(t: Ending): SetupBed {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-setup-'))
  t.after(async () => rmSync(folder, { recursive: true, force: true }))
  const root = join(folder, 'root')
  const at = (path: string) => join(root, path)
  const file = join(folder, 'answers.toml')
  const args = ['setup', '--answers', file, '--root', root]
  return {
    folder,
    root,
    answers: (toml) => writeFileSync(file, toml),
    secret(name, text) {
      const path = join(folder, name)
      writeFileSync(path, `${text}\n`, { mode: 0o600 })
      return path
    },
    setup: (...more) => runCli([...args, ...more]),
    async setupUntil(words) {
      const child = spawn(process.execPath, [CLI, ...args], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let said = ''
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text
        if (said.includes(words)) child.kill('SIGKILL')
      })
      await once(child, 'close')
      return child.signalCode
    },
    cli: (...more) => runCli([...more, '--config', at('etc/onshi-agent/agent.toml')]),
    has: (path) => existsSync(at(path)),
    read: (path) => readFileSync(at(path), 'utf8'),
    modeOf: (path) => statSync(at(path)).mode & 0o777,
  }
}

/** Somebody at a terminal: a pty of util-linux’s `script`. */
export interface AtTerminal {
  /** Everything on the screen so far. */
  screen(): string
  /** Waits until the screen shows it, after what was waited for before. */
  sees(words: string): Promise<void>
  types(line: string): void
  /** Control characters, as they are. */
  presses(keys: string): void
  ended(): Promise<number | null>
}

export function atTerminal(t: Ending, args: readonly string[]): AtTerminal {
  const command = [process.execPath, CLI, ...args].map((word) => `'${word}'`).join(' ')
  const child = spawn('script', ['-qfec', command, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, TERM: 'dumb' },
  })
  t.after(async () => void child.kill('SIGKILL'))
  let screen = ''
  let seen = 0
  const waiting: (() => void)[] = []
  const wake = () => {
    for (const one of waiting.splice(0)) one()
  }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text
    wake()
  })
  const closed = once(child, 'close').finally(wake)
  return {
    screen: () => screen,
    async sees(words) {
      const late = setTimeout(() => child.kill('SIGKILL'), SEEN_MS)
      for (;;) {
        const found = screen.indexOf(words, seen)
        if (found >= 0) {
          seen = found + words.length
          clearTimeout(late)
          return
        }
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(`「${words}」 never came:\n${screen}`)
        const { promise, resolve } = Promise.withResolvers<void>()
        waiting.push(resolve)
        await promise
      }
    },
    types: (line) => void child.stdin.write(`${line}\r`),
    presses: (keys) => void child.stdin.write(keys),
    async ended() {
      await closed
      return child.exitCode
    },
  }
}

/** The official terminal’s folders, with its software beside them. */
export async function terminalIn(t: TestContext, bed: SetupBed): Promise<string> {
  const root = join(bed.folder, 'oqs')
  for (const name of ['req', 'res', 'face']) mkdirSync(join(root, name), { recursive: true })
  const terminal = await startTerminalSimulator({ root, pollMs: 20 })
  t.after(() => terminal.close())
  return root
}
