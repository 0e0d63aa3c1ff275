import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { parseListenAddress } from '../config/listen.ts'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { caAnswer } from './api/ca.ts'
import { callControl } from './api/control-client.ts'
import { urlOf } from './api/hosts.ts'
import { configOption, parsedArgs, pretty, wrongUsage } from './command-line.ts'
import { caOffline } from './doors.ts'
import { AgentError } from './kernel/errors.ts'
import { caPage } from './ops/own-ca/page.ts'

const USAGE = `onshi-agent ca show [--print] | new

  show   the own CA of this machine: fingerprint, end, what it may sign for
         --print  a page in Japanese (HTML) with the fingerprint and the steps to install it
  new    makes another CA, for the names and addresses of now; every client has to take it anew`

const Ca = Type.Object({
  fingerprint: Type.String(),
  notAfter: Type.String(),
  names: Type.Array(Type.String()),
  addresses: Type.Array(Type.String()),
  certificate: Type.String(),
})

/** `onshi-agent ca …`: through the running agent, or on its file where none runs. */
export async function caCommand(args: readonly string[]): Promise<string> {
  const { values, positionals } = parsedArgs(
    {
      args: [...args],
      allowPositionals: true,
      options: { ...configOption, print: { type: 'boolean', default: false } },
    },
    USAGE,
  )
  const [verb, ...rest] = positionals
  if (rest.length > 0 || (verb !== 'show' && verb !== 'new')) throw wrongUsage(USAGE)
  const config = loadConfig(values.config)
  const answer = await asked(config, verb)
  if (!Value.Check(Ca, answer)) throw new Error('the agent answered what is no CA')
  return values.print ? caPage({ ...answer, urls: urlsOf(config) }) : pretty(answer)
}

async function asked(config: Config, verb: 'show' | 'new'): Promise<unknown> {
  try {
    return await callControl(config.control.socket, verb === 'new' ? 'POST' : 'GET', '/ca')
  } catch (error) {
    if (!(error instanceof AgentError) || error.code !== 'AGENT_NOT_RUNNING') throw error
    const ca = caOffline(config)
    const shown = verb === 'new' ? ca.replace() : ca.shown()
    if (shown === undefined) throw new AgentError('NOT_FOUND', 'no CA was made yet')
    return caAnswer(shown)
  }
}

/** What clients dial. */
const urlsOf = ({ listen }: Config): string[] =>
  listen
    .filter(({ own_ca }) => own_ca)
    .flatMap(({ address, hosts }) => {
      const { host = '', port = 0, wildcard = true } = parseListenAddress(address) ?? {}
      return [
        ...hosts.map((name) => `https://${name}`),
        ...(wildcard ? [] : [urlOf({ host, port }, true)]),
      ]
    })
