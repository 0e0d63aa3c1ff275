import type { onRequestAsyncHookHandler } from 'fastify'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { AgentError } from '../kernel/errors.ts'
import { holdsIndividualNumber } from '../kernel/individual-number.ts'
import { toRfc3339 } from '../kernel/time.ts'
import { MOST_MINUTES, type NewWindow, type VendorWindow } from '../kernel/vendor-access.ts'
import { timeOrNull } from './answers.ts'
import { Named } from './asked.ts'
import { callerOf } from './auth.ts'
import type { App } from './context.ts'
import type { StaffDesk } from './desk-ports.ts'
import { misfit, mistakesOf } from './validation.ts'
import type { VendorAccess } from './vendor-ports.ts'
import { type Report, reportOf } from './vendor-report.ts'
import { reportPage } from './vendor-report-page.ts'
import type { ShownWindow } from './vendor-shown.ts'

const strict = { additionalProperties: false } as const
const line = '^[^\\p{Cc}]*[^\\p{Cc}\\s][^\\p{Cc}]*$'

/** `POST /v1/vendor-access`. */
export const WindowBody = Type.Object(
  {
    minutes: Type.Integer({ minimum: 1, maximum: MOST_MINUTES }),
    reason: Type.String({ minLength: 1, maxLength: 200, pattern: line, description: 'Why.' }),
    plan: Type.String({
      minLength: 1,
      maxLength: 60,
      pattern: line,
      description: 'Number of the work plan (作業計画書).',
    }),
  },
  strict,
)

/** `GET /v1/vendor-access`. */
export interface WindowList {
  readonly isOpen: boolean
  /** Newest first, 50 at most. */
  readonly items: readonly ShownWindow[]
}

const Query = Type.Object({ format: Type.Optional(Type.Enum(['json', 'html'])) }, strict)

/** For who is signed in at the desk: no program lets anybody in. */
export function vendorAccessRoutes(app: App, vendor: VendorAccess, staff: StaffDesk): void {
  const config = { access: 'desk' } as const
  const named = { schema: { params: Named }, config } as const

  app.get('/v1/vendor-access', { config }, async (_request, reply) => reply.send(listed(vendor)))

  app.post(
    '/v1/vendor-access',
    { schema: { body: WindowBody }, config },
    async (request, reply) => {
      const window = await vendor.open(newWindowOf(request.body), callerOf(request).consumer)
      return reply.code(201).send(shownWindow(window, vendor))
    },
  )

  app.post('/v1/vendor-access/:id/closing', named, async (request, reply) => {
    const window = await vendor.shut(request.params.id, callerOf(request).consumer)
    return reply.send(shownWindow(window, vendor))
  })

  app.post('/v1/vendor-access/:id/confirmation', named, async (request, reply) => {
    const window = await vendor.confirm(request.params.id, callerOf(request).consumer)
    return reply.send(shownWindow(window, vendor))
  })

  app.get(
    '/v1/vendor-access/:id/report',
    { schema: { params: Named, querystring: Query }, config },
    async (request, reply) => {
      const report = reportIn(vendor, staff, request.params.id)
      return request.query.format === 'html'
        ? reply.type('text/html; charset=utf-8').send(reportPage(report))
        : reply.send(report)
    },
  )
}

/**
 * What somebody of the vendor asks for is in the audit before they get it: the route, and nothing of
 * what stands in its place holders.
 */
export const recordVendor =
  (vendor: Pick<VendorAccess, 'acted'>): onRequestAsyncHookHandler =>
  async (request) => {
    const { access } = request.routeOptions.config
    const who = request.deskSession?.consumer ?? request.caller?.consumer
    if (who?.role !== 'vendor' || access === 'session') return
    await vendor.acted(who.id, `${request.method} ${request.routeOptions.url}`)
  }

/** Throws `INDIVIDUAL_NUMBER_REFUSED`. */
function newWindowOf({ minutes, reason, plan }: Static<typeof WindowBody>): NewWindow {
  const texts = { reason: reason.trim(), plan: plan.trim() }
  if (Object.values(texts).some(holdsIndividualNumber))
    throw new AgentError('INDIVIDUAL_NUMBER_REFUSED', 'what looks like an individual number')
  return { minutes, ...texts }
}

const listed = (vendor: VendorAccess): WindowList => ({
  isOpen: vendor.isOpen(),
  items: vendor.list().map((one) => shownWindow(one, vendor)),
})

const shownWindow = (one: VendorWindow, { isOpen }: Pick<VendorAccess, 'isOpen'>): ShownWindow => ({
  id: one.id,
  openedAt: toRfc3339(one.openedAt),
  openedBy: one.openedBy,
  until: toRfc3339(one.until),
  reason: one.reason,
  plan: one.plan,
  isOpen: one.closedAt === null && isOpen(),
  closedAt: timeOrNull(one.closedAt),
  closedBy: one.closedBy,
  confirmedAt: timeOrNull(one.confirmedAt),
  confirmedBy: one.confirmedBy,
})

function reportIn(vendor: VendorAccess, staff: Pick<StaffDesk, 'list'>, id: string): Report {
  const window = vendor.find(id)
  if (window === undefined) throw new AgentError('NOT_FOUND', 'no such window')
  const names = new Map(staff.list().map((one) => [one.id, one.name]))
  return reportOf(shownWindow(window, vendor), vendor.actions(id), names)
}

const CONSOLE = { id: 'console', name: 'console' }

interface Behind {
  readonly vendor: VendorAccess
  readonly staff: Pick<StaffDesk, 'list'>
}

/** `onshi-agent vendor …` on the control socket; undefined for another command. */
export async function vendorCommand(
  { vendor, staff }: Behind,
  command: string,
  body: () => Promise<unknown>,
): Promise<readonly [status: number, body: unknown] | undefined> {
  const [, id] = /^GET \/vendor\/([0-9a-f-]{36})$/.exec(command) ?? []
  if (id !== undefined) return [200, reportIn(vendor, staff, id)]
  if (command === 'GET /vendor') return [200, listed(vendor)]
  if (command === 'POST /vendor') {
    const given = await body()
    if (!Value.Check(WindowBody, given)) throw misfit(mistakesOf(WindowBody, given))
    return [201, shownWindow(await vendor.open(newWindowOf(given), CONSOLE), vendor)]
  }
  if (command !== 'POST /vendor/closing') return undefined
  const open = vendor.list().find(({ closedAt }) => closedAt === null)
  if (open === undefined) throw new AgentError('NOT_FOUND', 'vendor access is not open')
  return [200, shownWindow(await vendor.shut(open.id, CONSOLE), vendor)]
}
