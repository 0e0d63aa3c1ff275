import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Agent, request as httpsRequest } from 'node:https'
import { openGateway } from '../../agent/gateway/gateway.ts'
import { systemClock } from '../../agent/platform.ts'
import { gatewaySettings, identityOf } from '../../agent/settings.ts'
import type { Request, Response } from '../../agent/uplink/exchange.ts'
import { loadConfig } from '../../config/load.ts'
import { faces } from './bed.ts'

/** Keep-alive HTTPS to the configured gateway in the agent's name, with nothing of the agent. */
export interface BareHttps {
  send(request: Request): Promise<Response>
  [Symbol.dispose](): void
}

export function openBareHttps(configFile: string): BareHttps {
  const config = loadConfig(configFile)
  const { hostname: host, port } = new URL(config.lines[0]?.gateway ?? '')
  const { secureContext } = identityOf(config)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const target = { agent, host: host.replace(/^\[|\]$/g, ''), port, secureContext, servername: '' }
  return {
    async send({ method, path, headers, body }) {
      const length = { 'content-length': String(body.length) }
      const sent = httpsRequest({ ...target, method, path, headers: { ...headers, ...length } })
      sent.end(body)
      const answered: IncomingMessage[] = await once(sent, 'response')
      const [response] = answered
      if (response === undefined) throw new Error('a response event without a response')
      const chunks: Buffer[] = []
      for await (const chunk of response) chunks.push(chunk)
      const { statusCode: status = 0 } = response
      return { status, headers: response.headers, body: Buffer.concat(chunks) }
    },
    [Symbol.dispose]: () => agent.destroy(),
  }
}

/** The query that the agent sends for the first person, logged in, byte for byte. */
export async function officialQuery(configFile: string, https: BareHttps): Promise<Request> {
  const [face] = faces
  if (face === undefined) throw new Error('the simulator knows nobody')
  const sent: Request[] = []
  const gateway = openGateway(
    {
      async ask(request, { accept }) {
        sent.push(request)
        return { answer: accept(await https.send(request)), line: 'bare' }
      },
    },
    gatewaySettings(loadConfig(configFile)),
    systemClock,
  )
  await gateway.ask(
    {
      id: '00000000-0000-7000-8000-000000000000',
      confirmationDate: '20260401',
      about: { kind: 'card-face', searchInfo: face },
    },
    new AbortController().signal,
  )
  const query = sent.at(-1)
  if (query === undefined) throw new Error('the gateway was not asked')
  return query
}
