import { dirname, resolve } from 'node:path'
import { parse, TomlError } from 'smol-toml'
import { readSmallFile } from './small-file.ts'

/** As the schema has it; test/config/control-socket.test.ts keeps the two in step. */
export const DEFAULT_SOCKET = '/run/onshi-agent/control.sock'

/**
 * Where a running agent listens for commands, out of a configuration that is otherwise not looked at:
 * the schema of all of it takes a slow box longer to load than the answer. Throws as `loadConfig` where
 * the socket cannot be told without.
 */
export async function controlSocketOf(path: string): Promise<string> {
  return socketIn(path) ?? (await import('./load.ts')).loadConfig(path).control.socket
}

function socketIn(path: string): string | undefined {
  const file = readSmallFile(path)
  if (file.is === 'unreadable') return undefined
  try {
    const { control } = parse(file.bytes.toString('utf8'))
    if (control === undefined) return DEFAULT_SOCKET
    if (typeof control !== 'object' || !('socket' in control)) return undefined
    const { socket } = control
    return typeof socket === 'string' && !/^$|^credential:/.test(socket)
      ? resolve(dirname(resolve(path)), socket)
      : undefined
  } catch (error) {
    if (error instanceof TomlError) return undefined
    throw error
  }
}
