import type { Card } from '../../agent/sim/card/card.ts'
import { startPcscd, whyNoPcscd } from '../../agent/sim/card/pcscd.ts'
import { type Mishap, present } from '../../agent/sim/card/presented.ts'
import { attachToVpcd, type VpcdAttachment } from '../../agent/sim/card/vpcd.ts'
import { startPn532Reader } from '../../agent/sim/reader/pn532.ts'
import { openVivopayReader } from '../../agent/sim/reader/vivopay.ts'
import { pollTypeOf } from '../../agent/sim/reader/vivopay-field.ts'
import type { Io } from '../../drivers/io/io.ts'
import { loadPcsc } from '../../drivers/io/pcsc.ts'
import { hidPlug } from '../fakes/hid.ts'
import { ioOf } from '../fakes/io.ts'
import { tcpSerial } from '../fakes/tcp-serial.ts'

/** A device with a simulator behind it, on which sessions are recorded. */
export interface Stage {
  readonly options: Readonly<Record<string, unknown>>
  readonly io: Io
  put(card: Card, mishap?: Mishap): Promise<void>
  take(): Promise<void>
  close(): Promise<void>
}

export interface StageMaker {
  /** Also of the fixture that is recorded with it. */
  readonly name: string
  readonly driver: string
  /** Why there is none on this machine. */
  readonly missing: string | undefined
  open(): Promise<Stage>
}

const simulated = { missing: undefined } as const

export const stages: readonly StageMaker[] = [
  { name: 'pcsc', driver: 'pcsc', missing: whyNoPcscd(), open: openPcscStage },
  { name: 'pn532', driver: 'pn532', ...simulated, open: () => openPn532Stage('pn532') },
  // Answers of a card come in several frames.
  { name: 'rcs620s', driver: 'pn532', ...simulated, open: () => openPn532Stage('rcs620s', 100) },
  { name: 'vivopay', driver: 'vivopay', ...simulated, open: openVivopayStage },
]

async function openPcscStage(): Promise<Stage> {
  const daemon = await startPcscd()
  if (daemon === undefined) throw new Error('whyNoPcscd says why')
  Object.assign(process.env, daemon.env)
  let lying: VpcdAttachment | undefined
  const take = async () => {
    const before = lying
    lying = undefined
    await before?.remove()
  }
  return {
    options: { reader: 'Virtual PCD 00 00' },
    io: ioOf({ pcsc: () => Promise.resolve(loadPcsc()) }),
    put: async (card, mishap = {}) => {
      const presented = present(card, mishap, () => void take())
      lying = await attachToVpcd({ host: '127.0.0.1', port: daemon.port(), card: presented })
    },
    take,
    close: async () => {
      await take()
      await daemon.stop()
    },
  }
}

async function openPn532Stage(dialect: 'pn532' | 'rcs620s', pieceBytes?: number): Promise<Stage> {
  const reader = await startPn532Reader({
    host: '127.0.0.1',
    port: 0,
    dialect,
    ...(pieceBytes !== undefined && { pieceBytes }),
  })
  // As a slow adapter hands bytes over, and with noise on the line.
  reader.trouble({ pieceBytes: 17, garbage: Uint8Array.of(0x5a, 0xa5, 0x5a, 0xa5) })
  return {
    options: { port: '/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0', dialect },
    io: ioOf({ serial: () => Promise.resolve(tcpSerial(reader.port)) }),
    put: (card, mishap = {}) => {
      const presented = present(card, mishap, () => reader.remove())
      return Promise.resolve(reader.insert(presented))
    },
    take: () => Promise.resolve(reader.remove()),
    close: () => reader.close(),
  }
}

function openVivopayStage(): Promise<Stage> {
  const plug = hidPlug()
  const device = openVivopayReader({ send: plug.send })
  plug.plug(device)
  return Promise.resolve({
    options: { device: '', usb: '', serial_number: '' },
    io: ioOf({ hid: () => Promise.resolve(plug.hid) }),
    put: (card, mishap = {}) => {
      const presented = present(card, mishap, () => device.remove())
      return Promise.resolve(device.put(presented, pollTypeOf(card.kind)))
    },
    take: () => Promise.resolve(device.remove()),
    close: () => Promise.resolve(device.close()),
  })
}
