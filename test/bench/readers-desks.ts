import { superviseReader } from '../../agent/intake/supervisor.ts'
import { Conditions } from '../../agent/kernel/conditions.ts'
import { systemClock } from '../../agent/platform.ts'
import { startLink } from '../../agent/sim/card/link.ts'
import { startPcscd, whyNoPcscd } from '../../agent/sim/card/pcscd.ts'
import type { Presented } from '../../agent/sim/card/presented.ts'
import { attachToVpcd, type VpcdAttachment } from '../../agent/sim/card/vpcd.ts'
import { startPn532Reader } from '../../agent/sim/reader/pn532.ts'
import { openVivopayReader } from '../../agent/sim/reader/vivopay.ts'
import { pollTypeOf } from '../../agent/sim/reader/vivopay-field.ts'
import { vivopay } from '../../drivers/vivopay.ts'
import { openPty, whyNoPty } from '../drivers/benches/pn532.ts'
import { hidPlug } from '../fakes/hid.ts'
import { ioOf } from '../fakes/io.ts'
import { recordingLog } from '../fakes/log.ts'

/** A place for cards, and what is told of it. */
export interface OpenDesk extends AsyncDisposable {
  put(card: Presented): Promise<void>
  take(): Promise<void>
  /** When it is told next, on this process's clock, ms. */
  next(is: string): Promise<number>
}

export interface Desk {
  readonly name: string
  readonly missing: string | undefined
  /** How this reader finds a card. */
  readonly finds: string
  open(): Promise<OpenDesk>
}

/** Each with its driver in a process of its own, as the daemon has it. */
export const desks: readonly Desk[] = [
  { name: 'sim', missing: undefined, finds: 'told by the simulator', open: openSim },
  { name: 'pcsc', missing: whyNoPcscd(), finds: 'pcscd asks vpcd every 400 ms', open: openPcsc },
  {
    name: 'pn532',
    missing: whyNoPty(),
    finds: 'a look every 40 ms; a pty has no 115,200 baud',
    open: openPn532,
  },
  {
    name: 'vivopay',
    missing: undefined,
    finds: 'the reader looks by itself; reports in memory, no process between',
    open: openVivopay,
  },
]

function openNews() {
  const waiting = new Map<string, (at: number) => void>()
  return {
    tell: (is: string) => waiting.get(is)?.(performance.now()),
    next: (is: string) =>
      new Promise<number>((resolve) => {
        waiting.set(is, resolve)
      }),
  }
}

/** What is told of a supervised reader. */
function supervised(driver: string, options: unknown) {
  const news = openNews()
  const supervisor = superviseReader(
    { name: driver, driver, options },
    {
      clock: systemClock,
      log: recordingLog(),
      conditions: new Conditions(systemClock),
      news: ({ is }) => news.tell(is),
    },
  )
  return { next: news.next, close: () => supervisor.close() }
}

const here = { host: '127.0.0.1', port: 0 } as const

async function openSim(): Promise<OpenDesk> {
  const link = await startLink(here)
  const reader = supervised('sim', { port: link.port })
  return {
    next: reader.next,
    put: async (card) => link.insert(card),
    take: async () => link.remove(),
    async [Symbol.asyncDispose]() {
      await reader.close()
      await link.close()
    },
  }
}

async function openPcsc(): Promise<OpenDesk> {
  const daemon = await startPcscd()
  if (daemon === undefined) throw new Error('whyNoPcscd says why')
  Object.assign(process.env, daemon.env)
  const reader = supervised('pcsc', {})
  let lying: VpcdAttachment | undefined
  return {
    next: reader.next,
    put: async (card) => {
      lying = await attachToVpcd({ host: here.host, port: daemon.port(), card })
    },
    take: async () => lying?.remove(),
    async [Symbol.asyncDispose]() {
      await reader.close()
      await lying?.remove()
      await daemon.stop()
      for (const name of Object.keys(daemon.env)) delete process.env[name]
    },
  }
}

async function openPn532(): Promise<OpenDesk> {
  const chip = await startPn532Reader({ ...here, dialect: 'pn532' })
  const pty = await openPty(chip.port)
  const reader = supervised('pn532', { port: pty.path })
  return {
    next: reader.next,
    put: async (card) => chip.insert(card),
    take: async () => chip.remove(),
    async [Symbol.asyncDispose]() {
      await reader.close()
      await pty.close()
      await chip.close()
    },
  }
}

async function openVivopay(): Promise<OpenDesk> {
  const plug = hidPlug()
  const device = openVivopayReader({ send: plug.send })
  plug.plug(device)
  const io = ioOf({ hid: async () => plug.hid })
  const reader = await vivopay.open({ device: '', usb: '', serial_number: '' }, io)
  const news = openNews()
  const follow = async () => {
    for await (const { is } of reader.events()) news.tell(is)
  }
  const following = follow()
  return {
    next: news.next,
    put: async (card) => device.put(card, pollTypeOf('my-number')),
    take: async () => device.remove(),
    async [Symbol.asyncDispose]() {
      await reader.close()
      await following
      device.close()
    },
  }
}
