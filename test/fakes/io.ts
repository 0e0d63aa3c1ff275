import type { Io } from '../../drivers/io/io.ts'

const absent = () => Promise.reject(new Error('this test has no such device'))

/** Only the devices that a test brings. */
export const ioOf = (devices: Partial<Io>): Io => ({
  pcsc: absent,
  serial: absent,
  hid: absent,
  ...devices,
})
