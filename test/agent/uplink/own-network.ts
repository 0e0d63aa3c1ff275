/** What a process inside a network namespace sees of it, and tests of paths from there. */
import { setTimeout as wait } from 'node:timers/promises'
import { Type } from 'typebox'
import { readNetwork, sourceOf, watchNetwork } from '../../../agent/uplink/network.ts'
import { testPath } from '../../../agent/uplink/path-test.ts'
import { askRouter, readForwarding, routeTo } from '../../../agent/uplink/routing.ts'
import { tcpProbe } from '../../../agent/uplink/tcp.ts'
import { checked } from '../../bed/client.ts'
import { answerCalls } from '../../bed/net/calls.ts'

const Settings = Type.Object({
  address: Type.Union([Type.String(), Type.Null()]),
  interface: Type.Union([Type.String(), Type.Null()]),
  prefix: Type.Union([Type.String(), Type.Null()]),
  family: Type.Union([Type.Literal(4), Type.Literal(6)]),
})
const Way = Type.Object({ to: Type.String(), from: Type.Union([Type.String(), Type.Null()]) })
const Router = Type.Object({
  router: Type.String(),
  device: Type.String(),
  isDoubted: Type.Boolean(),
})
const Path = Type.Object({ source: Settings, gateway: Type.String(), port: Type.Number() })

const clock = {
  now: () => Date.now(),
  async sleep(ms: number, signal: AbortSignal) {
    await wait(ms, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
  },
}
const forever = new AbortController().signal

let hints = 0
let wake = () => {}
const watcher = watchNetwork(
  () => {
    hints += 1
    wake()
  },
  { clock, log: { info() {}, warn() {}, error() {} } },
)

await answerCalls({
  network: readNetwork,
  async source(given) {
    return sourceOf(checked(Settings, given), await readNetwork())
  },
  route(given) {
    const { to, from } = checked(Way, given)
    return routeTo(to, from)
  },
  router(given) {
    const { router, device, isDoubted } = checked(Router, given)
    return askRouter(router, device, { isDoubted, clock, signal: forever })
  },
  forwarding: readForwarding,
  hints: () => hints,
  /** Resolves with the next hint. */
  hint: () =>
    new Promise<number>((resolve) => {
      wake = () => resolve(hints)
    }),
  stopWatching: () => watcher.close(),
  async path(given) {
    const { source: settings, gateway, port } = checked(Path, given)
    const source = sourceOf(settings, await readNetwork())
    return testPath(
      {
        line: 'a',
        source,
        isFollowed: settings.interface !== null,
        gateway: { host: gateway, port },
        dnsServers: [],
        resolve: async (host) => [host],
        connect: (address, to, signal) =>
          tcpProbe({ line: 'a', address, port: to }, source.address, signal),
        handshake: async () => {},
        application: null,
        answerTimeoutMs: 3_000,
        lineAuthUrl: null,
        lastGateway: null,
        clock,
      },
      forever,
    )
  },
})
