import { AgentError, type Mistake } from '../agent/kernel/errors.ts'
import { type FaultCode, faults } from '../agent/kernel/faults.ts'

/** One thing that is wrong with the configuration. */
export interface Finding {
  readonly code: FaultCode
  /** Key path, e.g. `gateway.timeout_ms`; `line 3, column 7` where the text is no TOML. */
  readonly field: string
  /** Japanese. */
  readonly title: string
  /** English; never the content of a file that the configuration names. */
  readonly found: string
  /** English. */
  readonly write: string
}

/** A finding whose title is its fault's own. */
export const finding = (code: FaultCode, field: string, found: string, write: string): Finding => ({
  code,
  field,
  title: faults[code].title,
  found,
  write,
})

/** A mistake in the text of the file. */
export const mistake = (field: string, title: string, found: string, write: string): Finding => ({
  code: 'CONFIG_INVALID',
  field,
  title,
  found,
  write,
})

/** What to do about a finding, where it is not to write something else. */
const verbs: Partial<Record<FaultCode, string>> = { SECRET_EXPOSED: 'run' }

/** Throws one AgentError with all of them: with their own code where they share one. */
export function refuse(path: string, findings: readonly Finding[]): void {
  const first = findings[0]
  if (first === undefined) return
  const code = findings.every((each) => each.code === first.code) ? first.code : 'CONFIG_INVALID'
  const mistakes = findings.map(
    ({ code: own, field, title, found, write }): Mistake => ({
      field,
      title,
      detail: `${numbered(own, code)}found ${found}; ${verbs[own] ?? 'write'} ${write}`,
    }),
  )
  const lines = mistakes.map(({ field, detail }) => `${field}: ${detail}`)
  throw new AgentError(code, `${path}: ${lines.join(' | ')}`, {
    facts: { file: path, key: first.field, mistakes: mistakes.length },
    mistakes,
  })
}

/** A finding among others of another kind carries its own number. */
const numbered = (own: FaultCode, shared: FaultCode) =>
  own === shared ? '' : `[${faults[own].number} ${own}] `

/**
 * What the CLI prints for a fault of the configuration: the file, then each key with a Japanese
 * title, what was found and what to write, then what to do.
 */
export function formatConfigFault(error: AgentError): string {
  const { number, title, action, hint } = error.fault
  const file = error.facts['file']
  const head = `${file === undefined ? '' : `${file}: `}${title} [${number} ${error.code}]`
  const body =
    error.mistakes.length === 0
      ? [`  ${error.message}`]
      : error.mistakes.flatMap((each) => [
          `  ${each.field}`,
          `    ${each.title}`,
          `    ${each.detail}`,
        ])
  return [head, ...body, `  → ${action}`, `    ${hint}`].join('\n')
}

/**
 * A value in a message: its kind, and for a short plain one the value. What may be a password in a
 * URL, or an individual number, is not shown.
 */
export function show(value: unknown): string {
  if (typeof value !== 'string' && typeof value !== 'number') return showOther(value)
  if (/:\/\/[^/]*@|^\d{12}$/.test(`${value}`)) return showKind(value)
  return typeof value === 'number'
    ? `the number ${value}`
    : `the text ${JSON.stringify(shorten(value))}`
}

function showOther(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (value instanceof Date) return 'a date'
  if (typeof value === 'boolean') return `${value}`
  return 'a table'
}

/** The kind of a value that must not be shown. */
export function showKind(value: unknown): string {
  return typeof value === 'string' ? 'a text (not shown)' : `a ${kindOf(value)} (not shown)`
}

const kindOf = (value: unknown) =>
  Array.isArray(value) ? 'list' : typeof value === 'object' ? 'table' : typeof value

const shorten = (value: string) => (value.length > 60 ? `${value.slice(0, 57)}...` : value)
