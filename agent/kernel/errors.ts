import { type FaultCode, faults } from './faults.ts'

/** Values that are safe in a log line and in an HTTP body. Never names, numbers or card data. */
export type Facts = Readonly<Record<string, string | number | boolean>>

/** One wrong field of an input: what people are told about it. Never the value itself. */
export interface Mistake {
  readonly field: string
  /** Japanese. */
  readonly title: string
  /** English. */
  readonly detail: string
  /** What may have been meant, where one thing is likely: for who typed it, never for a log. */
  readonly proposals?: readonly string[]
}

/**
 * The one error class for operational faults; code branches on `code`, people read the catalogue's
 * texts. An official "no" is not a fault, it is an outcome; a bug is neither and crashes the process.
 */
export class AgentError extends Error {
  override readonly name = 'AgentError'
  readonly code: FaultCode
  readonly facts: Facts
  readonly mistakes: readonly Mistake[]

  /**
   * `message` is English, for operators, and holds no patient data.
   * `cause` is the foreign error, wrapped once, where it entered the agent.
   */
  constructor(
    code: FaultCode,
    message: string,
    detail: { cause?: unknown; facts?: Facts; mistakes?: readonly Mistake[] } = {},
  ) {
    super(message, { cause: detail.cause })
    this.code = code
    this.facts = detail.facts ?? {}
    this.mistakes = detail.mistakes ?? []
  }

  get fault() {
    return faults[this.code]
  }
}

/** For `catch`: lets a known fault pass to the handler and a bug take the process down. */
export function asFault(error: unknown): AgentError {
  if (error instanceof AgentError) return error
  throw error
}

/** The `code` of a Node or SQLite error, for wrapping it once where it enters. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
