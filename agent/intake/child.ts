import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type Down, MESSAGES_VERSION, parseUp, type Up } from '../../drivers/messages.ts'
import { asFault } from '../kernel/errors.ts'

/** How the process of a reader ended, in words that are safe in a log. */
export interface Ending {
  readonly why: 'exited' | 'hung' | 'misunderstood' | 'not-started'
  /** Exit status or signal name. */
  readonly exit: string
  /** Whether it had said something of its reader: it had come through its start. */
  readonly hasSpoken: boolean
}

export interface Child {
  readonly pid: number | undefined
  send(body: DownBody): void
  /** SIGKILL: an orderly end is asked for by the `close` message. */
  kill(): void
  /** Resolves when the process is gone and its last message was taken. Never rejects. */
  readonly ended: Promise<Ending>
}

type DownBody = Down extends infer Each
  ? Each extends Down
    ? Omit<Each, 'version'>
    : never
  : never

const HOST = fileURLToPath(new URL('../../drivers/host.ts', import.meta.url))

/** A reader's process holds a certificate at most: small heaps keep several readers affordable. */
const FLAGS = ['--max-old-space-size=64', '--max-semi-space-size=1']
/** What the PC/SC client library and Node's own start need; nothing else of the daemon's goes in. */
const ENVIRONMENT = ['PCSCLITE_CSOCK_NAME', 'LD_LIBRARY_PATH', 'NODE_COMPILE_CACHE', 'LANG', 'TZ']

/**
 * Silence is counted in ticks of this process that passed without a heartbeat, not in time: ticks
 * stop while the daemon itself is blocked or suspended, and heartbeats that came meanwhile are read
 * before the next one. So a late daemon never condemns a healthy reader.
 */
const TICK_MS = 250
/** A process that hangs is gone within 2 s, though ticks come late and SIGKILL takes its time. */
const SILENT_TICKS = 7
/** Before its first heartbeat a process may be slow to load: 15 s. */
const START_TICKS = 60

/**
 * Starts the process of one reader. `take` gets its messages, heartbeats aside. `patience`: how many
 * times as long as usual it may be silent until it says something of its reader.
 */
export function startChild(take: (message: Up) => void, host = HOST, patience = 1): Child {
  let why: Ending['why'] = 'exited'
  let hasSpoken = false
  const child = fork(host, [], {
    execPath: process.execPath,
    execArgv: FLAGS,
    env: Object.fromEntries(
      ENVIRONMENT.flatMap((name) => {
        const value = process.env[name]
        return value === undefined ? [] : [[name, value]]
      }),
    ),
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const end = (reason: Ending['why']) => {
    why = reason
    child.kill('SIGKILL')
  }
  const watchdog = startWatchdog(() => end('hung'), patience)
  child.on('message', (value) => {
    const message = understood(value)
    hasSpoken ||= message !== undefined && message.is !== 'heartbeat'
    watchdog.beat(hasSpoken)
    if (message === undefined) end('misunderstood')
    else if (message.is !== 'heartbeat') take(message)
  })
  return {
    pid: child.pid,
    send: (body) => {
      // A child that went away shows as its end.
      if (child.connected) child.send({ version: MESSAGES_VERSION, ...body }, () => undefined)
    },
    kill: () => void child.kill('SIGKILL'),
    ended: endOf(child).then((exit) => {
      watchdog.close()
      return { why: exit === undefined ? 'not-started' : why, exit: exit ?? 'none', hasSpoken }
    }),
  }
}

function understood(value: unknown): Up | undefined {
  try {
    return parseUp(value)
  } catch (error) {
    asFault(error)
    return undefined
  }
}

/** Undefined where the process could not be started at all. */
function endOf(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    child.on('close', (code, signal) => resolve(signal ?? String(code)))
    child.on('error', () => {
      if (child.pid === undefined) resolve(undefined)
    })
  })
}

function startWatchdog(bite: () => void, patience: number) {
  let silent = 0
  let limit = START_TICKS * patience
  const timer = setInterval(() => {
    silent += 1
    if (silent === limit) bite()
  }, TICK_MS)
  return {
    beat: (hasStarted: boolean) => {
      silent = 0
      limit = SILENT_TICKS * (hasStarted ? 1 : patience)
    },
    close: () => clearInterval(timer),
  }
}
