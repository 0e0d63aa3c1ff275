import { createSecureContext } from 'node:tls'
import { AgentError } from '../../../agent/kernel/errors.ts'
import type { LineReport, UplinkEvent } from '../../../agent/kernel/line.ts'
import type { ApplicationProbe } from '../../../agent/uplink/application.ts'
import type { Request, Response } from '../../../agent/uplink/exchange.ts'
import type { LineSettings } from '../../../agent/uplink/line.ts'
import { openUplinkOver, type Uplink } from '../../../agent/uplink/uplink.ts'
import { FakeClock } from '../../fakes/clock.ts'
import { recordingLog } from '../../fakes/log.ts'
import { fakeUnderlay } from '../../fakes/underlay.ts'
import { FakeWay } from '../../fakes/ways.ts'
import { type Plan, type PlannedQuestion, planOf } from './plan.ts'
import {
  AFTERMATH_MS,
  type AskedQuestion,
  type Choice,
  type Evidence,
  LIMITS,
  quiet,
  SESSIONS,
  settlesWithinMs,
  violationsIn,
} from './verdict.ts'

export interface Run {
  readonly seed: number
  readonly violations: readonly string[]
  /** What happened, a line each; for people. */
  readonly story: () => string
  readonly questions: number
  /** Of the questions that came while all was well, and how often those went out. */
  readonly quiet: { readonly questions: number; readonly sendings: number }
}

const identity = {
  secureContext: createSecureContext(),
  fingerprint: '',
  issuer: '',
  institutionCode: null,
  notBefore: 0,
  notAfter: Number.MAX_SAFE_INTEGER,
}

/** One seeded schedule of faults over the real uplink, on modelled lines, in virtual time. */
export async function runSchedule(seed: number): Promise<Run> {
  const plan = planOf(seed)
  const stage = openStage(plan)
  for (const { at, run } of stage.todo()) {
    await stage.clock.advance(at - stage.now())
    run()
  }
  await stage.clock.advance(plan.troubledMs + AFTERMATH_MS - stage.now())
  const wellAt = await settled(stage, plan)
  await stage.clock.advance(QUIET_MS)
  const closed = stage.uplink.close()
  await stage.clock.advance(QUIET_MS)
  await closed
  const sendings = plan.ways.flatMap(({ line }) =>
    (stage.ways.get(line)?.sent ?? []).map((id) => ({ line, id })),
  )
  const evidence: Evidence = { ...stage, wellAt, sendings }
  return {
    seed,
    violations: violationsIn(evidence),
    story: () => storyOf(evidence),
    questions: stage.asked.length,
    quiet: quiet(evidence),
  }
}

/** Longer than any time-out. */
const QUIET_MS = 60_000

type Stage = ReturnType<typeof openStage>

function openStage(plan: Plan) {
  const clock = new FakeClock()
  const began = clock.now()
  const now = () => clock.now() - began
  const ways = new Map(
    plan.ways.map((way) => [way.line, new FakeWay(way, clock, plan.chance.fork())]),
  )
  const underlay = fakeUnderlay(ways)
  const events: UplinkEvent[] = []
  const asked: AskedQuestion[] = []
  const bugs: unknown[] = []
  const uplink = openUplinkOver(
    underlay,
    {
      ...plan,
      lines: plan.ways.map(({ line }) => settingsOf(line, line === plan.metered)),
      sessions: SESSIONS,
      queueLimit: 1_000,
    },
    identity,
    {
      clock,
      monotonic: now,
      log: recordingLog(),
      application,
      isOpen: () => true,
      held: null,
      lastTestAt: () => began,
      observe: (event) => void events.push({ ...event, at: now() }),
      onBug: (bug) => void bugs.push(bug),
    },
  )
  const stage = { plan, clock, now, ways, uplink, events, asked, bugs }
  const ask = (question: PlannedQuestion) => {
    askOne(question, stage).catch((bug: unknown) => bugs.push(bug))
  }
  const todo = () =>
    [
      ...plan.questions.map((question) => ({ at: question.at, run: () => ask(question) })),
      ...plan.holds.map(({ at, line }) => ({ at, run: () => hold(uplink, line) })),
      ...spellsOf(plan, ways, underlay.noticed),
    ].sort((one, other) => one.at - other.at)
  return { ...stage, todo }
}

function spellsOf(plan: Plan, ways: ReadonlyMap<string, FakeWay>, noticed: () => void) {
  const NOTICED_MS = 20
  const isOver = (line: string, trouble: string, at: number) =>
    !plan.spells.some(
      (one) => one.line === line && one.trouble === trouble && one.from <= at && one.until > at,
    )
  return plan.spells.flatMap(({ line, trouble, from, until }) => {
    const way = ways.get(line)
    const end = () => {
      if (isOver(line, trouble, until)) way?.troubles.delete(trouble)
    }
    return [
      { at: from, run: () => way?.begin(trouble) },
      { at: until, run: end },
      ...(trouble === 'link-down'
        ? [from, until].map((at) => ({ at: at + NOTICED_MS, run: noticed }))
        : []),
    ]
  })
}

