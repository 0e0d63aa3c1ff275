import { dirname, resolve } from 'node:path'
import { parse, TomlError } from 'smol-toml'
import { Check } from 'typebox/schema'
import { AgentError } from '../agent/kernel/errors.ts'
import { type Completed, complete, type Environment } from './complete.ts'
import { examine } from './examine.ts'
import { type Finding, mistake, refuse } from './fault.ts'
import { examineFiles } from './files.ts'
import { breaches } from './rules.ts'
import { Config, configShape } from './schema.ts'
import type { Table } from './shape.ts'
import { readSmallFile } from './small-file.ts'

/**
 * Reads, completes and checks the configuration, and opens nothing but it. File names come back
 * absolute. Throws `CONFIG_UNREADABLE`, or, with every mistake in `mistakes`, `CONFIG_INVALID` or
 * `LISTEN_UNSAFE`.
 */
export function loadConfig(path: string, env: Environment = process.env): Config {
  const { completed, findings } = readConfig(path, env)
  return accepted(path, completed, findings)
}

/**
 * `loadConfig`, and the files that it names are there, readable, of the right form and, where
 * secret, hidden from others. What `run` and `run --check` call: everything wrong is reported at
 * once. Throws also `CERTIFICATE_UNREADABLE`, `SECRET_UNREADABLE` and `SECRET_EXPOSED`; several
 * kinds at once are `CONFIG_INVALID`.
 */
export function checkConfig(path: string, env: Environment = process.env): Config {
  const { completed, findings } = readConfig(path, env)
  return accepted(path, completed, [...findings, ...examineFiles(completed.files, env)])
}

function readConfig(path: string, env: Environment) {
  const completed = complete(readTable(path), configShape, dirname(resolve(path)), env)
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

function readTable(path: string): Table {
  const file = readSmallFile(path)
  if (file.is === 'unreadable') {
    const write = 'copy config/agent.example.toml there and adapt it, or name another with --config'
    throw new AgentError('CONFIG_UNREADABLE', `${path}: ${file.why}; ${write}`, {
      cause: file.cause,
      facts: { file: path },
    })
  }
  const text = decoded(file.bytes)
  if (text === undefined) {
    refuse(path, [
      mistake(
        '(file)',
        '文字コードが違います。',
        'bytes that are not UTF-8',
        'it again, saved as UTF-8',
      ),
    ])
  }
  return parsed(path, text ?? '')
}

function decoded(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

/** The parser’s own message quotes the lines around the mistake, secrets included: not passed on. */
function parsed(path: string, text: string): Table {
  try {
    return parse(text)
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const what = error.message.split('\n')[0]?.replace(/^Invalid TOML document: /, '') ?? ''
    const place = `line ${error.line}, column ${error.column}`
    refuse(path, [
      mistake(place, 'TOML の書き方が違います。', `a syntax error (${what})`, adviceOn(what)),
    ])
    throw error
  }
}

/** What was probably meant where the parser stopped. */
function adviceOn(what: string): string {
  if (/redefine/.test(what)) return 'each key and each [table] once; [[table]] for several'
  if (/leading zero|numeric|number/.test(what)) return 'codes in quotes, code = "0112345678"'
  if (/invalid value/.test(what)) return 'texts in quotes, true and false in small letters'
  return 'key = "text", key = 1, key = true, or [table]'
}
