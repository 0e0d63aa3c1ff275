import type { Conditions } from '../kernel/conditions.ts'
import type { Clock, Log, Part } from '../kernel/ports.ts'
import type { Presented, ReaderState, WaitingPresentation } from '../kernel/presentation.ts'
import {
  type ConfirmedCard,
  type Confirming,
  openWaitingRoom,
  type WaitingRoom,
} from './presentations.ts'
import { type ReaderNews, type ReaderSetup, superviseReader } from './supervisor.ts'

/** The readers of the clinic and the taps that wait. `T`: what a confirmation comes to. */
export interface Intake<T> extends Part {
  readers(): ReaderState[]
  /** Process ids of the readers' children, in the readers' order; undefined between two. */
  pids(): (number | undefined)[]
  presentations(): WaitingPresentation[]
  /** Calls back after each change of a reader and each news of what stands there, until unsubscribed. */
  onChange(hear: () => void): () => void
  /** See `WaitingRoom.confirm`. */
  confirm(id: string, how: Confirming, use: (card: ConfirmedCard) => Promise<T>): Promise<T>
  close(): Promise<void>
}

export interface IntakeSetup {
  /** Names differ. */
  readonly readers: readonly ReaderSetup[]
  readonly clock: Clock
  readonly log: Log
  readonly conditions: Pick<Conditions, 'raise' | 'clear'>
  /** How long an unconfirmed tap waits. */
  readonly lapseMs: number
  /** Is told what stood on which reader. */
  readonly stood?: (reader: string, kind: Presented['kind'] | 'unreadable') => void
  /** The entry of a reader's process; another one in tests. */
  readonly host?: string
}

/** Starts one supervised process per reader. A reader that does not work is no error here. */
export function openIntake<T>({ readers, lapseMs, stood, ...ports }: IntakeSetup): Intake<T> {
  const room = openWaitingRoom<T>(ports.clock, lapseMs)
  const hearers = new Set<() => void>()
  const changed = () => {
    for (const hear of hearers) hear()
  }
  const supervisors = readers.map((setup) =>
    superviseReader(setup, {
      ...ports,
      changed,
      news: (news) => {
        admit(room, setup.name, news)
        if (news.is === 'presented') stood?.(setup.name, news.presented.kind)
        else if (news.is === 'card-fault') stood?.(setup.name, 'unreadable')
        changed()
      },
    }),
  )
  return {
    readers: () => supervisors.map((supervisor) => supervisor.state()),
    pids: () => supervisors.map((supervisor) => supervisor.pid()),
    presentations: () => room.list(),
    onChange(hear) {
      hearers.add(hear)
      return () => void hearers.delete(hear)
    },
    confirm: (id, how, use) => room.confirm(id, how, use),
    close: async () => {
      await Promise.all(supervisors.map((supervisor) => supervisor.close()))
      room.close()
    },
  }
}

function admit<T>(room: WaitingRoom<T>, reader: string, news: ReaderNews): void {
  switch (news.is) {
    case 'presented':
      room.presented(reader, news.presented, news.sign, news.pinPad)
      break
    case 'card-fault':
      room.unreadable(reader, news.code)
      break
    case 'gone':
      room.left(reader, news.reason)
      break
  }
}