async function askOne(
  { at, safe, patienceMs }: PlannedQuestion,
  { plan, clock, now, ways, uplink, asked }: Omit<Stage, 'todo'>,
): Promise<void> {
  const question: AskedQuestion = {
    id: `question ${asked.length}`,
    at,
    safe,
    isPatient: patienceMs === null,
    ahead: asked.filter(({ endedAt }) => endedAt === null).length,
    choices: choicesOf(uplink.lines()),
    forgotten: plan.ways.map(({ line }) => line).filter((line) => ways.get(line)?.hasForgotten()),
    ends: 0,
    endedAt: null,
    answer: null,
    fault: null,
  }
  asked.push(question)
  const end = () => {
    question.ends += 1
    question.endedAt = now()
  }
  const gone = new AbortController()
  if (patienceMs !== null)
    clock.sleep(patienceMs, gone.signal).then(
      () => gone.abort('gone'),
      () => {},
    )
  try {
    const options = { safe, accept, signal: gone.signal }
    const { answer, line } = await uplink.ask({ ...plain, path: question.id }, options)
    question.answer = { told: line, given: answer }
    end()
  } catch (error) {
    end()
    if (error !== 'gone' && !(error instanceof AgentError)) throw error
    question.fault = error instanceof AgentError ? error.code : 'gone'
  }
}

const plain: Request = { method: 'POST', path: '/', headers: {}, body: new Uint8Array() }

/** As the gateway module does it: the name of the line whose answer it is. */
function accept({ status, headers, body }: Response): string {
  if (status === 503) throw new AgentError('GATEWAY_BUSY', 'status 503')
  if (status >= 500) throw new AgentError('GATEWAY_ERROR', `status ${status}`)
  if (headers['content-type'] === 'text/html') throw new AgentError('LOGIN_PAGE', 'a page')
  return Buffer.from(body).toString()
}

const application: ApplicationProbe = {
  request: { ...plain, path: '/probe' },
  accept: (response) => void accept(response),
}

const settingsOf = (name: string, metered: boolean): LineSettings => ({
  name,
  metered,
  gateway: 'https://[2001:db8::1]',
  source: { address: null, interface: null, prefix: null, family: 6 },
  dnsServers: [],
  serverName: null,
  lineAuthUrl: null,
  answerLimitBytes: 1_000,
  ...LIMITS,
})

function hold(uplink: Uplink, line: string | null): void {
  const held = uplink.lines().find(({ isHeldByHand }) => isHeldByHand)
  if (line !== null) uplink.use(line)
  else if (held !== undefined) uplink.release(held.name)
}

const choicesOf = (lines: readonly LineReport[]): Choice[] =>
  lines
    .filter(({ standing }) => standing !== 'down')
    .toSorted((one, other) => rank(one) - rank(other) || trialSince(one) - trialSince(other))
    .map(({ name, standing, metered }) => ({ line: name, isUp: standing === 'up', metered }))

const trialSince = ({ standing, since }: LineReport) => (standing === 'trial' ? since : 0)
const rank = ({ isHeldByHand, standing }: LineReport) =>
  (isHeldByHand ? 0 : 2) + (standing === 'up' ? 0 : 1)

/** When all lines that do not cost by use are up; null: they never are. */
async function settled({ clock, now, uplink }: Stage, plan: Plan): Promise<number | null> {
  const STEP_MS = 1_000
  const isWell = () => uplink.lines().every(({ metered, standing }) => metered || standing === 'up')
  const relapses = () => Math.max(...uplink.lines().map((line) => line.relapses))
  while (!isWell()) {
    if (now() - plan.troubledMs > settlesWithinMs(plan, relapses())) return null
    await clock.advance(STEP_MS)
  }
  return now()
}

function storyOf({ plan, asked, events, sendings }: Evidence): string {
  const told: { at: number; text: string }[] = [
    ...plan.spells.flatMap(({ line, trouble, from, until }) => [
      { at: from, text: `${line}: ${trouble} begins` },
      { at: until, text: `${line}: ${trouble} ends` },
    ]),
    ...asked.flatMap(({ id, at, safe, choices, endedAt, answer, fault }) => [
      { at, text: `${id} ${safe ? '' : 'not '}safe, of ${choices.map(({ line }) => line)}` },
      { at: endedAt ?? at, text: `${id} ends: ${fault ?? `answered by ${answer?.given}`}` },
      { at, text: `${id} over ${sendings.filter((one) => one.id === id).map(({ line }) => line)}` },
    ]),
    ...events
      .filter(({ is }) => is !== 'probed' && is !== 'asked')
      .map((event) => ({ at: event.at, text: JSON.stringify(event, withoutSteps) })),
  ]
  const { spells, questions, holds, chance, ...fixed } = plan
  const lines = told.sort((one, other) => one.at - other.at).map(({ at, text }) => `${at} ${text}`)
  return [JSON.stringify(fixed), JSON.stringify(holds), ...lines].join('\n')
}

const withoutSteps = (key: string, value: unknown) =>
  key === 'report' && typeof value === 'object' && value !== null && 'fault' in value
    ? value.fault
    : value
