import { loadConfig } from '../config/load.ts'
import { callControl } from './api/control-client.ts'
import { configOption, parsedArgs, pretty, wrongUsage } from './command-line.ts'

const USAGE = `onshi-agent job list | run NAME

  list  what the agent does by itself: when next, and what came of it last
  run   runs one now; list shows what comes of it`

/** `onshi-agent job …`, on the running agent. Gives what to print: JSON. Throws `USAGE`, `NOT_FOUND`. */
export async function jobCommand(args: readonly string[]): Promise<string> {
  if (args.includes('--help')) return `${USAGE}\n`
  const { values, positionals } = parsedArgs(
    { args: [...args], allowPositionals: true, options: configOption },
    USAGE,
  )
  const [verb, name, ...rest] = positionals
  if (rest.length > 0) throw wrongUsage(USAGE)
  if (verb === 'list' && name === undefined) return call(values.config, 'GET', '/jobs')
  if (verb === 'run' && name !== undefined && /^[a-z-]{1,40}$/.test(name))
    return call(values.config, 'POST', `/jobs/${name}/runs`)
  throw wrongUsage(USAGE)
}

async function call(config: string, method: string, path: string): Promise<string> {
  return pretty(await callControl(loadConfig(config).control.socket, method, path))
}
