import { type ParseArgsConfig, parseArgs } from 'node:util'
import { AgentError } from './kernel/errors.ts'

/** `--config FILE`, which every command takes. */
export const configOption = {
  config: { type: 'string', default: '/etc/onshi-agent/agent.toml' },
} as const

/** What the person wrote. Throws `USAGE` with what is wrong, and how the command is written. */
export function parsedArgs<const T extends ParseArgsConfig>(
  config: T,
  usage: string,
): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config)
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause
    throw wrongUsage(usage, cause.message, { cause })
  }
}

/** What is wrong, where it can be said, and how the command is written. */
export const wrongUsage = (usage: string, why = '', options: ErrorOptions = {}): AgentError =>
  new AgentError('USAGE', why === '' ? usage : `${why}\n${usage}`, options)

/** An answer as a command prints it: for people, and for programs. */
export const pretty = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
