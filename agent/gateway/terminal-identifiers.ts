import { AgentError } from '../kernel/errors.ts'
import { uuidV7 } from '../kernel/ids.ts'
import { fileIdentifierOf } from './file-identifier.ts'

/** More than can be under way and wait: who shares a millisecond is asked about the same time. */
const KEPT = 4_096

/** Gives identifiers, none of them to two ids. */
export interface Identifiers {
  /**
   * Of a question, always the same. Throws `QUEUE_FULL` where another question of its millisecond
   * has it already, once in thousands: asked again, it has an id and an identifier of its own.
   */
  of(id: string): string
  /** One that was never given, for what has no id of its own; `nowMs` is epoch ms. Throws as `of`. */
  fresh(nowMs: number): string
}

export function openIdentifiers(letter: string): Identifiers {
  const owners = new Map<string, string>()
  let lastFreshMs = 0
  const of = (id: string) => {
    const identifier = fileIdentifierOf(id, letter)
    const owner = owners.get(identifier) ?? id
    if (owner !== id)
      throw new AgentError('QUEUE_FULL', 'another question of this millisecond has the identifier')
    owners.delete(identifier)
    owners.set(identifier, id)
    const [oldest] = owners.keys()
    if (oldest !== undefined && owners.size > KEPT) owners.delete(oldest)
    return identifier
  }
  return {
    of,
    fresh(nowMs) {
      // Later than the last one, also where the clock was set back.
      lastFreshMs = Math.max(nowMs, lastFreshMs + 1)
      return of(uuidV7(lastFreshMs))
    },
  }
}
