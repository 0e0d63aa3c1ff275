import type { World } from './world.ts'

export const players = ['receipt-computer', 'slow', 'crashing'] as const

/** One thing that a program at the other end rests on, and how it is tried. */
export interface Check {
  readonly id: string
  /** Who plays it: a receipt computer, one that is slow, one that crashes. */
  readonly player: (typeof players)[number]
  /** One sentence, English. */
  readonly says: string
  /** The same, Japanese. */
  readonly title: string
  /** Heading of `agent/api/POLLER.md` that it rests on. */
  readonly section: string
  /** Throws `Refuted` where the agent does otherwise, `Inapplicable` where it cannot be tried. */
  run(world: World): Promise<void>
}
