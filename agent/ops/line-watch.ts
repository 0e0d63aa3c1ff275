import { type ConditionCode, type Conditions, EVERY_LINE } from '../kernel/conditions.ts'
import type { Facts } from '../kernel/errors.ts'
import type { FaultCode } from '../kernel/faults.ts'
import type { LineContact, LineReport, Standing, UplinkEvent } from '../kernel/line.ts'
import type { Clock, Part } from '../kernel/ports.ts'

/** How often a line has to fall again soon after it came back to be told as unstable. */
const RELAPSES = 2
/** How long it then has to hold. */
const CALM_MS = 10 * 60_000
const LOOK_EVERY_MS = 60_000
/** The subject of what is said of the lines together. */
const ALL = 'lines'

interface Cause {
  readonly fault: FaultCode
  readonly facts: Facts
}

/** What is known of one line. Times are epoch ms. */
interface Known {
  readonly name: string
  readonly standing: Standing
  /** Of the standing. */
  readonly since: number
  readonly relapses: number
  readonly cause: Cause | null
  /** Since it was last up. */
  readonly prefixChanged: boolean
}

/** What is known of the lines, as far as conditions follow from it. */
export interface LinesKnown {
  readonly lines: readonly Known[]
  readonly isAnyUsable: boolean
  readonly held: string | null
}

/** A condition that ought to be raised. */
export interface Raised {
  readonly code: ConditionCode
  readonly subject: string
  readonly facts: Facts
}

/** What the lines say of themselves when the watch begins. */
export const knownFrom = (reports: readonly LineReport[]): LinesKnown => ({
  lines: reports.map(({ name, standing, since, relapses, fault, path }) => {
    const found = path?.fault ?? fault
    return {
      name,
      standing,
      since,
      relapses,
      cause: standing === 'up' || found === null ? null : { fault: found, facts: {} },
      prefixChanged: false,
    }
  }),
  isAnyUsable: reports.some(({ isCurrent }) => isCurrent),
  held: reports.find(({ isHeldByHand }) => isHeldByHand)?.name ?? null,
})

/** What is known after an event. */
export function after(known: LinesKnown, event: UplinkEvent): LinesKnown {
  switch (event.is) {
    case 'moved':
      return { ...known, isAnyUsable: event.to !== null }
    case 'held':
      return { ...known, held: event.line }
    case 'probed':
    case 'dated':
      return known
    default: {
      const lines = known.lines.map((line) =>
        line.name === event.line ? lineAfter(line, event) : line,
      )
      return { ...known, lines: isAnswer(event) ? lines.map(certificateTaken) : lines }
    }
  }
}

type OfLine = Extract<
  UplinkEvent,
  { is: 'standing' | 'address' | 'asked' | 'heard' | 'tested' | 'refused' }
>

const isAnswer = (event: OfLine) =>
  event.is === 'heard' || (event.is === 'asked' && event.fault === null)

/**
 * There is one certificate for all lines: where one carried an answer, refusals over others are over. One
 * that is down is tested by itself.
 */
function certificateTaken(line: Known): Known {
  const { standing, cause } = line
  const isRefused = cause !== null && conditionOf(cause.fault) === 'CERTIFICATE_REFUSED'
  return isRefused && standing === 'up' ? { ...line, cause: null } : line
}

function lineAfter(line: Known, event: OfLine): Known {
  switch (event.is) {
    case 'standing':
      return standingAfter(line, event)
    case 'address':
      return event.prefixChanged ? { ...line, prefixChanged: true } : line
    case 'asked':
    case 'heard':
      // An answer over a line that is up takes back what was said of it meanwhile.
      return isAnswer(event) && line.standing === 'up' ? { ...line, cause: null } : line
    case 'tested': {
      const { fault, facts } = event.report
      return { ...line, cause: fault === null ? null : { fault, facts } }
    }
    case 'refused':
      return { ...line, cause: { fault: event.fault, facts: {} } }
  }
}

function standingAfter(line: Known, event: Extract<OfLine, { is: 'standing' }>): Known {
  const { standing, fault, relapses, at: since } = event
  const now = { ...line, standing, relapses, since }
  if (standing === 'up') return { ...now, cause: null, prefixChanged: false }
  if (standing === 'trial' || fault === null) return now
  // A test says more than the failure that led to it.
  const isCrude = conditionOf(fault) === 'LINE_DOWN' && line.cause !== null
  return isCrude ? now : { ...now, cause: { fault, facts: {} } }
}

