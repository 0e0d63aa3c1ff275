import { type Static, Type } from 'typebox'
import { orNull } from './answers.ts'

const time = Type.String({ description: 'RFC 3339.' })

/** A window as staff see it. */
export const ShownWindow = Type.Object({
  id: Type.String(),
  openedAt: time,
  openedBy: Type.String(),
  until: time,
  reason: Type.String(),
  plan: Type.String(),
  isOpen: Type.Boolean(),
  closedAt: orNull(time),
  closedBy: orNull(Type.String()),
  confirmedAt: orNull(time),
  confirmedBy: orNull(Type.String()),
})
export type ShownWindow = Static<typeof ShownWindow>
