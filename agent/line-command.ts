import { lineCard } from '../config/line-card.ts'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { callControl } from './api/control-client.ts'
import { daysIn } from './api/control-lines.ts'
import { caller } from './caller.ts'
import { configOption, parsedArgs, pretty } from './command-line.ts'
import { AgentError } from './kernel/errors.ts'
import { reportOf } from './ops/line-report.ts'

const USAGE = 'onshi-agent line list [--test] | use NAME | release NAME | report NAME [--days N]'
const usage = () => new AgentError('USAGE', USAGE)

/**
 * `onshi-agent line …`: through the running agent; a report also on the database when no agent
 * holds it. Gives what to print: JSON, or the page of a report. Throws `USAGE`, `NOT_FOUND`.
 */
export async function lineCommand(args: readonly string[]): Promise<string> {
  const { values, positionals } = parsed(args)
  const [verb, name, ...rest] = positionals
  if (rest.length > 0 || (verb === 'list') !== (name === undefined)) throw usage()
  if (verb !== 'report' && values.days !== undefined) throw usage()
  if (verb !== 'list' && values.test) throw usage()
  const config = loadConfig(values.config)
  if (config.gateway.via === 'terminal')
    throw new AgentError(
      'NOT_VISIBLE_HERE',
      'lines are the terminal’s: `gateway.via` is `terminal`',
    )
  const { socket } = config.control
  switch (verb) {
    case 'list':
      return pretty(await callControl(socket, 'GET', values.test ? '/lines?test=true' : '/lines'))
    case 'use':
    case 'release':
      return pretty(await callControl(socket, 'POST', `/lines/${known(config, name)}/${verb}`))
    case 'report':
      return report(config, known(config, name), daysIn(values.days))
    default:
      throw usage()
  }
}

const options = {
  ...configOption,
  days: { type: 'string' },
  test: { type: 'boolean', default: false },
} as const

const parsed = (args: readonly string[]) =>
  parsedArgs({ args: [...args], allowPositionals: true, options }, USAGE)

/** Throws `NOT_FOUND`, with the names that there are. */
function known({ lines }: Config, name = ''): string {
  if (lines.some((line) => line.name === name)) return name
  const names = lines.map((line) => line.name).join(', ')
  throw new AgentError('NOT_FOUND', `no line of this name; there are ${names}`)
}

async function report(config: Config, name: string, days: number): Promise<string> {
  const path = `/lines/${name}/report?days=${days}`
  const answer = await caller(config)('GET', path, undefined, async ({ lines }) => {
    const line = config.lines.find((one) => one.name === name)
    if (line === undefined) throw new Error('a line that was just found is gone')
    return { report: await reportOf(lines, lineCard(line), days, Date.now()) }
  })
  const isReport = typeof answer === 'object' && answer !== null && 'report' in answer
  return isReport ? String(answer.report) : pretty(answer)
}
