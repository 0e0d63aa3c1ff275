import type { ReaderEvent } from '../driver.ts'
import type { HeldCard, Hid, Io, Pcsc, PcscClient, Port, Serial } from '../io/io.ts'
import { type Noted, recordedCode, type Told } from './recording.ts'

type Note = (noted: Noted) => void

/** An `io` that works like the one given and notes what passes through it. */
export function recordingIo(io: Io, note: Note): Io {
  const ports = counter()
  const portOf = (family: 'serial' | 'hid', open: () => Promise<Port>) =>
    openPort(family, open, ports, note)
  return {
    pcsc: async () => recordingPcsc(await loaded('pcsc', io.pcsc(), note), note),
    serial: async () => {
      const serial = await loaded('serial', io.serial(), note)
      return recordingSerial(serial, portOf)
    },
    hid: async () => recordingHid(await loaded('hid', io.hid(), note), portOf, note),
  }
}

function counter() {
  let count = 0
  return () => {
    count += 1
    return count
  }
}

async function loaded<T>(
  family: 'pcsc' | 'serial' | 'hid',
  loading: Promise<T>,
  note: Note,
): Promise<T> {
  try {
    return await loading
  } catch (error) {
    note({ is: 'not-loaded', family, code: recordedCode(error) })
    throw error
  }
}

type OpenPort = (family: 'serial' | 'hid', open: () => Promise<Port>) => Promise<Port>

const recordingSerial = (serial: Serial, portOf: OpenPort): Serial => ({
  open: (path, baudRate) => portOf('serial', () => serial.open(path, baudRate)),
})

const recordingHid = (hid: Hid, portOf: OpenPort, note: Note): Hid => ({
  devices: async () => {
    const devices = await hid.devices()
    note({
      is: 'listed',
      devices: devices.map(({ vendorId, productId, product }) => ({
        vendorId,
        productId,
        product,
      })),
    })
    return devices
  },
  open: (path) => portOf('hid', () => hid.open(path)),
})

async function openPort(
  family: 'serial' | 'hid',
  open: () => Promise<Port>,
  next: () => number,
  note: Note,
): Promise<Port> {
  const opened = await open().catch((error: unknown) => {
    note({ is: 'not-opened', family, code: recordedCode(error) })
    throw error
  })
  const port = next()
  note({ is: 'opened', port, family })
  return {
    incoming: () => incoming(opened, port, note),
    write: async (bytes) => {
      // Before it goes out: the answer may be noted before the writing is done.
      note({ is: 'wrote', port, bytes: hexOf(bytes) })
      await opened.write(bytes)
    },
    close: async () => {
      note({ is: 'closed', port })
      await opened.close()
    },
  }
}

async function* incoming(opened: Port, port: number, note: Note) {
  try {
    for await (const bytes of opened.incoming()) {
      note({ is: 'came', port, bytes: hexOf(bytes) })
      yield bytes
    }
  } catch (error) {
    note({ is: 'lost', port, code: recordedCode(error) })
    throw error
  }
}

function recordingPcsc(pcsc: Pcsc, note: Note): Pcsc {
  const clients = counter()
  const holds = counter()
  return {
    connect: () => {
      const connected = connect(pcsc, note)
      const client = clients()
      note({ is: 'connected', client })
      return recordingClient(connected, client, holds, note)
    },
  }
}

function connect(pcsc: Pcsc, note: Note): PcscClient {
  try {
    return pcsc.connect()
  } catch (error) {
    note({ is: 'not-connected', code: recordedCode(error) })
    throw error
  }
}

function recordingClient(
  connected: PcscClient,
  client: number,
  holds: () => number,
  note: Note,
): PcscClient {
  return {
    ...connected,
    changes: () => changes(connected, client, note),
    hold: async (slot) => {
      const held = await connected.hold(slot).catch((error: unknown) => {
        note({ is: 'not-held', client, slot, code: recordedCode(error) })
        throw error
      })
      const hold = holds()
      const pinPad = held.pinPad !== undefined
      note({ is: 'held', client, hold, slot, atr: hexOf(held.atr), pinPad })
      return recordingCard(held, hold, note)
    },
    close: async () => {
      note({ is: 'left', client })
      await connected.close()
    },
  }
}

async function* changes(connected: PcscClient, client: number, note: Note) {
  try {
    for await (const change of connected.changes()) {
      const { slot, is: state, count } = change
      note({ is: 'slot', client, slot, state, count })
      yield change
    }
  } catch (error) {
    note({ is: 'service-lost', client, code: recordedCode(error) })
    throw error
  }
}

/** PIN entry is not recorded, and nobody asks for it while a recording runs. */
const recordingCard = (held: HeldCard, hold: number, note: Note): HeldCard => ({
  ...held,
  transmit: async (apdu) => {
    note({ is: 'sent', hold, apdu: hexOf(apdu) })
    try {
      const answer = await held.transmit(apdu)
      note({ is: 'answered', hold, apdu: hexOf(answer) })
      return answer
    } catch (error) {
      note({ is: 'not-answered', hold, code: recordedCode(error) })
      throw error
    }
  },
  release: async () => {
    note({ is: 'released', hold })
    await held.release()
  },
})

/** Of an event what is no card data. */
export function toldBy(event: ReaderEvent): Told {
  switch (event.is) {
    case 'ready':
      return { is: 'ready' }
    case 'presented': {
      const { presented, pinPad } = event
      const { kind } = presented
      const named = kind === 'other-card' && presented.name !== undefined
      return {
        is: 'presented',
        kind,
        ...(named && { name: presented.name }),
        ...(pinPad !== undefined && { pinPad }),
      }
    }
    case 'gone':
      return { is: 'gone', reason: event.reason }
    case 'card-fault':
    case 'reader-fault':
      return { is: event.is, code: event.code }
  }
}

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
