import { statSync } from 'node:fs'
import { TomlDate } from 'smol-toml'
import { Type } from 'typebox'
import { Check } from 'typebox/schema'
import { codeOf } from '../agent/kernel/errors.ts'
import type { MaintenanceWindow } from '../agent/kernel/maintenance.ts'
import { isDate } from './clinic.ts'
import { examine } from './examine.ts'
import { type Finding, mistake, refuse, show } from './fault.ts'
import { readToml } from './read-toml.ts'
import { type Shape, strict, text } from './shape.ts'

const when = (description: string) =>
  Type.Unknown({
    description: `${description} A date with time; without an offset it is Japanese time.`,
  })

/** The file that `maintenance.file` names. */
const Calendar = Type.Object(
  {
    maintenance: Type.Array(
      Type.Object(
        {
          from: when('Begin.'),
          to: when('End.'),
          title: text(
            'What was announced, as staff read it.',
            '^[^\\u0000-\\u001f\\u007f]{1,200}$',
            'one line of text',
          ),
          line: Type.Optional(
            text(
              'Name of the line; the gateway when absent.',
              '^[a-z0-9-]+$',
              'the name of a line',
            ),
          ),
        },
        strict,
      ),
      { default: [] },
    ),
  },
  strict,
)
const calendarShape: Shape = JSON.parse(JSON.stringify(Calendar))

/** The file of announced maintenance, read whenever it is asked for. */
export interface MaintenanceFile {
  /** Changes when the file does; also while it is missing. */
  version(): string
  /** Throws `CONFIG_UNREADABLE`, or `CONFIG_INVALID` with every mistake. */
  read(): MaintenanceWindow[]
}

/** `lines`: the names that an entry may have. */
export const maintenanceFile = (path: string, lines: readonly string[]): MaintenanceFile => ({
  version: () => versionOf(path),
  read: () => readMaintenance(path, lines),
})

function versionOf(path: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(path)
    return `${mtimeMs} ${size} ${ino}`
  } catch (error) {
    if (codeOf(error) === '') throw error
    return codeOf(error)
  }
}

/** Announced maintenance in the order of its begin. */
function readMaintenance(path: string, lines: readonly string[]): MaintenanceWindow[] {
  const value: unknown = {
    maintenance: [],
    ...readToml(path, 'put the file there, or name another one'),
  }
  refuse(path, examine(value, calendarShape))
  if (!Check(Calendar, value))
    throw new Error('the calendar fits no schema, and no mistake is in it')
  const entries = value.maintenance.map((entry) => ({
    ...entry,
    from: instantOf(entry.from),
    to: instantOf(entry.to),
  }))
  refuse(
    path,
    entries.flatMap((entry, i) => aboutEntry(`maintenance[${i}]`, entry, lines)),
  )
  return entries
    .map(({ from = 0, to = 0, title, line = null }) => ({ from, to, title, line }))
    .sort((one, other) => one.from - other.from)
}

interface Entry {
  readonly from: number | undefined
  readonly to: number | undefined
  readonly line?: string
}

function aboutEntry(key: string, { from, to, line }: Entry, lines: readonly string[]): Finding[] {
  const missing = (name: string, at: number | undefined) =>
    at === undefined
      ? [
          mistake(
            `${key}.${name}`,
            '値の形が違います。',
            'no date with time',
            'a date with time, 2026-12-06T01:00:00+09:00',
          ),
        ]
      : []
  const reversed = from !== undefined && to !== undefined && to <= from
  const unknown = line !== undefined && !lines.includes(line)
  return [
    ...missing('from', from),
    ...missing('to', to),
    ...(reversed
      ? [
          mistake(
            `${key}.to`,
            '値が範囲の外です。',
            'an end that is not after `from`',
            'a later time',
          ),
        ]
      : []),
    ...(unknown
      ? [
          mistake(
            `${key}.line`,
            'その名前の回線はありません。',
            show(line),
            `one of ${lines.map((name) => `"${name}"`).join(', ')}, or no line for the gateway`,
          ),
        ]
      : []),
  ]
}

const WITH_TIME = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.\d+)?(Z|[+-]\d{2}:\d{2})?$/i

/** Epoch ms of a TOML date-time or an RFC 3339 text; undefined for anything else. */
function instantOf(value: unknown): number | undefined {
  const text = value instanceof TomlDate && value.isDateTime() ? value.toISOString() : value
  const [, day = '', time = '', offset = '+09:00'] = WITH_TIME.exec(String(text)) ?? []
  const at = Date.parse(`${day}T${time}${offset.toUpperCase()}`)
  return Number.isNaN(at) || !isDate(day) ? undefined : at
}
