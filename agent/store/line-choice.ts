import { audit } from './audit.ts'
import type { Sql } from './database.ts'

/** What of the lines must outlive the process, beside their history. Times are epoch ms. */
export interface LineChoice {
  /** The line that a person chose; null: none. */
  held(): string | null
  /** Durable, with its audit. */
  hold(line: string, change: Change): Promise<void>
  /** That the line is held no more. */
  release(line: string, change: Change): Promise<void>
  /** When the whole path of a line was tested last. */
  testedAt(line: string): number | null
  tested(line: string, at: number): Promise<void>
}

/** Who did it when. */
interface Change {
  /** Id of who did it, `console` for the one at the machine. */
  readonly actor: string
  /** Epoch ms. */
  readonly at: number
}

interface LineChange extends Change {
  readonly line: string
}

const HELD = 'line-held'
const testedKey = (line: string) => `line-tested ${line}`
const put = (sql: Sql, key: string, value: string) =>
  sql('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(key, value)

export const lineChoiceTransactions = {
  holdLine(sql: Sql, change: LineChange): void {
    put(sql, HELD, change.line)
    audited(sql, 'line-use', change)
  },
  releaseLine(sql: Sql, change: LineChange): void {
    put(sql, HELD, '')
    audited(sql, 'line-release', change)
  },
  /** No person did anything: no audit. */
  lineTested(sql: Sql, { line, at }: { readonly line: string; readonly at: number }): void {
    put(sql, testedKey(line), String(at))
  },
}

const audited = (sql: Sql, action: 'line-use' | 'line-release', change: LineChange) => {
  const { line: subject, actor, at } = change
  audit(sql, { id: `${action}/${subject}/${at}`, at, actor, action, subject })
}

/** The transactions above, in the writer thread. */
interface ChoiceWriter {
  hold(change: LineChange): Promise<void>
  release(change: LineChange): Promise<void>
  tested(record: { readonly line: string; readonly at: number }): Promise<void>
}

export function openLineChoice(sql: Sql, writer: ChoiceWriter): LineChoice {
  const kept = (key: string) =>
    sql<{ value: string }>('SELECT value FROM meta WHERE key = ?').get(key)?.value
  return {
    held: () => kept(HELD) || null,
    hold: (line, change) => writer.hold({ line, ...change }),
    release: (line, change) => writer.release({ line, ...change }),
    testedAt(line) {
      const at = kept(testedKey(line))
      return at === undefined ? null : Number(at)
    },
    tested: (line, at) => writer.tested({ line, at }),
  }
}
