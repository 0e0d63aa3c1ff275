/** Of the last answers: a morning's worth, so that the median follows the terminal of today. */
const KEPT = 50

/** How long answers took, for health. */
export function openAnswerTimes() {
  const kept: number[] = []
  return {
    add(ms: number): void {
      kept.push(Math.round(ms))
      if (kept.length > KEPT) kept.shift()
    },
    /** Null before the first. */
    report(): { readonly last: number; readonly median: number } | null {
      const last = kept.at(-1)
      const median = [...kept].sort((one, other) => one - other)[Math.floor(kept.length / 2)]
      return last === undefined || median === undefined ? null : { last, median }
    },
  }
}
