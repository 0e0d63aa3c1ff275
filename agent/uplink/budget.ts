/**
 * How many connections may stand to the official side, over all lines together. Those that carry
 * nothing give way to those that shall.
 */
export interface Budget {
  /** Whether one more may stand; closes an idle one where that makes room. */
  take(): boolean
  giveBack(): void
  /** Whether one more may stand beside those that stand, idle ones too. */
  hasRoom(): boolean
  /** `dropOne` closes one idle connection and says whether there was one. */
  lend(dropOne: () => boolean): void
}

export function openBudget(limit: number): Budget {
  const lenders: (() => boolean)[] = []
  let taken = 0
  return {
    take() {
      if (taken >= limit && !lenders.some((dropOne) => dropOne())) return false
      taken += 1
      return true
    },
    giveBack() {
      taken -= 1
    },
    hasRoom: () => taken < limit,
    lend: (dropOne) => void lenders.push(dropOne),
  }
}
