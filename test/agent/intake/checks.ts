import type { Checks } from '../../../agent/intake/card-face.ts'
import { builtInRules } from '../../../agent/kernel/built-in-rules.ts'
import { inForce } from '../../../agent/kernel/rules.ts'

const { laws, titles } = inForce(builtInRules.insurerLaws, '2026-04-01')

/** What faces typed at `nowMs` are checked against, in a clinic that knows these numbers. */
export const checksAt = (nowMs: number, known: readonly string[] = []): Checks => ({
  nowMs,
  laws,
  titles: titles ?? {},
  isKnownNumber: (number) => known.includes(number),
})
