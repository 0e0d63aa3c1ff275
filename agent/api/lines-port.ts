import type { LineCard, LineMinute, LineReport } from '../kernel/line.ts'

/** A line as it is and as it is written. */
export interface LineItem extends LineReport {
  readonly kind: LineCard['kind']
  readonly family: LineCard['family']
  readonly contact: LineCard['contact']
}

/** Each throws `NOT_VISIBLE_HERE` but `list` and `test` where the lines are the terminal’s. */
export interface Lines {
  /** In order of preference. */
  list(): readonly LineItem[]
  /** Tests the whole path of every line; what it found is in `list`. Concurrent calls join. */
  test(): Promise<void>
  /** Everything goes over this line until it is released; `actor` is for the audit. Throws `NOT_FOUND`. */
  use(name: string, actor: string): Promise<void>
  /** Gives the choice back. Throws `NOT_FOUND`. */
  release(name: string, actor: string): Promise<void>
  /** Its last minutes, oldest first, at most 48 hours of them. Throws `NOT_FOUND`. */
  quality(name: string, hours: number): Promise<readonly LineMinute[]>
  /** One page of text about the last days. Throws `NOT_FOUND`, `REQUEST_INVALID`. */
  report(name: string, days: number): Promise<string>
}
