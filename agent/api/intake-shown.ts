import { type Static, Type } from 'typebox'
import { IntakeFace, IntakeForm, IntakeState } from '../kernel/offline-intake.ts'
import { orNull } from './answers.ts'

/** How offline intakes and outages are shown. */

const id = Type.String({ description: 'UUID.' })
const time = Type.String({ description: 'RFC 3339.' })

export const ShownOutage = Type.Object({
  id,
  startedAt: time,
  endedAt: orNull(time),
  cause: Type.String({ description: 'Code of a fault.' }),
  number: Type.String({ description: 'Short number to read over the phone, e.g. E410.' }),
  title: Type.String({ description: 'Japanese.' }),
})
export type ShownOutage = Static<typeof ShownOutage>
export const OutageList = Type.Object({ items: Type.Array(ShownOutage) })
export type OutageList = Static<typeof OutageList>

const kept = IntakeForm.properties
export const ShownIntake = Type.Object({
  id,
  at: time,
  state: IntakeState,
  name: kept.name,
  nameKana: orNull(Type.String()),
  birthdate: kept.birthdate,
  sex: kept.sex,
  address: kept.address,
  consent: orNull(Type.Boolean()),
  patientNumber: orNull(Type.String()),
  cardFace: orNull(IntakeFace),
  verificationId: orNull(Type.String({ description: 'Of the newest question about it.' })),
  outageId: orNull(Type.String({ description: 'The outage in which it was received.' })),
  proposal: orNull(
    Type.Object(
      { verificationId: id, at: time },
      { description: 'A later verification of somebody who seems to be the same.' },
    ),
  ),
  closing: orNull(
    Type.Object({
      by: Type.String({ description: 'Who.' }),
      at: time,
      verificationId: orNull(id),
      text: orNull(Type.String()),
    }),
  ),
})
export type ShownIntake = Static<typeof ShownIntake>

export const IntakeList = Type.Object({
  items: Type.Array(ShownIntake),
  callScript: Type.String({
    description: 'What to say on the phone to have the emergency function opened, Japanese.',
  }),
  outage: orNull(ShownOutage),
})
export type IntakeList = Static<typeof IntakeList>
