import { type Static, Type } from 'typebox'
import { AgentError } from '../kernel/errors.ts'
import { type PathReport, STEPS } from '../kernel/line.ts'
import { toRfc3339 } from '../kernel/time.ts'
import { FaultReport } from '../kernel/verification.ts'
import { faultReport, orNull, timeOrNull } from './answers.ts'
import { callerOf } from './auth.ts'
import type { App, Context } from './context.ts'
import type { LineItem, Lines } from './lines-port.ts'

/** Longer than every step of a path takes to time out, shorter than a person waits. */
const TEST_MS = 30_000
export const REPORT_DAYS = 7

const strict = { additionalProperties: false } as const
const nullable = (description: string) => orNull(Type.String({ description }))
const Found = Type.Record(
  Type.String(),
  Type.Union([Type.String(), Type.Number(), Type.Boolean()]),
  { description: 'What was found: addresses of machines, never of people.' },
)

const Step = Type.Object({
  step: Type.Enum([...STEPS]),
  result: Type.Enum(['pass', 'fail', 'skipped']),
  tookMs: orNull(Type.Number()),
  fault: orNull(FaultReport),
  facts: Found,
})

/** Named `Line` in the document. */
export const LineAnswer = Type.Object({
  name: Type.String(),
  kind: Type.Enum(['ip-vpn', 'ipsec', 'simulator']),
  family: Type.Enum(['ipv6', 'ipv4']),
  metered: Type.Boolean(),
  standing: Type.Enum(['up', 'trial', 'down'], {
    description:
      'up: takes questions. trial: it came back and has not proved itself; asked only where no line is up. down: asked by nobody but tests.',
  }),
  since: Type.String({ description: 'Of the standing. RFC 3339.' }),
  isCurrent: Type.Boolean({ description: 'The next question goes out here.' }),
  isHeldByHand: Type.Boolean({ description: 'Chosen by a person: `POST /v1/lines/{name}/use`.' }),
  fault: orNull(FaultReport),
  address: nullable('Own address; null: none, or the system chooses.'),
  rttMs: orNull(Type.Number({ description: 'Round trip of TCP, smoothed.' })),
  relapses: Type.Integer({ description: 'How often it fell again soon after it came back.' }),
  lastAnswerAt: nullable('RFC 3339.'),
  questions: Type.Integer({ description: 'Sent over it since the agent started.' }),
  warmQuestions: Type.Integer({ description: 'Those that found a connection made before.' }),
  contact: Type.Object(
    {
      customerId: nullable('お客様ID.'),
      router: nullable('Model and place.'),
      carrier: nullable('Who runs the line.'),
      phone: nullable('Of the carrier.'),
      hours: nullable('Of the carrier.'),
      lineAuthUrl: nullable('Where 回線認証 is repeated.'),
    },
    { description: 'What a person needs on the phone.' },
  ),
  path: orNull(
    Type.Object(
      {
        at: Type.String({ description: 'RFC 3339.' }),
        fault: orNull(FaultReport),
        facts: Found,
        steps: Type.Array(Step, { description: 'Nearest first: the first that fails is broken.' }),
      },
      { description: 'The last test of the whole path; null before the first.' },
    ),
  ),
})
export type LineAnswer = Static<typeof LineAnswer>

export const LineList = Type.Object({ items: Type.Array(LineAnswer) })
export type LineList = Static<typeof LineList>

/** Lines as the API and the control socket show them. */
export const shownLines = (lines: readonly LineItem[]): LineList => ({
  items: lines.map(({ since, fault, lastAnswerAt, contact, path, rttMs, ...line }) => ({
    ...line,
    rttMs: rttMs === null ? null : Math.round(rttMs * 10) / 10,
    since: toRfc3339(since),
    fault: faultReport(fault),
    lastAnswerAt: timeOrNull(lastAnswerAt),
    contact: { ...contact },
    path: path === null ? null : shownPath(path),
  })),
})

