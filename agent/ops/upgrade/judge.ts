/** A condition as `status` has it; pass is a statement. */
export interface Shown {
  readonly code: string
  /** Which reader, line or file. */
  readonly subject: string
  readonly component: string
  readonly status: 'pass' | 'warn' | 'fail'
}

/** How a release is, as its control socket says, and whether each of its listeners answers. */
export interface Seen {
  readonly isReady: boolean
  readonly listens: boolean
  readonly showing: readonly Shown[]
  /** What shows once it has held for its grace. */
  readonly pending: readonly Shown[]
}

/** stays, goes back, or is looked at once more; `codes` say why. */
export type Verdict =
  | { readonly is: 'stays' }
  | { readonly is: 'waits' | 'goes-back'; readonly codes: readonly string[] }

/**
 * What a person or the calendar brings about, at any minute, and no release. All other conditions
 * count, also those that a release hardly makes: agent/decisions/0048.
 */
const BROUGHT_BY_PEOPLE: ReadonlySet<string> = new Set([
  'LINE_HELD_BY_HAND',
  'MAINTENANCE_ANNOUNCED',
  'MAINTENANCE_RUNNING',
  'TERMINAL_BYPASSED',
  'UPGRADE_ROLLED_BACK',
  'UPGRADE_UNFINISHED',
  'VENDOR_ACCESS_OPEN',
])

/** What the world outside may take away and give back within a minute. */
const OUTSIDE: ReadonlySet<string> = new Set([
  'clock',
  'delivery',
  'gateway',
  'line',
  'line-authentication',
  'reader',
  'terminal',
])

const keyOf = ({ code, subject }: Shown) => `${code} ${subject}`

/**
 * Pure. Whether a release stays, a minute after its start. `before`: what held before the upgrade;
 * null: nobody answered, so that only health counts. `isLast`: nothing is waited for any more.
 */
export function judge(before: readonly Shown[] | null, now: Seen | null, isLast: boolean): Verdict {
  if (now === null) return { is: 'goes-back', codes: ['NO_ANSWER'] }
  if (!now.isReady) return { is: 'goes-back', codes: ['NOT_READY'] }
  if (!now.listens) return { is: 'goes-back', codes: ['API_SILENT'] }
  const added = before === null ? storeFaults(now.showing) : addedSince(before, now.showing)
  if (isLast || !added.every(({ component }) => OUTSIDE.has(component)))
    return added.length === 0 ? { is: 'stays' } : { is: 'goes-back', codes: codesOf(added) }
  // A grace may be as long as the minute: what broke at the start shows at the second look only.
  const coming = before === null ? [] : addedSince(before, now.pending)
  const open = [...added, ...coming]
  return open.length === 0 ? { is: 'stays' } : { is: 'waits', codes: codesOf(open) }
}

const codesOf = (some: readonly Shown[]) => [...new Set(some.map(({ code }) => code))]

const storeFaults = (showing: readonly Shown[]) =>
  showing.filter(({ code }) => code === 'STORE_FAILING')

function addedSince(before: readonly Shown[], now: readonly Shown[]): readonly Shown[] {
  const known = new Set(before.filter(({ status }) => status !== 'pass').map(keyOf))
  return now.filter(
    (one) => one.status !== 'pass' && !known.has(keyOf(one)) && !BROUGHT_BY_PEOPLE.has(one.code),
  )
}
