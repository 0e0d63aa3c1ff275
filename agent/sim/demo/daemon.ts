import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const CLI = fileURLToPath(new URL('../../cli.ts', import.meta.url))
/** Of a machine that does much else; a quiet one takes a second. */
const START_LIMIT_MS = 120_000

/** So many of its last lines are kept, for when it ends. */
const LAST_LINES = 50

/** The agent as a process of its own. */
export interface Daemon {
  /** Where its API listens. */
  readonly url: string
  readonly pid: number
  /** Resolves when the process has ended, with the last that it printed. */
  readonly ended: Promise<string>
  close(): Promise<void>
}

/**
 * Runs `onshi-agent run` and resolves when it says that it is ready. Rejects with what it printed,
 * or with the signal's reason; the process has ended then.
 */
export async function startDaemon(
  configFile: string,
  env: Readonly<Record<string, string>>,
  signal = new AbortController().signal,
): Promise<Daemon> {
  signal.throwIfAborted()
  const child = spawn(process.execPath, [CLI, 'run', '--config', configFile], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  const { promise: ready, resolve: beReady } = Promise.withResolvers<string>()
  const said: string[] = []
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => {
      said.splice(0, said.length - LAST_LINES)
      said.push(line)
      const url = urlIn(line)
      if (url !== undefined) beReady(url)
    })
  // Not 'close': a reader's child holds the streams for as long as it outlives a killed agent.
  const ended = once(child, 'exit').then(() => said.join('\n'))
  const stop = () => child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), START_LIMIT_MS)
  signal.addEventListener('abort', stop)
  try {
    const url = await Promise.race([ready, ended.then(() => undefined)])
    if (signal.aborted) await ended
    signal.throwIfAborted()
    if (url === undefined) throw new Error(`the agent did not start:\n${await ended}`)
    const close = async () => {
      stop()
      await ended
    }
    return { url, pid: child.pid ?? 0, ended, close }
  } finally {
    clearTimeout(late)
    signal.removeEventListener('abort', stop)
  }
}

/** The first address in the line that says that the agent is ready. */
function urlIn(line: string): string | undefined {
  const entry = parseJson(line)
  if (typeof entry !== 'object' || entry === null || !('event' in entry)) return undefined
  if (entry.event !== 'agent-ready' || !('url' in entry)) return undefined
  return String(entry.url).split(' ')[0]
}

/** Not every line of a process is JSON: Node's own warnings are not. */
function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Runs a command of the CLI and gives what it printed. Ends it, and rejects, on abort. */
export async function runCli(args: readonly string[], signal?: AbortSignal): Promise<string> {
  const child = spawn(process.execPath, [CLI, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  })
  const said = { out: '', error: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.error += text
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`onshi-agent ${args[0]} ended with ${code}: ${said.error}`)
  return said.out
}
