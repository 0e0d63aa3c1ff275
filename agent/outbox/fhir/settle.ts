import type { Difference } from '../../kernel/delivery.ts'
import { AgentError } from '../../kernel/errors.ts'
import type { Clock, Log } from '../../kernel/ports.ts'
import type { Conditions, FhirClient } from './client.ts'
import type { JsonObject, Stored } from './json.ts'
import type { Origin } from './origin.ts'
import { changes, isAlike } from './overlay.ts'

/** One delivery's dealings with the server. */
export interface Session {
  readonly client: FhirClient
  readonly origin: Origin
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}

/** One resource as it should be, wherever it stands now. */
export interface Target {
  readonly type: string
  /** Finds it, and guards its creation. */
  readonly conditions: Conditions
  /** Whether one that was found is meant. */
  belongs(resource: Stored): boolean
  /**
   * Whether one that was found counts as not there, as the EHR says that it never should have been: it
   * meets the conditions all the same, so that under them no other would be created.
   */
  isVoid?(resource: Stored): boolean
  /** Whether one is over, so that it stands beside its successor and is no second one. */
  isOver?(resource: Stored): boolean
  /** The one to make where there is none; undefined: none is made. */
  make(): JsonObject | undefined
  /** What is stored as it should be; itself where nothing is to change. */
  change(stored: Stored): Stored
  /**
   * Gives up what hangs on a duplicate of ours. Called before the duplicate is given up, as it is not
   * found any more after a crash then, and after it, for what another writer hung on it meanwhile.
   */
  retiring?(duplicate: Stored, keeper: Stored): Promise<void>
}

export interface Settled {
  /** Undefined where the server has none and none was to be made. */
  readonly resource: Stored | undefined
  readonly changes: readonly Difference[]
}

/** Looks until a write was not crossed by another. */
const ROUNDS = 6
const PAUSE_MS = 25

/** Before another round, counted from 0. */
async function pause({ clock, signal }: Session, round: number): Promise<void> {
  await clock.sleep(PAUSE_MS * 2 ** (round - 1), signal)
  signal.throwIfAborted()
}

/**
 * Does one look after another until it says `done`. Throws `SINK_BUSY` when the resource is changed
 * by others all the time: the delivery is tried again later.
 */
export async function inRounds<T>(
  session: Session,
  type: string,
  round: () => Promise<{ readonly done: T } | 'again'>,
): Promise<T> {
  for (let count = 0; count < ROUNDS; count += 1) {
    if (count > 0) await pause(session, count)
    const result = await round()
    if (result !== 'again') return result.done
  }
  throw new AgentError('SINK_BUSY', 'others write the same resource at the same time', {
    facts: { resource: type, rounds: ROUNDS },
  })
}

/**
 * Brings one resource to where it should be: found, made, changed, or left as it is. Replays and
 * crossing writers do no harm: it is made under a condition and changed in the version that was
 * read, and nothing is written where nothing changes. Throws `FHIR_AMBIGUOUS`, `SINK_BUSY` and what
 * the client throws.
 */
export async function settle(session: Session, target: Target): Promise<Settled> {
  const { client, signal } = session
  const { type, conditions } = target
  let made: readonly Difference[] | undefined
  return inRounds<Settled>(session, type, async () => {
    const found = await client.search(type, conditions, signal)
    const single = await singled(session, target, found.filter(target.belongs))
    if (single === 'again') return 'again'
    if (single !== undefined) return changed(session, target, single, made ?? [])
    const resource = target.make()
    if (resource === undefined) return { done: { resource: undefined, changes: [] } }
    const guard = found.some((one) => target.isVoid?.(one)) ? undefined : conditions
    // What was made and is not found yet is not made again: the search lags behind.
    if (made === undefined && (await client.create(resource, guard, signal)) === 'created')
      made = changes(undefined, resource)
    // Another look: creation under a condition is not safe from a second writer everywhere.
    return 'again'
  })
}

async function changed(
  { client, signal }: Session,
  target: Target,
  stored: Stored,
  made: readonly Difference[],
) {
  const next = target.change(stored)
  if (isAlike(stored, next)) return { done: { resource: stored, changes: made } }
  if ((await client.update(next, signal)) === 'conflict') return 'again'
  return { done: { resource: next, changes: [...made, ...changes(stored, next)] } }
}

/**
 * The one of several that stays. Duplicates that we made, in a race or by a request that arrived
 * after we had given it up, are retired: the EHR's own stays, else the one with the first id, which
 * every writer chooses. Two of the EHR's own are for a person, but what is over beside its successor.
 */
async function singled(
  session: Session,
  target: Target,
  found: readonly Stored[],
): Promise<Stored | undefined | 'again'> {
  const { client, origin, log, signal } = session
  const { type, retiring } = target
  const ours = found.filter((one) => origin.kindOf(one) !== undefined).toSorted(byId)
  const foreign = found.filter((one) => origin.kindOf(one) === undefined)
  const keeper = keeperOf(target, foreign, ours)
  if (keeper === undefined) return undefined
  for (const duplicate of ours.filter((one) => one !== keeper)) {
    await retiring?.(duplicate, keeper)
    const written = await client.update(origin.retired(duplicate, keeper), signal)
    if (written === 'conflict') return 'again'
    await retiring?.(duplicate, keeper)
    log.warn({ resource: type }, 'fhir-duplicate-retired')
  }
  return keeper
}

function keeperOf(
  target: Target,
  foreign: readonly Stored[],
  ours: readonly Stored[],
): Stored | undefined {
  const current = foreign.length > 1 ? foreign.filter((one) => !target.isOver?.(one)) : foreign
  const [keeper = ours[0], ...others] = current
  if (others.length === 0 && (keeper !== undefined || foreign.length === 0)) return keeper
  // All are over, and none is wanted that is not: that of them which was ended last time.
  if (others.length === 0 && target.make() === undefined)
    return foreign.find((one) => isAlike(one, target.change(one)))
  throw new AgentError('FHIR_AMBIGUOUS', 'several resources have one identifier', {
    facts: { resource: target.type },
  })
}

const byId = (one: Stored, other: Stored) => (one.id < other.id ? -1 : 1)
