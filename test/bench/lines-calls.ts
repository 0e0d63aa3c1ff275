import { type Static, Type } from 'typebox'

/** What the bench and its helper on the clinic's box tell each other. */

export const Open = Type.Object({
  configFile: Type.String(),
  proveMs: Type.Number(),
  probeMs: Type.Number(),
  /** The line that the backup's own times are taken on. */
  backup: Type.String(),
})

export const OfLine = Type.Object({ line: Type.String() })

export const Settled = Type.Object({ line: Type.String(), probes: Type.Number() })

export const Awaited = Type.Object({
  line: Type.String(),
  standing: Type.Enum(['up', 'trial', 'down']),
})

export const Unlink = Type.Object({ interface: Type.String(), afterMs: Type.Number() })

/** Ms from when it was asked. */
export const Asked = Type.Object({
  line: Type.String(),
  tookMs: Type.Number(),
  /** When each sending was handed to its line. */
  sentAtMs: Type.Array(Type.Number()),
})
export type Asked = Static<typeof Asked>

export const Unlinked = Type.Object({
  asked: Asked,
  unlinkedAtMs: Type.Number(),
  /** From then until a bare `ip monitor` had told it. */
  toldMs: Type.Number(),
})
export type Unlinked = Static<typeof Unlinked>

export const Took = Type.Object({ tookMs: Type.Number() })

export const Warmth = Type.Object({ questions: Type.Number(), warmQuestions: Type.Number() })
export type Warmth = Static<typeof Warmth>
