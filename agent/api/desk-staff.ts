import type { Static } from 'typebox'
import { Value } from 'typebox/value'
import { consumerName } from '../kernel/consumer.ts'
import { AgentError } from '../kernel/errors.ts'
import { holdsIndividualNumber } from '../kernel/individual-number.ts'
import { roles } from '../kernel/roles.ts'
import { isUnused, type NewStaff, type Staff } from '../kernel/staff.ts'
import { toRfc3339 } from '../kernel/time.ts'
import { timeOrNull } from './answers.ts'
import { Named } from './asked.ts'
import { callerOf } from './auth.ts'
import { checkSources } from './consumer-request.ts'
import type { App, Context } from './context.ts'
import type { NewCode, StaffDesk } from './desk-ports.ts'
import { type StaffAdded, StaffBody, type StaffList } from './desk-shapes.ts'
import { invalid } from './problem.ts'
import { misfit, mistakesOf } from './validation.ts'

/** Who may sign in: for the administrator’s view. */
export function deskStaffRoutes(
  app: App,
  staff: StaffDesk,
  { clock }: Pick<Context, 'clock'>,
): void {
  const config = { access: 'desk' } as const
  const named = { schema: { params: Named }, config } as const

  app.get('/desk/staff', { config }, async (_request, reply) =>
    reply.send(shownStaff(staff.list(), clock.now())),
  )

  app.post('/desk/staff', { schema: { body: StaffBody }, config }, async (request, reply) => {
    const { id } = callerOf(request).consumer
    return reply.code(201).send(shownCode(await staff.add(newStaffOf(request.body), id)))
  })

  app.post('/desk/staff/:id/reset', named, async (request, reply) => {
    const { id } = callerOf(request).consumer
    return reply.send(shownCode(await staff.reset(request.params.id, id)))
  })

  app.post('/desk/staff/:id/disable', named, async (request, reply) => {
    const { id } = callerOf(request).consumer
    return reply.send(shownPerson(await staff.disable(request.params.id, id), clock.now()))
  })
}

/** What a console says of somebody to add. Throws `REQUEST_INVALID`, with what is wrong. */
export function newStaffIn(body: unknown): NewStaff {
  if (!Value.Check(StaffBody, body)) throw misfit(mistakesOf(StaffBody, body))
  return newStaffOf(body)
}

const NAME = new RegExp(`^${consumerName.pattern}$`, 'u')
/** Whoever is reset or disabled is named by either: one must not be taken for another. */
const ID = /^staff-[0-9a-f]{12}$/i

/**
 * A name is typed anew at each sign-in: full-width letters and spaces of an input method are the same
 * ones. Throws `REQUEST_INVALID`, `INDIVIDUAL_NUMBER_REFUSED`.
 */
function newStaffOf({ name: given, role, sources = [] }: Static<typeof StaffBody>): NewStaff {
  const name = given.normalize('NFKC').trim()
  if (!NAME.test(name)) throw invalid('name', '使えない文字があります。', consumerName.detail)
  if (ID.test(name)) throw invalid('name', '職員の番号は氏名に使えません。', 'must not be an id')
  if (holdsIndividualNumber(name))
    throw new AgentError('INDIVIDUAL_NUMBER_REFUSED', 'the name looks like an individual number')
  checkSources(role, sources)
  return { name, role, sources }
}

export const shownStaff = (all: readonly Staff[], now: number): StaffList => ({
  items: all.map((one) => shownPerson(one, now)),
})

export const shownPerson = (one: Staff, now: number): StaffList['items'][number] => ({
  id: one.id,
  name: one.name,
  role: one.role,
  roleTitle: roles[one.role].title,
  sources: [...one.sources],
  createdAt: toRfc3339(one.createdAt),
  disabledAt: timeOrNull(one.disabledAt),
  usedAt: timeOrNull(one.usedAt),
  hasSecret: one.hasSecret,
  hasSecondFactor: one.hasSecondFactor,
  recoveryCodesLeft: one.recoveryCodesLeft,
  unusedFor90Days: isUnused(one, now),
})

/** What is shown once. */
export const shownCode = ({ staff: { id, name }, oneTimeCode }: NewCode): StaffAdded => ({
  staff: { id, name },
  oneTimeCode,
})
