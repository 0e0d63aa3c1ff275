import { Type } from 'typebox'
import {
  type Appointment,
  AppointmentFace,
  AppointmentItem,
  appointmentSources,
  appointmentStatuses,
} from '../kernel/appointment.ts'
import { appointmentRoles, type ShownAppointment } from '../kernel/appointment-roles.ts'
import { masked } from '../kernel/masking.ts'
import { isFull, narrowRole, type Role } from '../kernel/roles.ts'
import { Outcome } from '../kernel/verification.ts'
import { orNull } from './answers.ts'
import {
  appointmentsCsv,
  itemColumnAt,
  itemColumns,
  itemsIn,
  type Seen,
} from './appointment-csv.ts'
import { askingOf } from './asked.ts'
import { callerOf } from './auth.ts'
import type { App, Context } from './context.ts'
import { CSV_BYTES, headsOf, toldByRow } from './csv.ts'
import { isCsv, sendCsv, wantsCsv } from './csv-body.ts'
import { dayIn } from './day-query.ts'
import type { Appointments } from './ports.ts'

const strict = { additionalProperties: false } as const

/** As many as a bulk question may have lines. */
const ITEMS = 1_000

const Body = Type.Object({ items: Type.Array(AppointmentItem, { maxItems: ITEMS }) }, strict)
const Day = Type.Object({ day: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }) })
const PutQuery = Type.Object(
  {
    source: Type.Optional(
      Type.Enum([...appointmentSources], {
        description:
          'Whose list it is: only this one of the day is replaced. Default: csv for a CSV file, else api.',
      }),
    ),
  },
  strict,
)
const GetQuery = Type.Object(
  {
    list: Type.Optional(
      Type.Enum(['all', 'morning'], {
        description:
          'morning: only those who need a look: changed, invalid, unknown, and not checked.',
      }),
    ),
  },
  strict,
)

const Replaced = Type.Object({
  added: Type.Integer(),
  kept: Type.Integer({ description: 'They were there, and keep what was asked about them.' }),
  cancelled: Type.Integer(),
})

/** Named `Appointment` in the document. */
export const AppointmentView = Type.Object({
  id: Type.String({ description: 'UUID.' }),
  source: Type.Enum([...appointmentSources]),
  time: Type.Optional(Type.String({ description: 'Japanese time, 09:30.' })),
  patientNumber: Type.Optional(Type.String()),
  cardFace: Type.Optional(AppointmentFace),
  needsCheck: Type.Boolean({ description: '要確認.' }),
  status: Type.Enum([...appointmentStatuses], {
    description:
      'changed: valid, and not as at the last answer. unknown: no answer that says. waiting: it is asked, or will be. not-checkable: nothing can be asked.',
  }),
  reason: orNull(
    Type.String({
      description:
        'The outcome, or held, asked, not-asked, nothing-given, unknown-patient (no card is known of this patient number), card-face-wrong.',
    }),
  ),
  fields: Type.Array(Type.String(), { description: 'Wrong fields of the card face.' }),
  changes: Type.Array(Type.String(), { description: 'What changed, by official fields.' }),
  verificationId: orNull(Type.String({ description: 'UUID; of the newest question about it.' })),
  outcome: orNull(Outcome),
  checkedAt: orNull(Type.String({ description: 'RFC 3339.' })),
})
const AppointmentList = Type.Object({
  day: Type.String(),
  items: Type.Array(AppointmentView, { description: 'By time.' }),
})

const putDoc = {
  summary: 'Who is expected on a day: replaces the list of one source',
  description:
    'JSON or a CSV file. They are asked about by the job `appointments`. Whoever was there before keeps what was asked; who is missing is cancelled.',
  csv: `A CSV file is headed by ${headsOf(itemColumns)}.`,
  answers: { 200: { description: 'Replaced, and on disk.', schema: Replaced } },
  problems: ['CSV_INVALID', 'INDIVIDUAL_NUMBER_REFUSED', 'STORE_FAILED', 'STORE_FULL'],
} as const
const getDoc = {
  summary: 'Who is expected on a day, and what is known',
  description: 'With `Accept: text/csv` a file for Excel, without card numbers.',
  answers: { 200: { description: 'The list.', schema: AppointmentList, also: ['text/csv'] } },
  problems: ['AUDIT_UNAVAILABLE'],
} as const

/** Appointments as a role sees them: fields that it may not see are absent. */
export function seenBy(role: Role, list: readonly Appointment[]): Seen[] {
  const shown = list.map((one): ShownAppointment => ({ ...one, needsCheck: one.status !== 'ok' }))
  if (isFull(role)) return shown.map((one) => ({ ...one }))
  const narrow = narrowRole(role)
  if (narrow === undefined) return []
  return shown.map((one) =>
    Object.fromEntries(Object.entries(masked(one, appointmentRoles, narrow) ?? {})),
  )
}

export function appointmentRoutes(app: App, appointments: Appointments, context: Context): void {
  app.put(
    '/v1/appointments/:day',
    {
      schema: { params: Day, querystring: PutQuery, body: Body },
      config: { doc: putDoc, csv: (bytes) => ({ items: itemsIn(bytes) }) },
      bodyLimit: CSV_BYTES,
    },
    async (request, reply) => {
      const isFile = isCsv(request)
      const { source = isFile ? 'csv' : 'api' } = request.query
      const day = dayIn(request.params.day)
      const replace = () => appointments.replace(day, source, request.body.items, askingOf(request))
      return reply.send(await (isFile ? toldByRow(itemColumnAt, replace) : replace()))
    },
  )

  app.get(
    '/v1/appointments/:day',
    { schema: { params: Day, querystring: GetQuery }, config: { doc: getDoc } },
    async (request, reply) => {
      const { consumer } = callerOf(request)
      const day = dayIn(request.params.day)
      const all = appointments.list(day)
      const isAll = request.query.list !== 'morning'
      const listed = isAll ? all : all.filter(({ status }) => status !== 'ok')
      if (listed.length > 0) await context.audit.read(consumer, 'appointments', day)
      const items = seenBy(consumer.role, listed)
      if (!wantsCsv(request)) return reply.send({ day, items })
      const file = appointmentsCsv(items, !isFull(consumer.role))
      return sendCsv(reply, `appointments-${day}`, file)
    },
  )
}
