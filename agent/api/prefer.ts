/**
 * The `wait` of a `Prefer` header (RFC 7240), ms; undefined without one. Lenient as the RFC asks:
 * what is not understood is not there, and the first of two counts. `respond-async` is a wait of 0.
 */
export function waitOf(
  header: string | string[] | undefined,
  maxSeconds: number,
): number | undefined {
  const preferences = parse(Array.isArray(header) ? header.join(',') : (header ?? ''))
  const wait = preferences.get('wait')
  if (wait !== undefined && /^\d{1,9}$/.test(wait)) return Math.min(Number(wait), maxSeconds) * 1000
  return preferences.has('respond-async') ? 0 : undefined
}

function parse(header: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const item of split(header.slice(0, READ_CHARACTERS))) {
    const [, name = '', value = ''] = /^\s*([\w-]+)\s*(?:=\s*"?([^";]*)"?)?/.exec(item) ?? []
    const key = name.toLowerCase()
    if (!found.has(key)) found.set(key, value.trim())
  }
  return found
}

/** Splitting open quotes takes time by the square of their number. */
const READ_CHARACTERS = 512

/** At commas that stand outside quotes. */
const split = (header: string): string[] => header.match(/(?:"(?:[^"\\]|\\.)*"|[^,"]|")+/g) ?? []
