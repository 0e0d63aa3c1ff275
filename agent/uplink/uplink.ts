import { AgentError } from '../kernel/errors.ts'
import type { FaultCode } from '../kernel/faults.ts'
import type { IdentityTrial, LineReport, PathReport, UplinkEvent } from '../kernel/line.ts'
import type { Clock, Log, Part } from '../kernel/ports.ts'
import type { ApplicationProbe } from './application.ts'
import { type Answered, type AskingParts, type AskOptions, askOver } from './asking.ts'
import { type Budget, openBudget } from './budget.ts'
import type { Request } from './exchange.ts'
import { followNetwork } from './follow.ts'
import type { Identity } from './identity.ts'
import type { LineSettings } from './line.ts'
import { type NetworkInterface, readNetwork } from './network.ts'
import { policy } from './policy.ts'
import { explained } from './refusal.ts'
import { openSlots } from './slots.ts'
import { openStandings, type Standings } from './standings.ts'
import { unacknowledgedBytes } from './tcp-table.ts'
import { openUnit, type Unit, type UnitEvent, type UnitParts } from './unit.ts'

/** The ways to the gateway. Knows nothing of insurance. */
export interface Uplink extends Part {
  /**
   * Rejects with what the lines or `accept` found, `NO_LINE` when every line is known to be down, or
   * `QUEUE_FULL`.
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
  return openOn(await readNetwork(), settings, first, parts)
}

function openOn(
  network: readonly NetworkInterface[],
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
    onStanding: (before, { name, standing, fault, relapses }) => {
      if (standing === 'down') units.get(name)?.takeOut(takenOut(name, fault))
      else if (before.standing === 'down') units.get(name)?.bringBack()
      emit({ is: 'standing', line: name, standing, fault, relapses })
    },
    onMoved: (from, to) => {
      emit({ is: 'moved', from, to })
      kickAll()
    },
  })
  const budget = openBudget(SESSION_LIMIT)
  const forUnit = unitPartsFor(settings, parts, { standings, shown, budget, network, emit })
  for (const line of settings.lines) units.set(line.name, openUnit(line, forUnit(line.name)))
  const follower = followNetwork((found) => {
    for (const unit of all()) unit.follow(found)
  }, parts)
  const slots = openSlots(settings.sessions, settings.queueLimit)
  const asking: AskingParts = {
    choose: () => standings.usable().flatMap((name) => units.get(name)?.carrier ?? []),
    ended: ({ name }, tookMs, fault) => units.get(name)?.ended(tookMs, fault),
    unacknowledged: unacknowledgedBytes,
    hasRoom: budget.hasRoom,
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
        return await askOver(request, options, asking)
      } catch (error) {
        if (!(error instanceof AgentError)) throw error
        if (error.code === 'NO_LINE') kickAll()
        throw explained(error, shown.identity, shown.hasAnswered)
      } finally {
        release()
      }
    },
    lines: () => all().map((unit) => reportOf(unit, standings, parts)),
    test: () => Promise.all(all().map((unit) => unit.test(signal))),
    ...holding(standings, emit),
    tryIdentity: (other) => Promise.all(all().map((unit) => trialOf(unit, other, signal))),
    setIdentity(next) {
      shown.identity = next
      for (const { line } of all()) line.connections.setIdentity(next)
      kickAll()
    },
    async close() {
      closing.abort(new AgentError('SHUTTING_DOWN', 'the lines are closed'))
      await follower.close()
      await Promise.all(all().map((unit) => unit.close()))
    },
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
  readonly network: readonly NetworkInterface[]
  readonly emit: (event: UnitEvent) => void
}

const unitPartsFor =
  (
    settings: UplinkSettings,
    parts: UplinkParts,
    { standings, shown, budget, network, emit }: Shared,
  ) =>
  (name: string): UnitParts => ({
    ...parts,
    now: parts.monotonic,
    budget,
    network,
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
  const [current] = standings.usable()
  return {
    name,
    standing,
    since: onTheWall(since, clocks),
    isCurrent: name === current,
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
