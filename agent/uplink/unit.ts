import { AgentError } from '../kernel/errors.ts'
import type { PathReport, UplinkEvent } from '../kernel/line.ts'
import type { Part } from '../kernel/ports.ts'
import { type ApplicationProbe, openApplication, sendOver } from './application.ts'
import type { Carrier } from './asking.ts'
import type { Budget } from './budget.ts'
import { isOfApplication } from './fault-kind.ts'
import { settled } from './handshake.ts'
import type { Identity } from './identity.ts'
import { type JudgeParts, judged, nothingSeen, type Own, type Seen, signOf } from './judge.ts'
import { type Kept, openKeeper } from './keeper.ts'
import { type Life, openLife } from './life.ts'
import { ADDRESS_CHANGED, type Line, type LineSettings } from './line.ts'
import { isOtherPrefix, type NetworkInterface } from './network.ts'
import type { LineMemory, Sign } from './standing.ts'
import type { Underlay } from './underlay.ts'

export interface UnitParts extends JudgeParts, Pick<Underlay, 'openLine'> {
  readonly budget: Budget
  readonly network: readonly NetworkInterface[]
  readonly memory: () => LineMemory
  readonly sign: (sign: Sign) => void
  readonly emit: (event: UnitEvent) => void
  readonly application: ApplicationProbe | null
  readonly applicationEveryMs: () => number
  readonly probeMs: number
  readonly now: () => number
  readonly lastTestAt: number | null
  readonly onBug: (error: unknown) => void
}

type Without<T> = T extends unknown ? Omit<T, 'at'> : never
/** As it is emitted; the time is added outside. */
export type UnitEvent = Without<UplinkEvent>

/** A line with all that is done on it, and what is remembered of it. */
export interface Unit extends Part {
  readonly line: Line
  readonly life: Life
  readonly carrier: Carrier
  readonly seen: Seen
  /** Does now what is due later. */
  kick(): void
  /** One sending over it has ended; null: answered. */
  ended(tookMs: number, fault: AgentError | null): void
  /** What was under way on it fails with this fault. */
  takeOut(fault: AgentError): void
  follow(network: readonly NetworkInterface[]): void
  test(isByHand: boolean, signal: AbortSignal): Promise<PathReport>
  /** A handshake and a sign of life with another certificate; the fault that it came to. */
  tryIdentity(identity: Identity, signal: AbortSignal): Promise<AgentError | null>
}

export function openUnit(settings: LineSettings, parts: UnitParts): Unit {
  const { now, emit, sign } = parts
  const { name } = settings
  const seen = nothingSeen(parts.lastTestAt)
  const line = lineOf(settings, parts)
  const life = lifeOf(line, parts)
  const answered = () => {
    seen.answeredAt = now()
    seen.answeredFrom = line.source().address
    sign({ is: 'answered' })
  }
  const application = openApplication({
    ...parts,
    probe: parts.application,
    everyMs: parts.applicationEveryMs,
    send: sendOver(line),
    onAnswer: () => {
      answered()
      emit({ is: 'heard', line: name })
    },
  })
  const own = { line, life, application, seen }
  const test: Unit['test'] = (isByHand, signal) => tested(own, parts, isByHand, signal)
  const keeper = openKeeper(keptOf(own, test, parts), parts)
  let gone = new AbortController()
  let takenOutBy: AgentError | null = null
  let { network } = parts
  const followNow = () => {
    if (follow(own, parts, network)) keeper.kick()
  }
  return {
    line,
    life,
    seen,
    test,
    ended(tookMs, fault) {
      emit({ is: 'asked', line: name, tookMs, fault: fault?.code ?? null })
      // What was taken out has been counted.
      if (fault === null) answered()
      else if (fault !== takenOutBy && !isOfAddress(fault))
        sign({ is: 'failed', fault: parts.explain(fault).code })
      if (fault === null || isOfApplication(fault.code)) application.heard(fault)
      // A connection that was forgotten at the other end swallows what is sent on it.
      if (fault?.code === 'GATEWAY_TIMEOUT') line.connections.dropIdle()
      if (!line.connections.isWarm()) keeper.kick()
    },
    kick: keeper.kick,
    carrier: carrierOf(line, life, seen, () => gone.signal),
    takeOut(fault) {
      takenOutBy = fault
      gone.abort(fault)
      gone = new AbortController()
      line.connections.dropIdle()
      followNow()
      keeper.kick()
    },
    follow(found) {
      network = found
      followNow()
    },
    tryIdentity: (identity, signal) => faultOf(tried(own, identity, parts, signal), signal),
    async close() {
      await keeper.close()
      line.close()
    },
  }
}

/** What the whole seconds of a `Date` cut off, on the average. */
const DATE_CUT_MS = 500

