import type { Card } from '../../agent/sim/card/card.ts'
import type { Mishap } from '../../agent/sim/card/presented.ts'
import type { Reader, ReaderEvent, ReaderFault } from '../../drivers/driver.ts'

/** One driver on a device that a test can use like a receptionist and like an electrician. */
export interface Bench {
  readonly reader: Reader
  /** A hand takes so long from one card to the next: a quicker change goes unseen here. Default 0. */
  readonly handMs?: number
  /** Puts a card down. Resolves when it lies there. */
  put(card: Card, mishap?: Mishap): Promise<void>
  take(): Promise<void>
  /** Takes the device, or what drives it, away; a card that lies there stays. */
  outage(): Promise<void>
  cure(): Promise<void>
  close(): Promise<void>
}

export interface BenchMaker {
  /** Driver and transport, for people. */
  readonly name: string
  readonly driver: string
  readonly outageIs: ReaderFault
  /** Why there is none on this machine. */
  readonly missing: string | undefined
  open(): Promise<Bench>
}

/** Follows a reader's events, one at a time. */
export function follow(reader: Reader) {
  const events = reader.events()[Symbol.asyncIterator]()
  const next = async (): Promise<ReaderEvent> => {
    const { value, done } = await events.next()
    if (done === true) throw new Error('the events have ended')
    return value
  }
  return {
    next,
    ended: async () => (await events.next()).done,
    /** Skips events until one fits. */
    until: async (fits: (event: ReaderEvent) => boolean): Promise<ReaderEvent> => {
      for (;;) {
        const event = await next()
        if (fits(event)) return event
      }
    },
  }
}
