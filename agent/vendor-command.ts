import { loadConfig } from '../config/load.ts'
import { callControl } from './api/control-client.ts'
import { configOption, parsedArgs, pretty, wrongUsage } from './command-line.ts'

const USAGE = `onshi-agent vendor open --minutes N --reason REASON --plan NUMBER | close | list | report ID

  open    lets the support vendor in for N minutes (240 at most)
  close   ends it at once; whoever came in is signed out
  list    when it was open, by whom and why
  report  what was done in one of them, as the audit has it`

const text = { type: 'string' } as const
const options = { ...configOption, minutes: text, reason: text, plan: text } as const

/** `onshi-agent vendor …`: through the running agent, without which nobody can come in. */
export async function vendorCommand(args: readonly string[]): Promise<string> {
  if (args.includes('--help')) return `${USAGE}\n`
  const { values, positionals } = parsedArgs(
    { args: [...args], allowPositionals: true, options },
    USAGE,
  )
  const [verb, id, ...rest] = positionals
  if (rest.length > 0 || (verb === 'report') !== (id !== undefined)) throw wrongUsage(USAGE)
  const { minutes, reason, plan, config } = values
  const { socket } = loadConfig(config).control
  const call = async (method: string, path: string, body?: object) =>
    pretty(await callControl(socket, method, path, body))
  switch (verb) {
    case 'open':
      if (minutes === undefined || reason === undefined || plan === undefined)
        throw wrongUsage(USAGE, 'minutes, reason and plan are needed')
      return call('POST', '/vendor', { minutes: Number(minutes), reason, plan })
    case 'close':
      return call('POST', '/vendor/closing', {})
    case 'list':
      return call('GET', '/vendor')
    case 'report':
      return call('GET', `/vendor/${encodeURIComponent(id ?? '')}`)
    default:
      throw wrongUsage(USAGE)
  }
}
