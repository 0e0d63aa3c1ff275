import { askable } from '../../../agent/intake/appointments.ts'
import type { AppointmentItem } from '../../../agent/kernel/appointment.ts'
import { uuidV7 } from '../../../agent/kernel/ids.ts'
import type { Clock } from '../../../agent/kernel/ports.ts'
import type { Store } from '../../../agent/store/store.ts'
import { checksAt } from '../intake/checks.ts'

export const at = (time: string) => Date.parse(`${time}+09:00`)
/** The day of the bed's clock is 2026-04-01, 09:00. */
export const DAY = '2026-04-01'
export const faceOf = (n: number) => ({
  insurerNumber: '06139992',
  insuredIdentificationNumber: String(n),
  birthdate: `1980050${n}`,
})
export const item = (n: number, over: Partial<AppointmentItem> = {}): AppointmentItem => ({
  time: `09:0${n}`,
  patientNumber: `0000${n}`,
  cardFace: faceOf(n),
  ...over,
})
const never = new AbortController().signal
export const byHand = { dueAt: at('2026-04-01T09:00:00'), isByHand: true, signal: never }

export const replace = (store: Store, items: readonly AppointmentItem[], day = DAY) => {
  const now = Date.now()
  const named = items.map((one) => ({ id: uuidV7(now), body: JSON.stringify(one) }))
  const list = { id: uuidV7(now), day, at: now, items: named, actor: 'c1' }
  return store.appointments.replace({ ...list, source: 'api' })
}

const standing = { now: () => at('2026-04-01T09:00:00') }
export const partsOf = (store: Store, clock: Pick<Clock, 'now'> = standing) => ({
  ...{ store, clock },
  check: (face: Parameters<typeof askable>[0]) =>
    askable(face, checksAt(at('2026-04-01T09:00:00'))),
})
