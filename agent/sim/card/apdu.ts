/** Status words of ISO/IEC 7816-4, as the simulated cards use them. */
export const status = {
  ok: 0x9000,
  wrongLength: 0x6700,
  securityStatusNotSatisfied: 0x6982,
  incompatibleFile: 0x6981,
  blocked: 0x6984,
  conditionsNotSatisfied: 0x6985,
  noCurrentFile: 0x6986,
  wrongData: 0x6a80,
  fileNotFound: 0x6a82,
  wrongParameters: 0x6a86,
  outsideFile: 0x6b00,
  wrongLe: 0x6c00,
  unknownInstruction: 0x6d00,
  unknownClass: 0x6e00,
} as const

/** `63 Cx`: `left` tries remain. */
export const triesLeft = (left: number): number => 0x63c0 | left

/** A short command. `le` is the number of bytes wanted (1–256), undefined where none is. */
export interface Command {
  readonly cla: number
  readonly ins: number
  readonly p1: number
  readonly p2: number
  readonly data: Uint8Array
  readonly le: number | undefined
}

/** Undefined where the lengths do not fit, extended length included. ISO/IEC 7816-3, 12.1. */
export function parseCommand(apdu: Uint8Array): Command | undefined {
  const [cla, ins, p1, p2, p3] = apdu
  if (cla === undefined || ins === undefined || p1 === undefined || p2 === undefined) return
  const header = { cla, ins, p1, p2 }
  const none = new Uint8Array()
  if (p3 === undefined) return { ...header, data: none, le: undefined }
  if (apdu.length === 5) return { ...header, data: none, le: p3 === 0 ? 256 : p3 }
  if (p3 === 0) return
  const data = apdu.slice(5, 5 + p3)
  const [le, ...surplus] = apdu.subarray(5 + p3)
  if (data.length < p3 || surplus.length > 0) return
  return { ...header, data, le: le === 0 ? 256 : le }
}

/** An answer: data, then the status word. */
export function answer(statusWord: number, data: Uint8Array = new Uint8Array()): Uint8Array {
  return Uint8Array.from([...data, statusWord >> 8, statusWord & 0xff])
}
