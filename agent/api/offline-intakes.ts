import { Type } from 'typebox'
import { By } from '../kernel/by.ts'
import { AgentError } from '../kernel/errors.ts'
import { faults } from '../kernel/faults.ts'
import { IntakeForm, type OfflineIntake, type Outage } from '../kernel/offline-intake.ts'
import { toRfc3339 } from '../kernel/time.ts'
import { orNull, timeOrNull } from './answers.ts'
import { askingOf, Named } from './asked.ts'
import { callerOf } from './auth.ts'
import type { App, Context } from './context.ts'
import { IntakeList, OutageList, ShownIntake, type ShownOutage } from './intake-shown.ts'
import type { OfflineIntakes, Outages } from './ports.ts'

const strict = { additionalProperties: false } as const
const ListQuery = Type.Object(
  { state: Type.Optional(Type.Enum(['open', 'all'], { description: 'open when absent.' })) },
  strict,
)
const ClosingBody = Type.Object(
  {
    by: By,
    verificationId: Type.Optional(orNull(Type.String({ maxLength: 64, description: 'UUID.' }))),
    text: Type.Optional(orNull(Type.String({ maxLength: 2000 }))),
  },
  strict,
)

const addDoc = {
  summary: 'Keep who was received while nobody could be asked',
  description:
    'With a card face it is asked by itself when a line is back, for the day on which it was kept. What cannot be a person’s is refused, and nothing of it is kept.',
  headers: ['Idempotency-Key'],
  answers: { 201: { description: 'The offline intake.', schema: ShownIntake } },
  problems: [
    'INTAKE_INVALID',
    'INDIVIDUAL_NUMBER_REFUSED',
    'IDEMPOTENCY_KEY_REUSED',
    'STORE_FAILED',
    'STORE_FULL',
  ],
} as const
const listDoc = {
  summary: 'Offline intakes, and the call that opens the emergency function',
  answers: {
    200: { description: 'Oldest first, the newest 1000 at most.', schema: IntakeList },
  },
  problems: ['AUDIT_UNAVAILABLE'],
} as const
const findDoc = {
  summary: 'One offline intake',
  answers: { 200: { description: 'The offline intake.', schema: ShownIntake } },
  problems: ['NOT_FOUND', 'AUDIT_UNAVAILABLE'],
} as const
const closeDoc = {
  summary: 'Nothing is left to do for an offline intake',
  headers: ['Idempotency-Key'],
  answers: { 200: { description: 'The closed intake.', schema: ShownIntake } },
  problems: [
    'NOT_FOUND',
    'QUESTION_OPEN',
    'INTAKE_CLOSED',
    'INDIVIDUAL_NUMBER_REFUSED',
    'IDEMPOTENCY_KEY_REUSED',
    'STORE_FAILED',
  ],
} as const
const outagesDoc = {
  summary: 'When no line was usable',
  answers: { 200: { description: 'Newest first, 200 at most.', schema: OutageList } },
} as const

const shownOutage = ({ id, startedAt, endedAt, cause }: Outage): ShownOutage => ({
  id,
  startedAt: toRfc3339(startedAt),
  endedAt: timeOrNull(endedAt),
  cause,
  number: faults[cause].number,
  title: faults[cause].title,
})

function shown({ form, proposal, closing, ...intake }: OfflineIntake): ShownIntake {
  return {
    id: intake.id,
    at: toRfc3339(intake.at),
    state: intake.state,
    name: form.name,
    nameKana: form.nameKana ?? null,
    birthdate: form.birthdate,
    sex: form.sex,
    address: form.address,
    consent: form.consent ?? null,
    patientNumber: form.patientNumber ?? null,
    cardFace: form.cardFace ?? null,
    verificationId: intake.verificationId,
    outageId: intake.outageId,
    proposal: proposal && { ...proposal, at: toRfc3339(proposal.at) },
    closing: closing && { ...closing, at: toRfc3339(closing.at) },
  }
}

/** Who was received while nobody could be asked, and when that was. */
export function offlineIntakeRoutes(
  app: App,
  intakes: OfflineIntakes,
  outages: Outages,
  context: Context,
): void {
  app.post(
    '/v1/offline-intakes',
    { schema: { body: IntakeForm }, config: { doc: addDoc, bodyFault: 'INTAKE_INVALID' } },
    async (request, reply) =>
      reply.code(201).send(shown(await intakes.add(request.body, askingOf(request)))),
  )

  app.get(
    '/v1/offline-intakes',
    { schema: { querystring: ListQuery }, config: { doc: listDoc } },
    async (request, reply) => {
      const { state = 'open' } = request.query
      const items = intakes.list(state === 'all' ? 'all' : 'open')
      const [first, last] = [items[0], items.at(-1)]
      if (first !== undefined && last !== undefined) {
        const subject = `${state} ${first.id}..${last.id}`
        await context.audit.read(callerOf(request).consumer, 'offline-intakes', subject)
      }
      const outage = outages.current()
      return reply.send({
        items: items.map(shown),
        callScript: intakes.callScript(),
        outage: outage === undefined ? null : shownOutage(outage),
      })
    },
  )

  app.get(
    '/v1/offline-intakes/:id',
    { schema: { params: Named }, config: { doc: findDoc } },
    async (request, reply) => {
      const intake = intakes.find(request.params.id)
      if (intake === undefined) throw new AgentError('NOT_FOUND', 'no such offline intake')
      await context.audit.read(callerOf(request).consumer, 'offline-intake', intake.id)
      return reply.send(shown(intake))
    },
  )

  app.post(
    '/v1/offline-intakes/:id/closing',
    { schema: { params: Named, body: ClosingBody }, config: { doc: closeDoc } },
    async (request, reply) => {
      const { by, verificationId = null, text = null } = request.body
      const closing = { by: by.trim(), verificationId, text }
      const intake = await intakes.close(request.params.id, closing, askingOf(request))
      await context.audit.read(callerOf(request).consumer, 'offline-intake', intake.id)
      return reply.send(shown(intake))
    },
  )

  app.get('/v1/outages', { config: { doc: outagesDoc } }, async (_request, reply) =>
    reply.send({ items: outages.list().map(shownOutage) }),
  )
}
