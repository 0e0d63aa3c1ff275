import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { codeOf } from '../../../agent/kernel/errors.ts'
import { descriptor } from '../../../agent/sim/reader/uhid.ts'

/** A HID reader made by this kernel's device side, on a cable to its host side (dummy_hcd). */
export interface Gadget {
  /** One report of the device, its id first. */
  send(report: Uint8Array): void
  plug(): void
  unplug(): void
}

const FOLDER = '/sys/kernel/config/usb_gadget/reader'
const UDC = 'dummy_udc.0'
const NODE = '/dev/hidg0'
const REPORT_BYTES = 64
/** A blocking read would hold up the end of the process, so the node is polled, ms. */
const POLL_MS = 2

/**
 * Makes it, not plugged in. `take` gets each report of the host, its id first.
 * [Linux, Documentation/usb/gadget_configfs.rst, gadget_hid.rst]
 */
export function makeGadget(take: (report: Uint8Array) => void): Gadget {
  prepare()
  let fd: number | undefined
  let waiting: Uint8Array[] = []
  const buffer = Buffer.alloc(REPORT_BYTES)
  const turn = () => {
    while (fd !== undefined && waits(() => readSync(Number(fd), buffer)) > 0)
      take(Uint8Array.from(buffer))
    const [next] = waiting
    if (fd === undefined || next === undefined) return
    if (waits(() => writeSync(Number(fd), next)) > 0) waiting = waiting.slice(1)
  }
  let timer: NodeJS.Timeout | undefined
  return {
    send: (report) => {
      if (fd !== undefined) waiting.push(report)
    },
    plug: () => {
      put('UDC', UDC)
      fd = openSync(NODE, constants.O_RDWR | constants.O_NONBLOCK)
      timer = setInterval(turn, POLL_MS)
    },
    unplug: () => {
      if (fd === undefined) return
      clearInterval(timer)
      closeSync(fd)
      fd = undefined
      waiting = []
      put('UDC', '\n')
    },
  }
}

const put = (file: string, value: string | Uint8Array) => writeFileSync(join(FOLDER, file), value)

/** A gadget stays until the machine ends, also one that another process made. */
function prepare(): void {
  if (existsSync(FOLDER)) {
    if (readFileSync(join(FOLDER, 'UDC'), 'utf8').trim() !== '') put('UDC', '\n')
    return
  }
  for (const part of ['strings/0x409', 'functions/hid.usb0', 'configs/c.1'])
    mkdirSync(join(FOLDER, part), { recursive: true })
  put('idVendor', '0x0acd')
  put('idProduct', '0x3530')
  put('strings/0x409/manufacturer', 'IDTECH')
  put('strings/0x409/product', 'VP3300')
  put('strings/0x409/serialnumber', 'SN43')
  put('functions/hid.usb0/report_length', `${REPORT_BYTES}`)
  put('functions/hid.usb0/report_desc', descriptor)
  symlinkSync(join(FOLDER, 'functions/hid.usb0'), join(FOLDER, 'configs/c.1/hid.usb0'))
}

/** Bytes done; 0 where the other end is not there yet. */
function waits(act: () => number): number {
  try {
    return act()
  } catch (error) {
    if (codeOf(error) === 'EAGAIN' || codeOf(error) === 'ESHUTDOWN') return 0
    throw error
  }
}
