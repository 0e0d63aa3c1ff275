/** A run that long names a certificate; shorter ones occur by chance. */
const RUN_BYTES = 4
/** In base64 it takes so many: the five characters that four bytes settle are too often hex digits. */
const BASE64_RUN_BYTES = 6
/** Characters of base64 that such a run settles, whatever stands so many bytes before it. */
const SETTLED = [
  [0, 8],
  [2, 9],
  [3, 10],
] as const

/**
 * The runs of a secret that a text shows as it is, in hex or in base64, at any alignment. The head
 * of a DER object (`30 82 LL LL`) is its length and no secret; runs of one byte are padding.
 */
export function runsIn(text: string, secrets: readonly Uint8Array[]): string[] {
  const hex = text.toLowerCase()
  return secrets
    .flatMap((secret) => [
      ...runsOf(secret, RUN_BYTES).filter((run) => isPlain(text, hex, run)),
      ...runsOf(secret, BASE64_RUN_BYTES).filter((run) => isBase64(text, run)),
    ])
    .map((run) => run.toString('hex'))
}

function runsOf(secret: Uint8Array, count: number): Buffer[] {
  const bytes = Buffer.from(secret)
  const isDer = bytes[0] === 0x30 && bytes[1] === 0x82
  const runs: Buffer[] = []
  for (let at = isDer ? 1 : 0; at + count <= bytes.length; at++) {
    const run = bytes.subarray(at, at + count)
    if (new Set(run).size > 1) runs.push(run)
  }
  return runs
}

function isPlain(text: string, hex: string, run: Buffer): boolean {
  const raw = run.toString('latin1')
  // Figures alone are times of the recording.
  if (!/^\d+$/.test(raw) && text.includes(raw)) return true
  return atByte(hex, run.toString('hex'))
}

const isBase64 = (text: string, run: Buffer): boolean =>
  SETTLED.some(([from, to], shift) => {
    const base64 = Buffer.concat([Buffer.alloc(shift), run])
      .toString('base64')
      .slice(from, to)
    const url = base64.replaceAll('+', '-').replaceAll('/', '_')
    return text.includes(base64) || text.includes(url)
  })

/** At a whole byte of a run of hex digits: half a byte further is another number. */
function atByte(hex: string, run: string): boolean {
  for (let at = hex.indexOf(run); at >= 0; at = hex.indexOf(run, at + 1)) {
    const before = /[0-9a-f]*$/.exec(hex.slice(Math.max(0, at - 4_096), at))?.[0] ?? ''
    if (before.length % 2 === 0) return true
  }
  return false
}
