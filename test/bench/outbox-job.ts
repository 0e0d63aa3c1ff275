import { type Static, Type } from 'typebox'

/** Patients in turns: the receivers know them. */
export const PEOPLE = 200

/** Some events, and when the last was with everybody. Times are ns of the system's monotonic clock. */
export const Pushed = Type.Object({
  commits: Type.Array(Type.Object({ begunNs: Type.String(), durableNs: Type.String() })),
  settledNs: Type.String(),
})
export type Pushed = Static<typeof Pushed>

export const Receivers = Type.Object({
  webhooks: Type.Array(Type.Object({ url: Type.String(), secret: Type.String() })),
  orca: Type.String(),
  fhir: Type.String(),
})
export type Receivers = Static<typeof Receivers>

/** What the first webhook got last, and when it had been taken. */
export const Received = Type.Object({
  atNs: Type.String(),
  text: Type.String(),
  complaints: Type.Array(Type.String()),
})
export type Received = Static<typeof Received>