/** The line, which tells of refused certificates, and of each answer how its date differs from ours. */
function lineOf(settings: LineSettings, parts: UnitParts): Line {
  const { emit, clock } = parts
  const { name } = settings
  const line = parts.openLine(settings, {
    ...parts,
    identity: parts.identity(),
    onRefused: ({ code: fault }) => {
      if (fault.startsWith('CLIENT_CERTIFICATE_')) emit({ is: 'refused', line: name, fault })
    },
  })
  return {
    ...line,
    async request(request, signal, watcher) {
      const response = await line.request(request, signal, watcher)
      const date = Date.parse(response.headers.date ?? '') + DATE_CUT_MS
      if (!Number.isNaN(date)) emit({ is: 'dated', line: name, aheadMs: clock.now() - date })
      return response
    },
  }
}

/** Tests the whole path, and takes what it found as a sign. */
async function tested(
  own: Own,
  parts: UnitParts,
  isByHand: boolean,
  signal: AbortSignal,
): Promise<PathReport> {
  const { line, application, seen } = own
  const begunAt = parts.now()
  const report = await judged(own, parts, isByHand, signal)
  seen.testedAt = parts.now()
  seen.path = report
  // A question that was answered meanwhile knows better.
  if (report.fault !== null && (seen.answeredAt ?? 0) > begunAt) return report
  parts.emit({ is: 'tested', line: line.name, report })
  parts.sign(signOf(report, parts.memory(), application.isKnown))
  return report
}

const keptOf = (
  { line, life, application, seen }: Own,
  test: Unit['test'],
  { memory, others, sign }: UnitParts,
): Kept => ({
  isMetered: line.settings.metered,
  memory,
  // Where there is no other at all it rests while it is well, and is tested when it is down.
  isNeeded: () => others() === 'do-not' || (others() === 'unknown' && memory().standing === 'down'),
  look: life.look,
  isWarm: line.connections.isWarm,
  warm: (signal) => faultOf(line.connections.warm(signal), signal, sign),
  rest: line.connections.dropIdle,
  probeApplication: async (signal) => {
    await faultOf(application.askIfDue(signal), signal, sign)
  },
  test: (signal) => test(false, signal),
  lastTestAt: () => seen.testedAt,
})

/** The line’s address is followed; what another address means is told. Whether there is another. */
function follow(
  { line, life, seen }: Own,
  { emit, sign, memory }: UnitParts,
  network: readonly NetworkInterface[],
): boolean {
  // Where the line is down the router may have another prefix for us: the old one leads nowhere.
  const before = line.follow(network, memory().standing !== 'down')
  if (before === undefined) return false
  const { address, fault } = line.source()
  const prefixChanged = isOtherPrefix(before.address ?? seen.answeredFrom, address)
  life.forget()
  emit({ is: 'address', line: line.name, address, prefixChanged })
  if (fault !== null) sign({ is: 'failed', fault })
  return true
}

const lifeOf = (line: Line, { clock, now, emit, sign }: UnitParts): Life =>
  openLife({
    probe: line.probe,
    clock,
    now,
    onProbed: (rttMs) => {
      emit({ is: 'probed', line: line.name, rttMs })
      if (rttMs !== null) sign({ is: 'alive' })
    },
    onLooked: (look) => {
      if (look.is === 'silent') sign({ is: 'missed' })
      if (look.is === 'fault') sign({ is: 'failed', fault: look.fault.code })
    },
  })

const carrierOf = (line: Line, life: Life, seen: Seen, gone: () => AbortSignal): Carrier => ({
  name: line.name,
  isMetered: line.settings.metered,
  send(request, signal, watcher) {
    seen.questions += 1
    const onSent: typeof watcher.onSent = (socket, isWarm) => {
      if (isWarm) seen.warmQuestions += 1
      watcher.onSent(socket, isWarm)
    }
    return line.request(request, signal, { onSent })
  },
  look: life.look,
  acknowledgedWithinMs: life.acknowledgedWithinMs,
  gone,
  dropIdle: line.connections.dropIdle,
})

/** A handshake with another certificate, and a sign of life of the application that sees it. */
async function tried(
  { line, life }: Own,
  identity: Identity,
  { application, clock }: UnitParts,
  signal: AbortSignal,
): Promise<void> {
  if (application !== null)
    return application.accept(await line.requestAs(identity, application.request, signal))
  const socket = await line.connections.open(identity, signal)
  await settled(line.name, socket, life.rttMs(), clock, signal)
}

/** Null when it succeeded; a fault is also a sign. What is no fault is thrown. */
async function faultOf(
  work: Promise<void>,
  signal: AbortSignal,
  sign: (sign: Sign) => void = () => {},
): Promise<AgentError | null> {
  try {
    await work
    return null
  } catch (error) {
    if (signal.aborted || !(error instanceof AgentError)) throw error
    sign({ is: 'failed', fault: error.code })
    return error
  }
}

/** Another address is used: what was under way from the old one says nothing of the line. */
const isOfAddress = ({ facts }: AgentError) => facts['sign'] === ADDRESS_CHANGED
