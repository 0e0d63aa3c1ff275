/** A run that long names a certificate; shorter ones occur by chance. */
const RUN_BYTES = 4
/** Characters of base64 that a run of four bytes settles, whatever stands before it. */
const SETTLED = { 0: [0, 5], 1: [2, 6], 2: [3, 8] } as const

/**
 * The runs of four bytes of a secret that a text shows in hex or base64, at any alignment. The head
 * of a DER object (`30 82 LL LL`) is its length and no secret; runs of one byte are padding.
 */
export function runsIn(text: string, secrets: readonly Uint8Array[]): string[] {
  const hex = text.toLowerCase()
  return secrets
    .flatMap((secret) => runsOf(secret).filter((run) => shows(text, hex, run)))
    .map((run) => run.toString('hex'))
}

function runsOf(secret: Uint8Array): Buffer[] {
  const bytes = Buffer.from(secret)
  const isDer = bytes[0] === 0x30 && bytes[1] === 0x82
  const runs: Buffer[] = []
  for (let at = isDer ? 1 : 0; at + RUN_BYTES <= bytes.length; at++) {
    const run = bytes.subarray(at, at + RUN_BYTES)
    if (new Set(run).size > 1) runs.push(run)
  }
  return runs
}

function shows(text: string, hex: string, run: Buffer): boolean {
  const raw = run.toString('latin1')
  // Figures alone are times of the recording.
  if (!/^\d+$/.test(raw) && text.includes(raw)) return true
  if (atByte(hex, run.toString('hex'))) return true
  return [0, 1, 2].some((shift) => {
    const [from, to] = SETTLED[shift === 0 ? 0 : shift === 1 ? 1 : 2]
    const base64 = Buffer.concat([Buffer.alloc(shift), run])
      .toString('base64')
      .slice(from, to)
    return text.includes(base64)
  })
}

/** At a whole byte of a run of hex digits: half a byte further is another number. */
function atByte(hex: string, run: string): boolean {
  for (let at = hex.indexOf(run); at >= 0; at = hex.indexOf(run, at + 1)) {
    const before = /[0-9a-f]*$/.exec(hex.slice(Math.max(0, at - 4_096), at))?.[0] ?? ''
    if (before.length % 2 === 0) return true
  }
  return false
}
