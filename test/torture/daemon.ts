import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Stage } from './stage.ts'

const CLI = fileURLToPath(new URL('../../agent/cli.ts', import.meta.url))

/** One life of the agent, from its spawn on. */
export interface Life {
  readonly pid: number
  /** Resolves with the exit code or the signal, however it ended. */
  readonly ended: Promise<string>
  kill(signal: 'SIGKILL' | 'SIGTERM'): void
}

/**
 * Readers' processes pass this variable on and the `sim` driver does not use it: so it names every
 * process of one run, whoever its parent is by then.
 */
const markOf = (folder: string) => `PCSCLITE_CSOCK_NAME=${folder}/no-pcscd`

export const logFileOf = ({ folder }: Pick<Stage, 'folder'>) => join(folder, 'agent.log')

/** Starts the agent; what it says goes to one log file for all lives. */
export function startLife(
  stage: Pick<Stage, 'folder' | 'configFile'> & Partial<Pick<Stage, 'environment'>>,
): Life {
  const log = openSync(logFileOf(stage), 'a')
  const [name = '', value = ''] = markOf(stage.folder).split('=')
  const child = spawn(process.execPath, [CLI, 'run', '--config', stage.configFile], {
    stdio: ['ignore', log, log],
    env: { ...process.env, ...stage.environment, [name]: value },
  })
  closeSync(log)
  return {
    pid: child.pid ?? 0,
    ended: once(child, 'exit').then(([code, signal]) => String(signal ?? code)),
    kill: (signal) => void child.kill(signal),
  }
}

/** The processes of this run that live now; a process that waits to be reaped does not. */
export function livingOf(folder: string): number[] {
  const mark = markOf(folder)
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => environmentOf(pid).includes(mark))
    .map(Number)
}

/** For a run that was broken off. */
export function killAllOf(folder: string): void {
  for (const pid of livingOf(folder)) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
    }
  }
}

function environmentOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  } catch (error) {
    // Gone meanwhile, or of another user: not ours.
    if (error instanceof Error && 'code' in error) return []
    throw error
  }
}
