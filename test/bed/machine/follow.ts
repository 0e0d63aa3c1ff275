import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** The lines that a program prints, from its start on. */
export interface Following {
  /**
   * The first line, of those that no earlier call went past, that the pattern fits. Rejects with
   * the last lines when the program ends without one, or after `limitMs` (default a minute and a half).
   */
  until(pattern: RegExp, limitMs?: number): Promise<string>
  /** Every line so far. */
  lines(): readonly string[]
  close(): void
}

/** A program here, or one elsewhere whose output comes over a wire. */
export interface Program {
  readonly stdout: Readable | null
  readonly stderr: Readable | null
  on(event: 'close', listener: () => void): unknown
  kill(signal: 'SIGKILL'): unknown
}

const LIMIT_MS = 90_000
const SHOWN = 40

/** Follows standard output and standard error of a program. `defaultLimitMs`: of `until`, where it says none. */
export function follow(child: Program, defaultLimitMs = LIMIT_MS): Following {
  const lines: string[] = []
  let seen = 0
  let isOver = false
  let wake = Promise.withResolvers<void>()
  const news = () => {
    wake.resolve()
    wake = Promise.withResolvers()
  }
  for (const stream of [child.stdout, child.stderr])
    if (stream !== null)
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line)
        news()
      })
  child.on('close', () => {
    isOver = true
    news()
  })
  const why = (pattern: RegExp, how: string) =>
    new Error(`${how} before ${pattern}:\n${lines.slice(-SHOWN).join('\n')}`)
  return {
    async until(pattern, limitMs = defaultLimitMs) {
      const deadline = performance.now() + limitMs
      for (;;) {
        const found = lines.findIndex((line, index) => index >= seen && pattern.test(line))
        if (found >= 0) {
          seen = found + 1
          return lines[found] ?? ''
        }
        if (isOver) throw why(pattern, 'it ended')
        const left = deadline - performance.now()
        if (left <= 0) throw why(pattern, 'the time was up')
        const timer = setTimeout(news, left)
        await wake.promise
        clearTimeout(timer)
      }
    },
    lines: () => lines,
    close: () => void child.kill('SIGKILL'),
  }
}
