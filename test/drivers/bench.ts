import type { Card } from '../../agent/sim/card/card.ts'
import { type LinkServer, startLink } from '../../agent/sim/card/link.ts'
import { startPcscd, whyNoPcscd } from '../../agent/sim/card/pcscd.ts'
import { type Mishap, type Presented, present } from '../../agent/sim/card/presented.ts'
import { attachToVpcd, type VpcdAttachment } from '../../agent/sim/card/vpcd.ts'
import type { Reader, ReaderEvent, ReaderFault } from '../../drivers/driver.ts'
import { loadPcsc } from '../../drivers/io/pcsc.ts'
import { pcsc } from '../../drivers/pcsc.ts'
import { sim } from '../../drivers/sim.ts'

/** One driver on a device that a test can use like a receptionist and like an electrician. */
export interface Bench {
  readonly reader: Reader
  /** Puts a card down. Resolves when it lies there. */
  put(card: Card, mishap?: Mishap): Promise<void>
  take(): Promise<void>
  /** Takes the device, or what drives it, away; a card that lies there stays. */
  outage(): Promise<void>
  cure(): Promise<void>
  close(): Promise<void>
}

export interface BenchMaker {
  readonly name: string
  readonly outageIs: ReaderFault
  /** Why there is none on this machine. */
  readonly missing: string | undefined
  open(): Promise<Bench>
}

export const benches: readonly BenchMaker[] = [
  { name: 'sim', outageIs: 'READER_GONE', missing: undefined, open: openSimBench },
  { name: 'pcsc', outageIs: 'READER_SERVICE_DOWN', missing: whyNoPcscd(), open: openPcscBench },
]

async function openSimBench(): Promise<Bench> {
  const host = '127.0.0.1'
  let link: LinkServer = await startLink({ host, port: 0 })
  const { port } = link
  const reader = await sim.open({ host, port }, { pcsc: () => Promise.reject(new Error('none')) })
  let lying: Presented | undefined
  const take = () => {
    lying = undefined
    link.remove()
    return Promise.resolve()
  }
  return {
    reader,
    put: (card, mishap = {}) => {
      lying = present(card, mishap, () => void take())
      link.insert(lying)
      return Promise.resolve()
    },
    take,
    outage: () => link.close(),
    cure: async () => {
      link = await startLink({ host, port })
      if (lying !== undefined) link.insert(lying)
    },
    close: async () => {
      await reader.close()
      await link.close()
    },
  }
}

async function openPcscBench(): Promise<Bench> {
  const daemon = await startPcscd()
  if (daemon === undefined) throw new Error('whyNoPcscd says why')
  Object.assign(process.env, daemon.env)
  const reader = await pcsc.open({ reader: '' }, { pcsc: () => Promise.resolve(loadPcsc()) })
  let lying: VpcdAttachment | undefined
  const take = async () => {
    const before = lying
    lying = undefined
    await before?.remove()
  }
  return {
    reader,
    put: async (card, mishap = {}) => {
      const presented = present(card, mishap, () => void take())
      lying = await attachToVpcd({ host: '127.0.0.1', port: daemon.port(), card: presented })
    },
    take,
    outage: () => daemon.kill(),
    cure: () => daemon.restart(),
    close: async () => {
      await reader.close()
      await take()
      await daemon.stop()
    },
  }
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
