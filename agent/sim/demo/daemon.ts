import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const CLI = fileURLToPath(new URL('../../cli.ts', import.meta.url))
const START_LIMIT_MS = 30_000

/** The agent as a process of its own. */
export interface Daemon {
  /** Where its API listens. */
  readonly url: string
  readonly pid: number
  close(): Promise<void>
}

/** Runs `onshi-agent run` and resolves when it says that it is ready. Rejects with what it printed. */
export async function startDaemon(
  configFile: string,
  env: Readonly<Record<string, string>>,
): Promise<Daemon> {
  const child = spawn(process.execPath, [CLI, 'run', '--config', configFile], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  const said: string[] = []
  const late = setTimeout(() => child.kill('SIGKILL'), START_LIMIT_MS)
  child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text))
  const url = await Promise.race([ready(child, said), once(child, 'exit').then(() => undefined)])
  clearTimeout(late)
  if (url === undefined) throw new Error(`the agent did not start:\n${said.join('\n')}`)
  return {
    url,
    pid: child.pid ?? 0,
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}

async function ready(child: ChildProcess, said: string[]): Promise<string | undefined> {
  if (child.stdout === null) return undefined
  const lines = createInterface({ input: child.stdout })
  const { promise, resolve } = Promise.withResolvers<string>()
  lines.on('line', (line) => {
    said.push(line)
    const entry: unknown = JSON.parse(line)
    if (typeof entry !== 'object' || entry === null || !('event' in entry)) return
    if (entry.event === 'agent-ready' && 'url' in entry)
      resolve(String(entry.url).split(' ')[0] ?? '')
  })
  return promise
}

/** Runs a command of the CLI and gives what it printed. */
export async function runCli(args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`onshi-agent ${args[0]} ended with ${code}`)
  return out
}
