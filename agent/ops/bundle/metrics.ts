/** Labels whose values are words of ours; of others only that they differ is told. */
const OPEN_LABELS: ReadonlySet<string> = new Set([
  ...['code', 'component', 'severity', 'outcome', 'kind', 'line', 'reader', 'state', 'sink', 'job'],
  ...['le', 'quantile', 'space', 'type', 'version', 'result', 'folder', 'role', 'event', 'number'],
])
const VALUE = /^[A-Za-z][A-Za-z0-9_-]{0,40}$|^[CEAK]\d{1,4}$|^[0-9.]{1,9}$|^\+Inf$/
const SAMPLE =
  /^([a-z_][a-z0-9_]{1,80})(?:\{(.*)\})? (-?(?:[0-9.]{1,24}(?:e[+-]?\d{1,3})?)|[+-]Inf|NaN)$/
const LABEL = /([a-z_][a-z0-9_]*)="((?:[^"\\]|\\.)*)"/g

/** Pure. Prometheus text; who is pushed to has no name in it any more. */
export function leavingMetrics(text: string): string {
  const numbers = new Map<string, number>()
  const alias = (label: string, value: string) => {
    const key = `${label} ${value}`
    const known = numbers.get(key) ?? numbers.size + 1
    numbers.set(key, known)
    return `${label}-${known}`
  }
  return text
    .split('\n')
    .flatMap((line) => {
      if (/^# (HELP|TYPE) [a-z_][a-z0-9_]* [ -~]*$/.test(line)) return [line]
      const [, name, labels = '', value] = SAMPLE.exec(line) ?? []
      if (name === undefined) return []
      const shown = [...labels.matchAll(LABEL)].map(([, label = '', held = '']) => {
        const isOpen = OPEN_LABELS.has(label) && VALUE.test(held)
        return `${label}="${isOpen ? held : alias(label, held)}"`
      })
      return [`${name}${shown.length === 0 ? '' : `{${shown.join(',')}}`} ${value}`]
    })
    .map((line) => `${line}\n`)
    .join('')
}
