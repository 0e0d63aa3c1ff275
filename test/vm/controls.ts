/** Of the machine's loopback, where test/vm/guest/hid-reader.ts is told what to do. */
export const HID_CONTROL_PORT = 35_972
