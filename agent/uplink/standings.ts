import { AgentError } from '../kernel/errors.ts'
import {
  after,
  begin,
  currentOf,
  type LineMemory,
  type LinesMemory,
  type Sign,
  usable,
} from './standing.ts'

/** The standing of every line as it is now: the decision core with its effects around it. */
export interface Standings {
  of(name: string): LineMemory
  /** The lines to ask over, best first. */
  usable(): string[]
  /** The one that is expected to answer; null: none is. */
  current(): string | null
  held(): string | null
  sign(name: string, sign: Sign): void
  /** Prefers a line; null: none. */
  hold(name: string | null): void
}

export interface StandingsParts {
  /** In the order of preference. */
  readonly names: readonly string[]
  readonly held: string | null
  readonly proveMs: number
  /** Ms on a clock that never goes back. */
  readonly now: () => number
  readonly onStanding: (line: LineMemory) => void
  /** Another line is the current one; null: none is expected to answer. */
  readonly onMoved: (from: string | null, to: string | null) => void
}

export function openStandings(parts: StandingsParts): Standings {
  const { now, onStanding, onMoved } = parts
  let memory = begin(parts.names, parts.held, now())

  const change = (next: LinesMemory) => {
    const before = memory
    memory = next
    for (const line of next.lines) {
      if (memoryOf(before, line.name).standing !== line.standing) onStanding(line)
    }
    const [from, to] = [currentOf(before), currentOf(next)]
    if (from !== to) onMoved(from, to)
  }
  return {
    of: (name) => memoryOf(memory, name),
    usable: () => usable(memory),
    current: () => currentOf(memory),
    held: () => memory.held,
    sign: (name, sign) => change(after(memory, name, sign, now(), parts)),
    hold: (name) => change({ ...memory, held: name }),
  }
}

function memoryOf({ lines }: LinesMemory, name: string): LineMemory {
  const found = lines.find((line) => line.name === name)
  if (found === undefined) throw new AgentError('NOT_FOUND', `no line ${name}`)
  return found
}
