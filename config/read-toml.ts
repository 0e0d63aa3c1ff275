import { parse, TomlError } from 'smol-toml'
import { AgentError } from '../agent/kernel/errors.ts'
import { isDate } from './clinic.ts'
import { type Finding, mistake, refuse, show } from './fault.ts'
import type { Table } from './shape.ts'
import { readSmallFile } from './small-file.ts'

/**
 * A TOML file as it stands. `write`: what to do where there is none. Throws `CONFIG_UNREADABLE`,
 * `CONFIG_INVALID`.
 */
export function readToml(path: string, write: string): Table {
  const file = readSmallFile(path)
  if (file.is === 'unreadable') {
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
  const table = parsed(path, text ?? '')
  refuse(path, impossibleDates(text ?? ''))
  return table
}

/** The parser takes 30 February for 2 March. */
function impossibleDates(text: string): Finding[] {
  return text.split('\n').flatMap((line, i) => {
    const [, day] = /^\s*[\w.-]+\s*=\s*"?(\d{4}-\d{2}-\d{2})/.exec(line) ?? []
    return day === undefined || isDate(day)
      ? []
      : [mistake(`line ${i + 1}`, '暦にない日付です。', show(day), 'a day of the calendar')]
  })
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
