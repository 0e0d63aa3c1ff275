import type { Day } from '../day.ts'

export interface Counts {
  readonly received: number
  readonly unresolved: number
}

/** Of the day, each question by its newest answer. */
export function countsOf({ entries }: Pick<Day, 'entries'>): Counts {
  const replaced = new Set(entries.map(({ verification }) => verification.supersedes))
  const newest = entries.filter(({ id }) => !replaced.has(id))
  const isOpen = ({ outcome, held }: { outcome: string; held: boolean }) =>
    held || !outcome.startsWith('valid')
  const unresolved = newest.filter(({ verification }) => isOpen(verification)).length
  return { received: newest.length, unresolved }
}
