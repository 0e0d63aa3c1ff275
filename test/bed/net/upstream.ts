/** The official side in its namespace: gateway, and per line a DNS server and line authentication. */
import { createServer } from 'node:http'
import { Type } from 'typebox'
import { readBehaviour } from '../../../agent/sim/gateway/behaviour.ts'
import { type GatewaySimulator, startGatewaySimulator } from '../../../agent/sim/gateway/server.ts'
import { listen } from '../../../agent/sim/listen.ts'
import { checked } from '../client.ts'
import { answerCalls } from './calls.ts'
import { DnsBehaviour, type DnsServer, openDns } from './dns.ts'
import { GatewayOptions } from './gateway.ts'
import { GATEWAY_PORT } from './plan.ts'

const Start = Type.Object({
  lines: Type.Array(
    Type.Object({
      name: Type.String(),
      dns: Type.String(),
      lineAuth: Type.String(),
      zone: Type.Record(Type.String(), Type.Array(Type.String())),
    }),
  ),
})
const DnsOrder = Type.Object({ line: Type.String(), behaviour: DnsBehaviour })
const OfLine = Type.Object({ line: Type.String() })
const LineAuthOrder = Type.Object({ line: Type.String(), mode: Type.Enum(['good', 'silent']) })

const names = new Map<string, DnsServer>()
const silentLineAuth = new Set<string>()
let gateway: GatewaySimulator | undefined

const running = () => {
  if (gateway === undefined) throw new Error('the gateway is closed')
  return gateway
}

const namesOf = (line: string) => {
  const server = names.get(line)
  if (server === undefined) throw new Error(`no DNS server of line ${line}`)
  return server
}

/** A page that is there; that is all that anybody may ask of it. */
async function openLineAuth(line: string, host: string): Promise<void> {
  const server = createServer((_request, response) => {
    if (!silentLineAuth.has(line)) response.end('line authentication\n')
  })
  await listen(server, 'http', { host, port: 80 })
}

await answerCalls({
  async start(given) {
    for (const { name, dns, lineAuth, zone } of checked(Start, given).lines) {
      names.set(name, await openDns(dns, zone))
      await openLineAuth(name, lineAuth)
    }
  },
  async 'gateway.start'(given) {
    const options = checked(GatewayOptions, given)
    await gateway?.close()
    gateway = await startGatewaySimulator({
      ...options,
      listen: { host: '::', port: GATEWAY_PORT },
    })
  },
  async 'gateway.close'() {
    await gateway?.close()
    gateway = undefined
  },
  'gateway.behave'(given) {
    running().behave(readBehaviour(given))
  },
  'gateway.stats': () => running().stats(),
  'gateway.logout': () => running().logout(),
  'dns.behave'(given) {
    const { line, behaviour } = checked(DnsOrder, given)
    namesOf(line).behave(behaviour)
  },
  'dns.queries': (given) => namesOf(checked(OfLine, given).line).queries(),
  'lineAuth.set'(given) {
    const { line, mode } = checked(LineAuthOrder, given)
    if (mode === 'silent') silentLineAuth.add(line)
    else silentLineAuth.delete(line)
  },
})
