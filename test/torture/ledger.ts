import type { Seen, Sent } from './checker.ts'

/** One question while it is asked, by one client or by two at once. */
export interface Entry {
  readonly mark: string
  /** An answer named this id. */
  tell(id: string): void
  answer(seen: Seen): void
  refuse(what: string): void
  /** The tap went, or nobody confirmed it. */
  end(as: 'gone' | 'unconfirmed'): void
}

/** What was sent and what came of it, as the checker wants it. */
export interface Ledger {
  open(question: Pick<Sent, 'mark' | 'kind' | 'about'>): Entry
  entries(): Sent[]
}

export function openLedger(): Ledger {
  const entries: (() => Sent)[] = []
  return {
    open({ mark, kind, about }) {
      const told: string[] = []
      const answers: Seen[] = []
      const refusals: string[] = []
      let end: Sent['end'] = 'unanswered'
      entries.push(() => ({ mark, kind, about, end, told, answers, refusals }))
      return {
        mark,
        tell: (id) => void told.push(id),
        answer(seen) {
          told.push(seen.verificationId)
          answers.push(seen)
          if (end === 'gone') refusals.push('answered after it was gone')
          end = 'answered'
        },
        refuse: (what) => void refusals.push(what),
        end(as) {
          if (end === 'answered') refusals.push(`${as} after it was answered`)
          end = as
        },
      }
    },
    entries: () => entries.map((entry) => entry()),
  }
}
