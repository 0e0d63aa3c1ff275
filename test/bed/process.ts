import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const CLI = fileURLToPath(new URL('../../agent/cli.ts', import.meta.url))
const START_LIMIT_MS = 120_000

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A running agent, seen from outside. */
export interface AgentProcess {
  /** Where its API listens. */
  readonly url: string
  readonly pid: number
  /** Everything that it wrote so far, standard output before standard error. */
  output(): string
  /** Resolves when it has ended and both streams are read to their end. */
  readonly ended: Promise<Exit>
  /** Sends a signal (default SIGTERM) and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<Exit>
}

interface SpawnOptions {
  readonly env?: Readonly<Record<string, string>>
  /** A command that ends in executing the one behind it, in this same process. */
  readonly prefix?: readonly string[]
}

function spawnCli(args: readonly string[], { env = {}, prefix = [] }: SpawnOptions) {
  const [program = process.execPath, ...words] = [...prefix, process.execPath, CLI, ...args]
  const child = spawn(program, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  const out: string[] = []
  const err: string[] = []
  child.stdout.setEncoding('utf8').on('data', (text: string) => out.push(text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => err.push(text))
  const ended = once(child, 'close').then(
    (): Exit => ({ code: child.exitCode, signal: child.signalCode }),
  )
  return { child, ended, out: () => out.join(''), err: () => err.join('') }
}

/** Starts `onshi-agent run`; resolves once it says that it is ready or stands in, rejects with what it printed. */
export async function startAgent(
  configFile: string,
  env: Readonly<Record<string, string>> = {},
  prefix: readonly string[] = [],
): Promise<AgentProcess> {
  const { child, ended, out, err } = spawnCli(['run', '--config', configFile], { env, prefix })
  const output = () => out() + err()
  const ready = Promise.withResolvers<string>()
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [, url] = /"event":"agent-(?:ready|stands-in)".*"url":"([^" ]+)/.exec(line) ?? []
    if (url !== undefined) ready.resolve(url)
  })
  const late = setTimeout(() => child.kill('SIGKILL'), START_LIMIT_MS)
  const url = await Promise.race([ready.promise, ended.then(() => undefined)])
  clearTimeout(late)
  if (url === undefined) throw new Error(`the agent did not start:\n${output()}`)
  return {
    url,
    pid: child.pid ?? 0,
    output,
    ended,
    stop: (signal = 'SIGTERM') => {
      child.kill(signal)
      return ended
    },
  }
}

export interface Printed {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command of the CLI to its end. */
export async function runCli(
  args: readonly string[],
  prefix: readonly string[] = [],
): Promise<Printed> {
  const { ended, out, err } = spawnCli(args, { prefix })
  const { code } = await ended
  return { code, stdout: out(), stderr: err() }
}
