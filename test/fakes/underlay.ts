import { EventEmitter } from 'node:events'
import { Agent } from 'node:https'
import { AgentError } from '../../agent/kernel/errors.ts'
import { STEPS, type StepReport } from '../../agent/kernel/line.ts'
import type { Connections } from '../../agent/uplink/connections.ts'
import type { Line, LineParts, LineSettings } from '../../agent/uplink/line.ts'
import type { SourceState } from '../../agent/uplink/network.ts'
import { attempt, failed, isRed, plainly, skipped } from '../../agent/uplink/path-step.ts'
import type { PathParts } from '../../agent/uplink/path-test.ts'
import type { Underlay } from '../../agent/uplink/underlay.ts'
import type { FakeWay } from './ways.ts'

/** An underlay of modelled ways; `noticed` tells the lines that links came or went. */
export function fakeUnderlay(
  ways: ReadonlyMap<string, FakeWay>,
): Underlay & { readonly noticed: () => void } {
  let noticed = () => {}
  const wayOf = (line: string) => {
    const way = ways.get(line)
    if (way === undefined) throw new RangeError(`no way for ${line}`)
    return way
  }
  return {
    network: [],
    followNetwork(onRead) {
      noticed = () => onRead([])
      return { close() {} }
    },
    noticed: () => noticed(),
    openLine: (settings, parts) => fakeLine(wayOf(settings.name), settings, parts),
    testPath: (parts, signal) => pathTest(wayOf(parts.line), parts, signal),
    unacknowledged: (socket) =>
      [...ways.values()].reduce((sum, way) => sum + way.unacknowledged(socket), 0),
  }
}

const agent = new Agent()

function fakeLine(way: FakeWay, settings: LineSettings, { budget }: LineParts): Line {
  const { name } = settings
  let state = stateOf(way)
  const source = () => {
    if (state.fault !== null) throw new AgentError(state.fault, `line ${name}: no link`)
  }
  const within = async <T>(work: () => Promise<T>): Promise<T> => {
    source()
    if (!budget.makeRoom()) throw new AgentError('QUEUE_FULL', `line ${name}: no more connections`)
    const connection = Object.assign(new EventEmitter(), { destroyed: false })
    budget.add(connection)
    return work().finally(() => connection.emit('close'))
  }
  const probe: Line['probe'] = async (signal) => {
    source()
    return way.probe(signal)
  }
  return {
    name,
    settings,
    gateway: { host: '2001:db8::1', port: 443 },
    names: {
      resolve: async (host) => [host],
      resolveAnew: async (host) => [host],
      failed() {},
      rebind() {},
      close() {},
    },
    connections: connectionsOf(way, (signal) => within(() => way.handshake(settings, signal))),
    request(request, signal, watcher) {
      way.sent.push(request.path)
      return within(() => way.request(settings, signal, watcher))
    },
    requestAs: (_identity, _request, signal) =>
      within(() => way.request(settings, signal, { onSent() {} })),
    probe,
    connect: (_address, _port, signal) => probe(signal),
    source: () => state,
    follow() {
      const before = state
      state = stateOf(way)
      if (state.fault === before.fault) return undefined
      way.cut(new AgentError(state.fault ?? 'LINE_BROKEN', `line ${name}: its link changed`))
      return before
    },
    close() {},
  }
}

const stateOf = (way: FakeWay): SourceState => ({
  address: null,
  interface: null,
  prefixLength: null,
  fault: way.troubles.has('link-down') ? 'LINE_LINK_DOWN' : null,
})

const connectionsOf = (
  way: FakeWay,
  handshake: (signal: AbortSignal) => ReturnType<FakeWay['handshake']>,
): Connections => ({
  agent,
  isWarm: () => way.idle.size > 0,
  reached: () => null,
  async warm(signal) {
    way.idle.add(await handshake(signal))
  },
  open: () => Promise.reject(new Error('the path test of this underlay makes its own')),
  setIdentity() {},
  dropIdle: () => way.idle.clear(),
  dropSpoilt() {},
  dropAll: (fault) => way.cut(fault),
  close: () => way.idle.clear(),
})

/** Link, TCP, TLS and application, as far as a model has them. */
async function pathTest(way: FakeWay, parts: PathParts, signal: AbortSignal) {
  const at = parts.clock.now()
  const { host, port } = parts.gateway
  const walk: (() => Promise<StepReport>)[] = [
    async () =>
      parts.source.fault === null ? skipped('link') : failed('link', null, parts.source.fault, {}),
    () =>
      attempt('tcp', parts, signal, 'LINE_UNREACHABLE', async (limit) => ({
        tookMs: await parts.connect(host, port, limit),
      })),
    () =>
      attempt(
        'tls',
        parts,
        signal,
        'LINE_TIMEOUT',
        plainly(async (limit) => {
          await way.handshake({ connectTimeoutMs: 3_000 }, limit)
        }),
      ),
    async () =>
      parts.application === null
        ? skipped('application')
        : attempt('application', parts, signal, 'GATEWAY_TIMEOUT', plainly(parts.application)),
  ]
  const found: StepReport[] = []
  for (const step of walk) if (!found.some(isRed)) found.push(await step())
  signal.throwIfAborted()
  const steps = STEPS.map((step) => found.find((one) => one.step === step) ?? skipped(step))
  const red = found.find(isRed)
  return { line: parts.line, at, steps, fault: red?.fault ?? null, facts: red?.facts ?? {} }
}
