import { randomBytes } from 'node:crypto'

/** Challenges that were given out, each for one question. */
export interface Challenges {
  give(): Buffer
  /**
   * Uses one for a question; the same question may come again with it, over another line. False for
   * one that was never given, is too old, or was used for another question.
   */
  use(challenge: Buffer, question: string): boolean
}

const HOLDS_MS = 5 * 60_000
const CHALLENGE_BYTES = 32
/** Nobody needs more at a time; the oldest go first. */
const KEPT = 1_000

export const openChallenges = (now: () => number): Challenges => {
  const given = new Map<string, { readonly at: number; question: string | undefined }>()
  return {
    give: () => {
      const challenge = randomBytes(CHALLENGE_BYTES)
      given.set(challenge.toString('hex'), { at: now(), question: undefined })
      for (const oldest of [...given.keys()].slice(0, -KEPT)) given.delete(oldest)
      return challenge
    },
    use: (challenge, question) => {
      const entry = given.get(challenge.toString('hex'))
      if (entry === undefined || now() - entry.at > HOLDS_MS) return false
      entry.question ??= question
      return entry.question === question
    },
  }
}
