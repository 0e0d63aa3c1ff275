import type { Io } from './io.ts'

/** The real devices. Each module loads when it is first asked for. */
export const nativeIo: Io = {
  pcsc: async () => (await import('./pcsc.ts')).loadPcsc(),
  serial: async () => (await import('./serial.ts')).loadSerial(),
  hid: async () => (await import('./hid.ts')).loadHid(),
}
