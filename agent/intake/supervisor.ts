import { setTimeout as wait } from 'node:timers/promises'
import type { CardFault, Sign } from '../../drivers/driver.ts'
import type { Up } from '../../drivers/messages.ts'
import type { Conditions } from '../kernel/conditions.ts'
import type { Clock, Log, Part } from '../kernel/ports.ts'
import type { Presented, ReaderState } from '../kernel/presentation.ts'
import { type Child, type Ending, startChild } from './child.ts'
import { type ReaderChange, stateAfter } from './reader-state.ts'
import { openSigning } from './signing.ts'

/** One `[[readers]]` of the config; `options` were checked against the driver's schema. */
export interface ReaderSetup {
  readonly name: string
  readonly driver: string
  readonly options: unknown
}

/** What a reader's desk hears of it. `lost`: nobody knows any more what stands on it. */
export type ReaderNews =
  | {
      readonly is: 'presented'
      readonly presented: Presented
      readonly sign: Sign
      readonly pinPad: boolean
    }
  | { readonly is: 'card-fault'; readonly code: CardFault }
  | { readonly is: 'gone'; readonly reason: 'removed' | 'two-cards' | 'lost' }

export interface Supervisor extends Part {
  state(): ReaderState
  /** Process id of the reader's child, while it has one. */
  pid(): number | undefined
  close(): Promise<void>
}

export interface SupervisorPorts {
  readonly clock: Clock
  readonly log: Log
  readonly conditions: Pick<Conditions, 'raise' | 'clear'>
  readonly news: (news: ReaderNews) => void
  /** To be called after each change of `state()`. */
  readonly changed?: () => void
  /** The child's entry; another one in tests. */
  readonly host?: string
}

const RESTART_MS = 100
const RESTART_LIMIT_MS = 1_000
/** A process that lived this long did not fail at its start. */
const STEADY_MS = 10_000
/** The child bounds its own closing to 1 s. */
const CLOSE_LIMIT_MS = 2_000

/** Pause before the next start, after `failures` processes in a row that ended early. */
export const restartAfterMs = (failures: number): number =>
  Math.min(RESTART_MS * 2 ** Math.min(failures, 10), RESTART_LIMIT_MS)

/**
 * How many times as long as usual the next process may be silent while it starts, after `hangs` in a
 * row that were ended for that: what a box at its limits takes for a start would else end each of them.
 */
export const patienceAfter = (hangs: number): number => 4 ** Math.min(hangs, 2)

/**
 * Keeps the process of one reader running for as long as the agent runs. Whatever ends it, or
 * silences it, costs a restart and is a condition until the reader is ready again.
 */
export function superviseReader(setup: ReaderSetup, ports: SupervisorPorts): Supervisor {
  const { clock, log, conditions, news, changed, host } = ports
  const reader = setup.name
  const stop = new AbortController()
  let child: Child | undefined
  let state: ReaderState = {
    name: reader,
    driver: setup.driver,
    state: 'starting',
    since: clock.now(),
    fault: null,
    device: null,
  }

  const change = (to: ReaderChange, detail: string) => {
    state = stateAfter(state, to, clock.now())
    if (state.state !== 'down') conditions.clear('READER_DOWN', reader)
    else conditions.raise('READER_DOWN', reader, { code: state.fault ?? 'READER_HUNG', detail })
    changed?.()
  }
  const take = makeTaker(reader, log, news, change)
  const live = async (patience: number) => {
    const signing = openSigning((body) => child?.send(body))
    const taken = (message: Up) => {
      if (!signing.take(message)) take(message, signing.signOf)
    }
    child = startChild(taken, host, patience)
    child.send({ is: 'open', driver: setup.driver, options: setup.options })
    const ending = await child.ended
    child = undefined
    signing.close()
    return ending
  }
  const run = async () => {
    let failures = 0
    let hangs = 0
    while (!stop.signal.aborted) {
      const startedAt = performance.now()
      const { why, exit, hasSpoken } = await live(patienceAfter(hangs))
      if (stop.signal.aborted) return
      log.error({ reader, why, exit }, 'reader-process-ended')
      change(lossOf(why), `the reader’s process ended (${why}, ${exit})`)
      news({ is: 'gone', reason: 'lost' })
      failures = performance.now() - startedAt < STEADY_MS ? failures + 1 : 0
      hangs = why === 'hung' && !hasSpoken ? hangs + 1 : 0
      await clock.sleep(restartAfterMs(failures), stop.signal)
    }
  }
  const done = run()

  return {
    state: () => state,
    pid: () => child?.pid,
    close: async () => {
      stop.abort()
      child?.send({ is: 'close' })
      const timer = new AbortController()
      const late = wait(CLOSE_LIMIT_MS, 'late', { signal: timer.signal }).catch(() => 'in time')
      if ((await Promise.race([done, late])) === 'late') child?.kill()
      timer.abort()
      await done
    },
  }
}

/** One of another release must be told from one that hangs: a restart of it cures nothing. */
const lossOf = (why: Ending['why']): ReaderChange =>
  why === 'misunderstood' || why === 'not-started'
    ? { is: 'reader-fault', code: 'DRIVER_UNAVAILABLE' }
    : { is: 'lost' }

/** Turns a child's messages into state, news and log lines. */
function makeTaker(
  reader: string,
  log: Log,
  news: (news: ReaderNews) => void,
  change: (to: ReaderChange, detail: string) => void,
) {
  return (message: Up, signOf: (tap: number) => Sign): void => {
    switch (message.is) {
      case 'ready':
        log.info({ reader, device: message.device }, 'reader-ready')
        change(message, '')
        break
      case 'presented':
        log.info({ reader, kind: message.presented.kind }, 'card-presented')
        change({ is: 'presented' }, '')
        news({
          is: 'presented',
          presented: message.presented,
          sign: signOf(message.tap),
          pinPad: message.pinPad,
        })
        break
      case 'gone':
        log.info({ reader, reason: message.reason }, 'card-gone')
        change({ is: 'gone' }, '')
        news({ is: 'gone', reason: message.reason })
        break
      case 'card-fault':
        log.warn({ reader, code: message.code, detail: message.message }, 'card-fault')
        change({ is: 'card-fault', code: message.code }, '')
        news({ is: 'card-fault', code: message.code })
        break
      case 'reader-fault':
        log.warn({ reader, code: message.code, detail: message.message }, 'reader-fault')
        change({ is: 'reader-fault', code: message.code }, message.message)
        news({ is: 'gone', reason: 'lost' })
        break
      case 'heartbeat':
      case 'signed':
      case 'not-signed':
        break
    }
  }
}
