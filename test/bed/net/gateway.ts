import { type Static, Type } from 'typebox'
import type { Behaviour } from '../../../agent/sim/gateway/behaviour.ts'
import type { ServerTls } from '../../../agent/sim/pki.ts'
import { checked } from '../client.ts'
import type { Callee } from './calls.ts'

const Tls = Type.Object({
  caPem: Type.String(),
  certificatePem: Type.String(),
  keyPem: Type.String(),
})

/** What a gateway in another process is started with. */
export const GatewayOptions = Type.Object(
  {
    tls: Tls,
    otherTls: Type.Optional(Type.Object({ 'wrong-name': Tls, 'expired-certificate': Tls })),
    connectionLimit: Type.Optional(Type.Number()),
    /** null: no login is asked for. */
    account: Type.Union([
      Type.Object({ user: Type.String(), password: Type.String() }),
      Type.Null(),
    ]),
    charset: Type.Optional(Type.Enum(['utf-8', 'shift_jis'])),
    idleMs: Type.Optional(Type.Number()),
    refuse: Type.Optional(Type.Enum(['tls', '400-page'])),
  },
  { additionalProperties: false },
)
export type GatewayOptions = Static<typeof GatewayOptions>

const Tally = Type.Record(Type.String(), Type.Number())
/** Of the simulator, since it was started last. */
export const Stats = Type.Object({
  tlsHandshakes: Type.Number(),
  tlsRefused: Type.Number(),
  tcpProbes: Type.Number(),
  connectionsRefused: Type.Number(),
  connectionsMost: Type.Number(),
  requests: Type.Number(),
  logins: Type.Number(),
  loginsRefused: Type.Number(),
  questions: Type.Number(),
  questionsRefused: Type.Number(),
  questionsRepeated: Type.Number(),
  questionsByIdentifier: Tally,
  questionsByPatient: Tally,
  questionsFrom: Tally,
})
export type Stats = Static<typeof Stats>

/** The simulated gateway in the upstream namespace. */
export interface NetGateway {
  /** Rejects on a behaviour that cannot be had. */
  behave(behaviour: Behaviour): Promise<void>
  stats(): Promise<Stats>
  /** Drops every session. */
  logout(): Promise<void>
  close(): Promise<void>
  /** Starts it anew, with another certificate if one is given. */
  restart(tls?: ServerTls): Promise<void>
}

export async function openNetGateway(
  upstream: Callee,
  options: GatewayOptions,
): Promise<NetGateway> {
  let used = options
  await upstream.call('gateway.start', used)
  const call = async (name: string, given?: unknown) => void (await upstream.call(name, given))
  return {
    behave: (behaviour) => call('gateway.behave', behaviour),
    stats: async () => checked(Stats, await upstream.call('gateway.stats')),
    logout: () => call('gateway.logout'),
    close: () => call('gateway.close'),
    restart(tls) {
      used = { ...used, ...(tls && { tls }) }
      return call('gateway.start', used)
    },
  }
}
