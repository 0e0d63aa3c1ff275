import { type Static, Type } from 'typebox'
import type { AuditAction } from '../kernel/audit-actions.ts'
import { AgentError } from '../kernel/errors.ts'

const Place = Type.Union([Type.Object({ seq: Type.Integer(), at: Type.Integer() }), Type.Null()])

/** What a look at the audit trail found; times are epoch ms. */
export const TrailShown = Type.Object({
  isWhole: Type.Boolean(),
  faults: Type.Array(Type.Object({ kind: Type.String(), place: Type.String() })),
  notices: Type.Array(Type.String()),
  checked: Type.Integer(),
  first: Place,
  last: Place,
  hash: Type.String(),
  anchorLines: Type.Integer(),
  anchoredSeq: Type.Integer(),
  waiting: Type.Integer(),
  isFromBeginning: Type.Boolean(),
})
export type TrailShown = Static<typeof TrailShown>

export const AuditRecords = Type.Object({
  items: Type.Array(
    Type.Object({
      seq: Type.Integer(),
      at: Type.Integer(),
      actor: Type.String(),
      actorName: Type.Union([Type.String(), Type.Null()]),
      action: Type.String(),
      subject: Type.String(),
      hash: Type.String(),
    }),
  ),
})
export type AuditRecords = Static<typeof AuditRecords>

/** The newest record of the trail. Hash in hex. */
export const AuditHeadShown = Type.Object({ seq: Type.Integer(), hash: Type.String() })

/** The audit, for who commands through the socket. */
export interface AuditDesk {
  verify(): Promise<unknown>
  accept(): Promise<unknown>
  rows(span: { from: number; to: number; after: number }): AuditRecords['items']
  head(): Static<typeof AuditHeadShown>
  read(action: AuditAction, subject: string): Promise<void>
}

type Routed = readonly [status: number, body: unknown]

/** Answers the commands on the audit; undefined for a command that is none of them. */
export async function auditRoute(audit: AuditDesk, command: string): Promise<Routed | undefined> {
  if (command === 'POST /audit/verify') return [200, await audit.verify()]
  if (command === 'POST /audit/accept') return [200, await audit.accept()]
  if (command === 'GET /audit/head') return [200, audit.head()]
  const [, from, to, after] =
    /^GET \/audit\/records\?from=(\d{1,15})&to=(\d{1,15})&after=(\d{1,15})$/.exec(command) ?? []
  if (from === undefined) return undefined
  const span = { from: Number(from), to: Number(to), after: Number(after) }
  if (span.from >= span.to) throw new AgentError('REQUEST_INVALID', 'from is not before to')
  // Of an export too it is known who made it, before it is made.
  if (span.after === 0) await audit.read('audit-export', `${from}..${to}`)
  return [200, { items: audit.rows(span) }]
}
