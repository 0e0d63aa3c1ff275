import { AgentError } from '../kernel/errors.ts'
import { REPORT_DAYS, shownLines, testWithin } from './lines.ts'
import type { Lines } from './lines-port.ts'

/** Within what the command waits for an answer. */
const TEST_MS = 12_000

/** Who commands through the socket, in the audit. */
const CONSOLE = 'console'

type Routed = readonly [status: number, body: unknown]

/** Answers the commands on lines; undefined for a command that is none of them. */
export async function lineRoute(
  lines: Lines,
  command: string,
  onBug: (error: unknown) => void,
): Promise<Routed | undefined> {
  if (command === 'GET /lines') return [200, shownLines(lines.list())]
  if (command === 'GET /lines?test=true') {
    const { promise: late, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, TEST_MS)
    await testWithin(lines, late, onBug).finally(() => clearTimeout(timer))
    return [200, shownLines(lines.list())]
  }
  const [, name = '', verb] = /^POST \/lines\/([a-z0-9-]{1,64})\/(use|release)$/.exec(command) ?? []
  if (verb !== undefined) {
    await (verb === 'use' ? lines.use(name, CONSOLE) : lines.release(name, CONSOLE))
    return [200, shownLines(lines.list())]
  }
  const [, reported, days] =
    /^GET \/lines\/([a-z0-9-]{1,64})\/report(?:\?days=([^&]{0,20}))?$/.exec(command) ?? []
  if (reported === undefined) return undefined
  return [200, { report: await lines.report(reported, daysIn(days)) }]
}

/** Days in a query or on the command line. Throws `REQUEST_INVALID`. */
export function daysIn(text: string | undefined): number {
  if (text === undefined) return REPORT_DAYS
  if (/^\d{1,4}$/.test(text)) return Number(text)
  throw new AgentError('REQUEST_INVALID', 'days: a whole number, in digits')
}
