import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { By } from '../kernel/by.ts'
import { AgentError } from '../kernel/errors.ts'
import { RosterChange, RosterForm, type RosterStanding } from '../kernel/roster.ts'
import { pathsFor, rosterEntryFor, sees } from '../kernel/roster-roles.ts'
import { ShownRosterEntry } from '../kernel/roster-shown.ts'
import { askingOf, Named } from './asked.ts'
import { callerOf } from './auth.ts'
import type { App, Context } from './context.ts'
import { CSV_BYTES, toldByRow } from './csv.ts'
import { csvIn, sendCsv, wantsCsv } from './csv-body.ts'
import { invalid } from './problem.ts'
import { rosterColumnAt, rosterCsv, rosterCsvDoc, rosterRowsIn } from './roster-csv.ts'
import type { ConsentAct, Roster } from './roster-port.ts'
import { RosterList, shownRosterEntry } from './roster-shown.ts'

const strict = { additionalProperties: false } as const
const month = Type.Optional(
  Type.String({
    pattern: '^\\d{4}-(0[1-9]|1[0-2])$',
    description: 'YYYY-MM; the present one when absent.',
  }),
)
const ListQuery = Type.Object(
  {
    month,
    list: Type.Optional(
      Type.Enum(['all', 'unconfirmed'], {
        description: 'all when absent; what JSON and CSV hold.',
      }),
    ),
  },
  strict,
)
const FindQuery = Type.Object({ month }, strict)
const ConsentBody = Type.Object(
  {
    by: By,
    at: Type.Optional(
      Type.String({
        pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?(Z|[+-]\\d{2}:\\d{2})$',
        description: 'RFC 3339, when it was said; now when absent.',
      }),
    ),
  },
  strict,
)
const Removed = Type.Object({ id: Type.String({ description: 'UUID.' }) })

const entryAnswer = { schema: ShownRosterEntry, headers: ['ETag'] } as const
const listAnswer = { schema: RosterList, also: ['text/csv'], headers: ['ETag'] } as const
const writing = ['IDEMPOTENCY_KEY_REUSED', 'STORE_FAILED', 'STORE_FULL'] as const
const content = ['ROSTER_INVALID', 'INDIVIDUAL_NUMBER_REFUSED', 'ROSTER_DUPLICATE'] as const

const listDoc = {
  summary: 'The home-care roster',
  description:
    'With the eligibility of a month, whoever asked for it. `Accept: text/csv` gets a file for Excel. A role gets the fields of the entries that it may see.',
  answers: { 200: { ...listAnswer, description: 'By patient number.' } },
  problems: ['AUDIT_UNAVAILABLE'],
} as const
const findDoc = {
  summary: 'One roster entry',
  answers: { 200: { ...entryAnswer, description: 'As it stands.' } },
  problems: ['NOT_FOUND', 'AUDIT_UNAVAILABLE'],
} as const
const addDoc = {
  summary: 'Put a patient into the roster',
  headers: ['Idempotency-Key'],
  answers: { 201: { ...entryAnswer, description: 'The entry.' } },
  problems: [...content, ...writing],
} as const
const changeDoc = {
  summary: 'Change a roster entry',
  description:
    'The fields that the role may change become what is sent, those left out are removed; all others stay as they are. `If-Match` is needed.',
  headers: ['If-Match', 'Idempotency-Key'],
  answers: { 200: { ...entryAnswer, description: 'The changed entry.' } },
  problems: ['NOT_FOUND', 'ROSTER_CHANGED', ...content, ...writing],
} as const
const replaceDoc = {
  summary: 'The whole roster from a file',
  description:
    'All rows are checked before anything is kept. Who is not in the file is removed. A row is known by its id, else by patient number and kind. `If-Match` is needed.',
  headers: ['If-Match', 'Idempotency-Key'],
  csv: rosterCsvDoc,
  answers: { 200: { ...listAnswer, description: 'The list that was kept.' } },
  problems: ['ROSTER_CHANGED', 'CSV_INVALID', ...content, ...writing],
} as const
const removeDoc = {
  summary: 'Take a patient off the roster',
  description: 'What is kept for the record stays. Nobody is asked about the patient any more.',
  headers: ['Idempotency-Key'],
  answers: { 200: { description: 'Done.', schema: Removed } },
  problems: ['NOT_FOUND', ...writing],
} as const
const consentDoc = {
  headers: ['Idempotency-Key'],
  answers: { 200: { ...entryAnswer, description: 'The entry.' } },
  problems: ['NOT_FOUND', 'ROSTER_INVALID', 'INDIVIDUAL_NUMBER_REFUSED', ...writing],
} as const

/** The version that a client read; null: whatever is there. Throws `REQUEST_INVALID`, `ROSTER_CHANGED`. */
function versionIn({ headers }: FastifyRequest): number | null {
  const tag = headers['if-match']?.trim()
  if (tag === '*') return null
  if (tag === undefined)
    throw invalid('If-Match', '必要なヘッダーです。', 'is required: the ETag that was read, or *')
  const [, version] = /^"(\d{1,15})"$/.exec(tag) ?? []
  if (version === undefined) throw new AgentError('ROSTER_CHANGED', 'this is no ETag of ours')
  return Number(version)
}

