import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Check } from 'typebox/schema'
import { type Completed, complete, type Environment } from './complete.ts'
import { examine } from './examine.ts'
import { type Finding, refuse } from './fault.ts'
import { readRules } from './fee-rules.ts'
import { examineFiles } from './files.ts'
import { readHolidayChanges } from './holidays.ts'
import { readToml } from './read-toml.ts'
import { breaches } from './rules.ts'
import { Config, configShape } from './schema.ts'
import { isTable, type NamedFile } from './shape.ts'
import { Terminal } from './terminal.ts'

const EXAMPLE = join(import.meta.dirname, 'agent.example.toml')
const WRITE = `onshi-agent setup makes it, as root; or adapt a copy of ${EXAMPLE}, or name another with --config`

/**
 * Reads, completes and checks the configuration, and opens nothing but it. File names come back
 * absolute. Throws `CONFIG_UNREADABLE`, or, with every mistake in `mistakes`, `CONFIG_INVALID` or
 * `LISTEN_UNSAFE`.
 */
export function loadConfig(path: string, env: Environment = besideUnit()): Config {
  const { completed, findings } = readConfig(path, env)
  return accepted(path, completed, findings)
}

/**
 * `loadConfig`, and the files that it names are there, readable, of the right form and, where
 * secret, hidden from others. What `run` and `run --check` call: everything wrong is reported at
 * once; what is wrong in the files of holidays and rules then by file. Throws also
 * `CERTIFICATE_UNREADABLE`, `SECRET_UNREADABLE` and `SECRET_EXPOSED`; several kinds at once are
 * `CONFIG_INVALID`.
 */
export function checkConfig(path: string, env: Environment = process.env): Config {
  const { completed, findings } = readConfig(path, env)
  const config = accepted(path, completed, [...findings, ...examineFiles(completed.files, env)])
  const { holidays_file, rules_file } = config.clinic
  if (holidays_file !== undefined) readHolidayChanges(holidays_file)
  if (rules_file !== undefined) readRules(rules_file)
  return config
}

/** Where systemd keeps the credentials of the running unit, for the commands that run beside it. */
export const UNIT_CREDENTIALS = '/run/credentials/onshi-agent.service'

/** Where they come from; while the unit does not run, the plain ones are read there. */
const CREDENTIAL_SOURCES = '/etc/onshi-agent/credentials'

export const besideUnit = (): Environment => ({
  CREDENTIALS_DIRECTORY: existsSync(UNIT_CREDENTIALS) ? UNIT_CREDENTIALS : CREDENTIAL_SOURCES,
  ...process.env,
})

/**
 * `[terminal]` alone, whatever else is wrong in the file: what takes the agent out of the way must
 * work when it does not start. Undefined where there is none. Throws `CONFIG_*` where it is itself
 * wrong, or the file is no TOML.
 */
export function loadTerminal(path: string): Terminal | undefined {
  const { value } = readConfig(path, besideUnit()).completed
  const terminal = isTable(value) ? value['terminal'] : undefined
  if (terminal === undefined || Check(Terminal, terminal)) return terminal
  return loadConfig(path).terminal
}

/**
 * Files that the configuration names, whatever else is wrong in it. Throws `CONFIG_UNREADABLE`, and
 * `CONFIG_INVALID` for what is no TOML.
 */
export const namedFiles = (path: string): readonly NamedFile[] => readConfig(path).completed.files

/** With its defaults, and what is wrong with it. Throws as `namedFiles`. */
export function readConfig(path: string, env: Environment = besideUnit()) {
  const completed = complete(readToml(path, WRITE), configShape, dirname(resolve(path)), env)
  const { value } = completed
  return {
    completed,
    findings: [...examine(value, configShape), ...completed.findings, ...breaches(value)],
  }
}

function accepted(path: string, { value }: Completed, findings: readonly Finding[]): Config {
  refuse(path, findings)
  if (Check(Config, value)) return value
  throw new Error('the schema refuses a configuration in which no mistake was found')
}