/** What a line's fault is called when it shows. */
export function conditionOf(fault: FaultCode): ConditionCode {
  switch (fault) {
    case 'LINE_LINK_DOWN':
    case 'LINE_ADDRESS_MISSING':
    case 'LINE_ROUTER_GONE':
    case 'LINE_NAME_UNRESOLVED':
    case 'LINE_AUTH_LOST':
    case 'LINE_MISROUTED':
    case 'GATEWAY_UNREACHABLE':
      return fault
    case 'LOGIN_PAGE':
      return 'LINE_AUTH_LOST'
    case 'SERVER_CERTIFICATE_UNTRUSTED':
    case 'SERVER_NAME_MISMATCH':
    case 'SERVER_CERTIFICATE_EXPIRED':
      return 'SERVER_CERTIFICATE_WRONG'
    case 'CLIENT_CERTIFICATE_EXPIRED':
    case 'CLIENT_CERTIFICATE_REFUSED':
      return 'CERTIFICATE_REFUSED'
    default:
      return /^(LINE_|TLS_FAILED|NO_LINE)/.test(fault) ? 'LINE_DOWN' : 'GATEWAY_FAULT'
  }
}

/**
 * The conditions that follow: of each line at most one cause, and what is to be said of all of them.
 * The gateway is what is broken only where no line reaches it.
 */
export function conditionsOf(
  known: LinesKnown,
  contacts: ReadonlyMap<string, LineContact>,
  now: number,
): Raised[] {
  const { lines, held, isAnyUsable } = known
  const broken = lines.flatMap((line) => (line.cause === null ? [] : [{ line, cause: line.cause }]))
  const isReached = lines.some(reachesGateway)
  const shut = broken.filter(({ cause }) => cause.fault === 'GATEWAY_UNREACHABLE' && !isReached)
  const own = broken.filter((one) => !shut.includes(one))
  const contactOf = (name: string) => factsOf(contacts.get(name))
  return [
    ...own.map(({ line, cause }) => ofLine(line, cause, contactOf(line.name))),
    ...(shut.length > 0
      ? [raised('GATEWAY_UNREACHABLE', EVERY_LINE, { lines: shut.map(nameOf).join(' ') })]
      : []),
    ...(isAnyUsable ? [] : [raised('NO_LINE', ALL)]),
    ...(held === null ? [] : [raised('LINE_HELD_BY_HAND', held)]),
    ...lines
      .filter((line) => isUnstable(line, now))
      .map(({ name, relapses }) => raised('LINE_UNSTABLE', name, { relapses, ...contactOf(name) })),
  ]
}

const raised = (code: ConditionCode, subject: string, facts: Facts = {}): Raised => ({
  code,
  subject,
  facts,
})

const nameOf = ({ line }: { readonly line: Known }) => line.name

function ofLine({ name, prefixChanged }: Known, { fault, facts }: Cause, contact: Facts): Raised {
  const named = conditionOf(fault)
  // While another line reaches the gateway, it is this one that does not.
  const code = named === 'GATEWAY_UNREACHABLE' ? 'LINE_DOWN' : named
  const found = { ...facts, code: fault }
  if (code === 'CERTIFICATE_REFUSED') return raised(code, 'client', { ...found, line: name })
  const prefix = code === 'LINE_AUTH_LOST' ? { prefixChanged } : {}
  return raised(code, name, { ...found, ...prefix, ...contact })
}

/** Also where the gateway answers what is wrong, or refuses our certificate. */
const reachesGateway = ({ standing, cause }: Known) =>
  cause === null
    ? standing !== 'down'
    : ['GATEWAY_FAULT', 'CERTIFICATE_REFUSED'].includes(conditionOf(cause.fault))

const isUnstable = ({ relapses, standing, since }: Known, now: number) =>
  relapses >= RELAPSES && !(standing === 'up' && now - since >= CALM_MS)

/**
 * What a person needs on the phone, as far as it is known. Not the お客様ID: conditions go into health,
 * which monitoring outside the clinic reads; `line list` and the page have it.
 */
const factsOf = (contact: LineContact | undefined): Facts =>
  Object.fromEntries(
    Object.entries(contact ?? {}).flatMap(([key, value]: [string, string | null]) =>
      value === null || key === 'customerId' ? [] : [[key, value] as const],
    ),
  )

/** Turns what the lines tell into conditions. */
export interface LineWatch extends Part {
  take(event: UplinkEvent): void
}

/** `reports`: the lines as they are now; events from now on go to `take`. */
export function watchLines(
  reports: readonly LineReport[],
  contacts: ReadonlyMap<string, LineContact>,
  conditions: Pick<Conditions, 'raise' | 'clear'>,
  clock: Clock,
): LineWatch {
  const stop = new AbortController()
  let known = knownFrom(reports)
  let shown: readonly Raised[] = []
  const show = () => {
    const now = conditionsOf(known, contacts, clock.now())
    for (const { code, subject } of shown)
      if (!now.some((one) => one.code === code && one.subject === subject))
        conditions.clear(code, subject)
    for (const { code, subject, facts } of now) conditions.raise(code, subject, facts)
    shown = now
  }
  // Also when nothing is told: a line that holds long enough is no longer unstable.
  const looking = (async () => {
    while (!stop.signal.aborted) {
      show()
      await clock.sleep(LOOK_EVERY_MS, stop.signal)
    }
  })()
  return {
    take(event) {
      const before = known
      known = after(known, event)
      if (known !== before) show()
    },
    async close() {
      stop.abort()
      await looking
    },
  }
}
