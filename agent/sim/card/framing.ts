/** One message as both wires carry it: its length as u16 big-endian, then itself. */
export function frame(payload: Uint8Array): Uint8Array {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(payload.length)
  return Buffer.concat([length, payload])
}

/** Cuts a byte stream into messages, however the network cut it. */
export function makeFramer(take: (payload: Uint8Array) => void): (chunk: Uint8Array) => void {
  let rest: Buffer = Buffer.alloc(0)
  return (chunk) => {
    rest = Buffer.concat([rest, chunk])
    while (rest.length >= 2) {
      const end = 2 + rest.readUInt16BE()
      if (rest.length < end) return
      const payload = Uint8Array.from(rest.subarray(2, end))
      rest = rest.subarray(end)
      take(payload)
    }
  }
}