const shownPath = ({ at, fault, facts, steps }: PathReport): LineAnswer['path'] => ({
  at: toRfc3339(at),
  fault: faultReport(fault),
  facts: { ...facts },
  steps: steps.map((step) => ({
    ...step,
    fault: faultReport(step.fault),
    facts: { ...step.facts },
  })),
})

/** Tests the lines, but waits no longer than `late`; a bug that comes after it goes to `onBug`. */
export async function testWithin(
  lines: Pick<Lines, 'test'>,
  late: Promise<void>,
  onBug: (error: unknown) => void,
): Promise<void> {
  let isLate = false
  const tested = lines.test()
  tested.catch((error: unknown) => {
    if (isLate && !(error instanceof AgentError)) onBug(error)
  })
  await Promise.race([
    tested,
    late.then(() => {
      isLate = true
    }),
  ])
}

/** Those who ask while a test runs get what it finds. */
function joined(lines: Pick<Lines, 'test'>): Pick<Lines, 'test'> {
  let running: Promise<void> | undefined
  return {
    test() {
      running ??= lines.test().finally(() => {
        running = undefined
      })
      return running
    },
  }
}

const Query = Type.Object(
  {
    test: Type.Optional(
      Type.Enum(['true', 'false'], { description: 'Test the whole path of each line first.' }),
    ),
  },
  strict,
)
const ReportQuery = Type.Object(
  {
    days: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 90,
        default: REPORT_DAYS,
        description: 'Today and the days before it.',
      }),
    ),
  },
  strict,
)
export const NamedLine = Type.Object({ name: Type.String({ maxLength: 64 }) })

export function lineRoutes(app: App, lines: Lines, { clock, closing, onBug }: Context): void {
  const tests = joined(lines)
  const listDoc = {
    summary: 'Lines, how they are, and where each is broken',
    answers: { 200: { description: 'In order of preference.', schema: LineList } },
  } as const
  const reportDoc = {
    summary: 'One page about a line, for its carrier',
    answers: { 200: { description: 'Japanese, 80 columns.', type: 'text/plain' } },
    problems: ['NOT_FOUND', 'STORE_FAILED'],
  } as const

  app.get(
    '/v1/lines',
    { schema: { querystring: Query }, config: { doc: listDoc } },
    async (request, reply) => {
      if (request.query.test === 'true') {
        const done = new AbortController()
        const late = clock.sleep(TEST_MS, AbortSignal.any([closing, done.signal]))
        await testWithin(tests, late, onBug).finally(() => done.abort())
      }
      return reply.send(shownLines(lines.list()))
    },
  )

  app.get(
    '/v1/lines/:name/report',
    { schema: { params: NamedLine, querystring: ReportQuery }, config: { doc: reportDoc } },
    async (request, reply) => {
      const { days = REPORT_DAYS } = request.query
      const text = await lines.report(request.params.name, days)
      return reply.type('text/plain; charset=utf-8').send(text)
    },
  )
}

const NoBody = Type.Union([Type.Object({}, strict), Type.Null()])

/** By hand: for announced works, and where a person knows better. */
export function lineSwitchRoutes(app: App, lines: Pick<Lines, 'use' | 'release' | 'list'>): void {
  const doc = {
    answers: { 200: { description: 'The lines as they are now.', schema: LineList } },
    problems: ['NOT_FOUND', 'NOT_VISIBLE_HERE'],
  } as const
  const useDoc = {
    ...doc,
    summary: 'Send everything over this line until it is released',
    description:
      'A line that is down is not asked over: the best of the others is, until it is back.',
  } as const
  const releaseDoc = { ...doc, summary: 'Give the choice of the line back to the agent' } as const
  const schema = { params: NamedLine, body: NoBody } as const

  app.post('/v1/lines/:name/use', { schema, config: { doc: useDoc } }, async (request, reply) => {
    await lines.use(request.params.name, callerOf(request).consumer.id)
    return reply.send(shownLines(lines.list()))
  })

  app.post(
    '/v1/lines/:name/release',
    { schema, config: { doc: releaseDoc } },
    async (request, reply) => {
      await lines.release(request.params.name, callerOf(request).consumer.id)
      return reply.send(shownLines(lines.list()))
    },
  )
}
