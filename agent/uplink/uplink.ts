import { AgentError } from '../kernel/errors.ts'
import type { FaultCode } from '../kernel/faults.ts'
import type { IdentityTrial, LineReport, PathReport, UplinkEvent } from '../kernel/line.ts'
import type { Clock, Log, Part } from '../kernel/ports.ts'
import type { ApplicationProbe } from './application.ts'
import { type Answered, type AskingParts, type AskOptions, askOver } from './asking.ts'
import { type Budget, openBudget } from './budget.ts'
import type { Request } from './exchange.ts'
import type { Identity } from './identity.ts'
import type { LineSettings } from './line.ts'
import { policy } from './policy.ts'
import { explained } from './refusal.ts'
import { openSlots } from './slots.ts'
import { openStandings, type Standings } from './standings.ts'
import { ownUnderlay, type Underlay } from './underlay.ts'
import { openUnit, type Unit, type UnitEvent, type UnitParts } from './unit.ts'

/** The ways to the gateway. Knows nothing of insurance. */
export interface Uplink extends Part {
  /**
   * Rejects with what the lines or `accept` found, or `QUEUE_FULL`. When every line is known to be
   * down nothing is sent: `NO_LINE`, or what all of them suffer from.
   */
  ask<Answer>(request: Request, options: AskOptions<Answer>): Promise<Answered<Answer>>
  /** In the order of preference. */
  lines(): LineReport[]
  /** Tests the whole path of every line now. */
  test(): Promise<PathReport[]>
  /** Prefers a line until it is released, for announced works. Throws `NOT_FOUND`. */
  use(name: string): void
  /** Throws `NOT_FOUND`, also when another line is held. */
  release(name: string): void
  /** Shows another certificate on every line and asks the application for a sign of life. */
  tryIdentity(identity: Identity): Promise<IdentityTrial[]>
  /** New connections show it; what is under way finishes as it is. */
  setIdentity(identity: Identity): void
}

export interface UplinkSettings {
  /** The preferred one first. */
  readonly lines: readonly LineSettings[]
  /** Questions at a time. */
  readonly sessions: number
  /** Questions that may wait for their turn. */
  readonly queueLimit: number
  readonly proveMs: number
  readonly probeMs: number
  readonly applicationProbeMs: number
  /** A second line is asked after this time although the first lives; 0: never. */
  readonly lateMs: number
}

export interface UplinkParts {
  readonly clock: Clock
  /** Ms on a clock that never goes back. */
  readonly monotonic: () => number
  readonly log: Log
  readonly application: ApplicationProbe | null
  /** Whether the clinic is open now. */
  readonly isOpen: () => boolean
  /** The line that a person chose before the start. */
  readonly held: string | null
  /** Epoch ms of a line's last test, from before the start. */
  readonly lastTestAt: (line: string) => number | null
  readonly observe: (event: UplinkEvent) => void
  readonly onBug: (error: unknown) => void
}

/** The official side accepts at most so many sessions of one terminal. [WIC, of the Web API] */
const SESSION_LIMIT = 20

/** Reads the machine's network, and from then on keeps every line looked after. */
export async function openUplink(
  settings: UplinkSettings,
  first: Identity,
  parts: UplinkParts,
): Promise<Uplink> {
  return openUplinkOver(await ownUnderlay(), settings, first, parts)
}

/** As `openUplink`, over any network. */
export function openUplinkOver(
  underlay: Underlay,
  settings: UplinkSettings,
  first: Identity,
  parts: UplinkParts,
): Uplink {
  const { clock, monotonic: now } = parts
  const shown: Shown = { identity: first, hasAnswered: false }
  const units = new Map<string, Unit>()
  const all = () => [...units.values()]
  const kickAll = () => {
    for (const unit of all()) unit.kick()
  }
  const emit = (event: UnitEvent) => parts.observe({ ...event, at: clock.now() })
  const standings = openStandings({
    names: settings.lines.map(({ name }) => name),
    held: parts.held,
    proveMs: settings.proveMs,
    now,
    onStanding: ({ name, standing, fault, relapses }) => {
      if (standing === 'down') units.get(name)?.takeOut(takenOut(name, fault))
      emit({ is: 'standing', line: name, standing, fault, relapses })
    },
    onMoved: (from, to) => {
      emit({ is: 'moved', from, to })
      kickAll()
    },
  })
  const budget = openBudget(SESSION_LIMIT)
  const forUnit = unitPartsFor(settings, parts, { standings, shown, budget, underlay, emit })
  for (const line of settings.lines) units.set(line.name, openUnit(line, forUnit(line.name)))
  const follower = underlay.followNetwork((found) => {
    for (const unit of all()) unit.follow(found)
  }, parts)
  const slots = openSlots(settings.sessions, settings.queueLimit)
  const asking: AskingParts = {
    noLine() {
      kickAll()
      return allDown(settings.lines, standings)
    },
    choose: () => standings.usable().flatMap((name) => units.get(name)?.carrier ?? []),
    ended: ({ name }, tookMs, fault) => units.get(name)?.ended(tookMs, fault),
    unacknowledged: underlay.unacknowledged,
    makeRoom: budget.makeRoom,
    lateMs: settings.lateMs,
    clock,
    now,
  }
  const closing = new AbortController()
  const { signal } = closing

  return {
    async ask(request, options) {
      const release = await slots.take(options.signal)
      try {
        signal.throwIfAborted()
        return await askOver(request, options, asking)
      } catch (error) {
        if (!(error instanceof AgentError)) throw error
        throw explained(error, shown.identity, shown.hasAnswered)
      } finally {
        release()
      }
    },
    lines: () => all().map((unit) => reportOf(unit, standings, parts)),
    test: () => Promise.all(all().map((unit) => unit.test(true, signal))),
    ...holding(standings, emit),
    tryIdentity: (other) => Promise.all(all().map((unit) => trialOf(unit, other, signal))),
    setIdentity: (next) => show(next, shown, all()),
    async close() {
      const fault = new AgentError('SHUTTING_DOWN', 'the lines are closed')
      closing.abort(fault)
      for (const unit of all()) unit.takeOut(fault)
      await follower.close()
      await Promise.all(all().map((unit) => unit.close()))
    },
  }
}

