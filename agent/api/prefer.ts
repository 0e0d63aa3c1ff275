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
  for (const item of split(header)) {
    const [name = '', ...rest] = item.split(';', 1)[0]?.split('=') ?? []
    const key = name.trim().toLowerCase()
    const value = rest
      .join('=')
      .trim()
      .replace(/^"(.*)"$/, '$1')
    if (key !== '' && !found.has(key)) found.set(key, value)
  }
  return found
}

/** At commas that stand outside quotes. */
const split = (header: string): string[] => header.match(/(?:"(?:[^"\\]|\\.)*"|[^,"]|")+/g) ?? []