const tagOf = (version: number) => `"${version}"`

export function rosterRoutes(app: App, roster: Roster, context: Context): void {
  const answer = async (request: FastifyRequest, reply: FastifyReply, one: RosterStanding) => {
    const { consumer } = callerOf(request)
    await context.audit.read(consumer, 'roster-entry', one.entry.id)
    return reply
      .header('etag', tagOf(one.entry.version))
      .send(rosterEntryFor(shownRosterEntry(one), consumer.role))
  }
  readRoutes(app, roster, context, answer)
  writeRoutes(app, roster, context, answer)
  for (const [is, path, summary] of [
    ['given', 'consent', 'The patient has given the standing consent of home care'],
    ['revoked', 'consent/revocation', 'The patient has revoked it: nobody is asked any more'],
  ] as const)
    app.post(
      `/v1/roster/:id/${path}`,
      {
        schema: { params: Named, body: ConsentBody },
        config: { doc: { ...consentDoc, summary } },
      },
      async (request, reply) => {
        const act = actIn(is, request.body)
        return answer(
          request,
          reply,
          await roster.consent(request.params.id, act, askingOf(request)),
        )
      },
    )
}

function actIn(
  is: ConsentAct['is'],
  { by, at }: { readonly by: string; readonly at?: string },
): ConsentAct {
  const said = at === undefined ? null : Date.parse(at)
  if (Number.isNaN(said)) throw invalid('at', '日時ではありません。', 'is no time')
  return { is, by, at: said }
}

type Answer = (
  request: FastifyRequest,
  reply: FastifyReply,
  one: RosterStanding,
) => Promise<FastifyReply>

function readRoutes(app: App, roster: Roster, context: Context, answer: Answer): void {
  app.get(
    '/v1/roster',
    { schema: { querystring: ListQuery }, config: { doc: listDoc } },
    async (request, reply) => {
      const { month: asked = null, list = 'all' } = request.query
      const { role } = callerOf(request).consumer
      // Who is on the list tells as much as the field would.
      if (list === 'unconfirmed' && !sees(role, 'needsCheck'))
        throw new AgentError('FORBIDDEN', `role ${role} does not see who is unconfirmed`)
      const all = roster.list(asked)
      const items = all.items.filter(({ needsCheck }) => list === 'all' || needsCheck)
      return listed(request, reply, { items, version: all.version }, context)
    },
  )

  app.get(
    '/v1/roster/:id',
    { schema: { params: Named, querystring: FindQuery }, config: { doc: findDoc } },
    async (request, reply) => {
      const found = roster.find(request.params.id, request.query.month ?? null)
      if (found === undefined) throw new AgentError('NOT_FOUND', 'no such roster entry')
      return answer(request, reply, found)
    },
  )
}

/** A list as the caller's role sees it, in the form that the caller wants. */
async function listed(
  request: FastifyRequest,
  reply: FastifyReply,
  { items, version }: ReturnType<Roster['list']>,
  { audit }: Context,
): Promise<FastifyReply> {
  const { consumer } = callerOf(request)
  const [first, last] = [items[0], items.at(-1)]
  if (first !== undefined && last !== undefined)
    await audit.read(consumer, 'roster', `${first.month} ${first.entry.id}..${last.entry.id}`)
  reply.header('etag', tagOf(version))
  const shown = items.map(shownRosterEntry)
  if (wantsCsv(request)) return sendCsv(reply, 'roster', rosterCsv(shown, consumer.role))
  const { role } = consumer
  return reply.send({
    items: shown.map((entry) => rosterEntryFor(entry, role)),
    seen: pathsFor(role, 'see'),
    editable: pathsFor(role, 'change'),
  })
}

function writeRoutes(app: App, roster: Roster, context: Context, answer: Answer): void {
  app.post(
    '/v1/roster',
    { schema: { body: RosterForm }, config: { doc: addDoc, bodyFault: 'ROSTER_INVALID' } },
    async (request, reply) => {
      const added = await roster.add(request.body, askingOf(request))
      return answer(request, reply.code(201), added)
    },
  )

  app.put(
    '/v1/roster/:id',
    {
      schema: { params: Named, body: RosterChange },
      config: { doc: changeDoc, bodyFault: 'ROSTER_INVALID' },
    },
    async (request, reply) => {
      const { params, body } = request
      const version = versionIn(request)
      return answer(
        request,
        reply,
        await roster.change(params.id, body, version, askingOf(request)),
      )
    },
  )

  app.put(
    '/v1/roster',
    { config: { doc: replaceDoc, csv: (bytes) => bytes }, bodyLimit: CSV_BYTES },
    async (request, reply) => {
      const rows = rosterRowsIn(csvIn(request))
      const version = versionIn(request)
      await toldByRow(rosterColumnAt, () => roster.replace(rows, version, askingOf(request)))
      return listed(request, reply, roster.list(null), context)
    },
  )

  app.delete(
    '/v1/roster/:id',
    { schema: { params: Named }, config: { doc: removeDoc } },
    async (request, reply) => {
      const { id } = request.params
      await roster.remove(id, askingOf(request))
      return reply.send({ id })
    },
  )
}
