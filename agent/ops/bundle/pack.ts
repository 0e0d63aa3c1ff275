import { zipSync } from 'fflate'

/** Mail gateways of clinics refuse more. */
export const BUNDLE_MOST_BYTES = 2_000_000

/** A ZIP of texts, in memory: a full disk holds up nothing. Every entry has the one time given. */
export function packed(
  files: readonly (readonly [name: string, text: string])[],
  at: number,
): Uint8Array {
  const entries = files.map(([name, text]) => [name, Buffer.from(text)] as const)
  return zipSync(Object.fromEntries(entries), { level: 9, mtime: at })
}
