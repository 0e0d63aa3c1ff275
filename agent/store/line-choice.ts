import { audit } from './audit.ts'
import type { Sql } from './database.ts'

/** What of the lines must outlive the process, beside their history. Times are epoch ms. */
export interface LineChoice {
  /** The line that a person chose; null: none. */
  held(): string | null
  hold(line: string | null, at: number): Promise<void>
  /** When the whole path of a line was tested last. */
  testedAt(line: string): number | null
  tested(line: string, at: number): Promise<void>
}

const HELD = 'line-held'
const testedKey = (line: string) => `line-tested ${line}`
const put = (sql: Sql, key: string, value: string) =>
  sql('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(key, value)

export const lineChoiceTransactions = {
  /** By a person, at the console. */
  holdLine(sql: Sql, { line, at }: { readonly line: string | null; readonly at: number }): void {
    put(sql, HELD, line ?? '')
    const action = line === null ? 'line-release' : 'line-use'
    audit(sql, { id: `line-held/${at}`, at, actor: 'console', action, subject: line ?? '' })
  },
  /** No person did anything: no audit. */
  lineTested(sql: Sql, { line, at }: { readonly line: string; readonly at: number }): void {
    put(sql, testedKey(line), String(at))
  },
}

/** The transactions above, in the writer thread. */
interface ChoiceWriter {
  hold(record: { readonly line: string | null; readonly at: number }): Promise<void>
  tested(record: { readonly line: string; readonly at: number }): Promise<void>
}

export function openLineChoice(sql: Sql, writer: ChoiceWriter): LineChoice {
  const kept = (key: string) =>
    sql<{ value: string }>('SELECT value FROM meta WHERE key = ?').get(key)?.value
  return {
    held: () => kept(HELD) || null,
    hold: (line, at) => writer.hold({ line, at }),
    testedAt(line) {
      const at = kept(testedKey(line))
      return at === undefined ? null : Number(at)
    },
    tested: (line, at) => writer.tested({ line, at }),
  }
}