function show(next: Identity, shown: Shown, units: readonly Unit[]): void {
  shown.identity = next
  shown.hasAnswered = false
  for (const { line, kick } of units) {
    line.connections.setIdentity(next)
    kick()
  }
}

/** The certificate that is shown now, and whether anyone ever answered it. */
interface Shown {
  identity: Identity
  hasAnswered: boolean
}

interface Shared {
  readonly standings: Standings
  readonly shown: Shown
  readonly budget: Budget
  readonly underlay: Underlay
  readonly emit: (event: UnitEvent) => void
}

const unitPartsFor =
  (
    settings: UplinkSettings,
    parts: UplinkParts,
    { standings, shown, budget, underlay, emit }: Shared,
  ) =>
  (name: string): UnitParts => ({
    ...parts,
    ...underlay,
    now: parts.monotonic,
    budget,
    emit,
    probeMs: settings.probeMs,
    explain: (fault) => explained(fault, shown.identity, shown.hasAnswered),
    identity: () => shown.identity,
    memory: () => standings.of(name),
    sign: (sign) => {
      shown.hasAnswered ||= sign.is === 'answered'
      standings.sign(name, sign)
    },
    others: () => othersOf(settings.lines, standings, name),
    applicationEveryMs: () =>
      settings.applicationProbeMs * (parts.isOpen() ? 1 : policy.closedFactor),
    lastTestAt: onOurClock(parts.lastTestAt(name), parts),
  })

function holding(standings: Standings, emit: Shared['emit']): Pick<Uplink, 'use' | 'release'> {
  const hold = (name: string | null) => {
    standings.hold(name)
    emit({ is: 'held', line: name })
  }
  return {
    use: (name) => hold(standings.of(name).name),
    release(name) {
      if (standings.held() !== name) throw new AgentError('NOT_FOUND', `line ${name} is not held`)
      hold(null)
    },
  }
}

async function trialOf(
  { line, tryIdentity }: Unit,
  identity: Identity,
  signal: AbortSignal,
): Promise<IdentityTrial> {
  const fault = await tryIdentity(identity, signal)
  // What the line answered was another certificate.
  const code = fault === null ? null : explained(fault, identity, false).code
  return { line: line.name, fault: code }
}

/** What all lines suffer from, where it is one thing. */
function allDown(lines: readonly LineSettings[], standings: Standings): AgentError {
  const [cause, ...others] = new Set(lines.map(({ name }) => standings.of(name).fault))
  const code = others.length === 0 ? (cause ?? 'NO_LINE') : 'NO_LINE'
  return new AgentError(code, 'every line is down, nothing was sent')
}

const takenOut = (line: string, fault: FaultCode | null) =>
  new AgentError(fault ?? 'LINE_SILENT', `line ${line} was taken out`, { facts: { line } })

/** Whether the other lines reach the gateway; one that costs by use is not asked for its opinion. */
function othersOf(
  lines: readonly LineSettings[],
  standings: Standings,
  name: string,
): 'reach-gateway' | 'do-not' | 'unknown' {
  const others = lines.filter((line) => line.name !== name && !line.metered)
  if (others.length === 0) return 'unknown'
  const reaches = others.some((line) => standings.of(line.name).standing !== 'down')
  return reaches ? 'reach-gateway' : 'do-not'
}

type Clocks = Pick<UplinkParts, 'clock' | 'monotonic'>

/** Standings are kept on a clock that never goes back; people are told the time of day. */
const onOurClock = (at: number | null, { clock, monotonic }: Clocks): number | null =>
  at === null ? null : monotonic() - (clock.now() - at)
const onTheWall = (at: number, { clock, monotonic }: Clocks): number =>
  Math.round(clock.now() - (monotonic() - at))

function reportOf({ line, life, seen }: Unit, standings: Standings, clocks: Clocks): LineReport {
  const { name, settings } = line
  const { standing, since, relapses, fault } = standings.of(name)
  return {
    name,
    standing,
    since: onTheWall(since, clocks),
    isCurrent: name === standings.current(),
    isHeldByHand: name === standings.held(),
    metered: settings.metered,
    address: line.source().address,
    rttMs: life.rttMs(),
    relapses,
    fault: standing === 'up' ? null : fault,
    lastAnswerAt: seen.answeredAt === null ? null : onTheWall(seen.answeredAt, clocks),
    questions: seen.questions,
    warmQuestions: seen.warmQuestions,
    path: seen.path,
  }
}
