import { loadConfig } from '../config/load.ts'
import { callControl } from './api/control-client.ts'
import { configOption, parsedArgs, pretty, wrongUsage } from './command-line.ts'

const USAGE = `onshi-agent delivery list | retry ID [--decision ok|ng] | drop ID
                     | replay CONSUMER --from TIME [--to TIME]

  list    what waits for each consumer, and under \`open\` what waits for a person, with its ID
  retry   sends that one again; --decision answers the question that ORCA asked
  drop    gives it up for good
  replay  sends everything of a time again; TIME: 2026-04-01 or 2026-04-01T09:00:00+09:00`

/**
 * `onshi-agent delivery …`: what is on its way, and what waits for a person. On the running agent
 * only: without it nothing is sent.
 */
export async function deliveryCommand(args: readonly string[]): Promise<string> {
  if (args.includes('--help')) return `${USAGE}\n`
  const { values, positionals } = parsed(args)
  const [verb, subject = '', ...rest] = positionals
  if (rest.length > 0 || (verb === 'list') !== (subject === '')) throw usage()
  if (verb !== 'retry' && values.decision !== undefined) throw usage()
  if (verb !== 'replay' && (values.from ?? values.to) !== undefined) throw usage()
  const { socket } = loadConfig(values.config).control
  const call = async (method: string, path: string, body?: object) =>
    pretty(await callControl(socket, method, path, body, REPLAY_TIMEOUT_MS))
  switch (verb) {
    case 'list':
      return call('GET', '/deliveries')
    case 'retry':
      return call('POST', `/deliveries/${idIn(subject)}/retry`, {
        decision: values.decision ?? null,
      })
    case 'drop':
      return call('POST', `/deliveries/${idIn(subject)}/drop`, {})
    case 'replay':
      if (values.from === undefined) throw usage('a time is needed: --from TIME')
      return call('POST', '/deliveries/replay', {
        consumer: subject,
        from: values.from,
        to: values.to ?? null,
      })
    default:
      throw usage()
  }
}

/** A replay of years is many transactions. */
const REPLAY_TIMEOUT_MS = 600_000

const usage = (why?: string) => wrongUsage(USAGE, why)

function idIn(subject: string): string {
  if (!/^\d{1,15}$/.test(subject)) throw usage('the ID is the number that `delivery list` shows')
  return subject
}

const text = { type: 'string' } as const
const options = { ...configOption, decision: text, from: text, to: text }

const parsed = (args: readonly string[]) =>
  parsedArgs({ args: [...args], allowPositionals: true, options }, USAGE)
