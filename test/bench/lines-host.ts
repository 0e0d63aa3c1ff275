/** Helper on the clinic's box: opens the real lines there, and asks over them. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Agent, request as httpsRequest } from 'node:https'
import { setTimeout as wait } from 'node:timers/promises'
import type { UplinkEvent } from '../../agent/kernel/line.ts'
import { systemClock } from '../../agent/platform.ts'
import { identityOf, uplinkSettings } from '../../agent/settings.ts'
import { openUplink, type Uplink, type UplinkSettings } from '../../agent/uplink/uplink.ts'
import { loadConfig } from '../../config/load.ts'
import { checked } from '../bed/client.ts'
import { answerCalls } from '../bed/net/calls.ts'
import { GATEWAY_NAME, LINES, planOf } from '../bed/net/plan.ts'
import { type Asked, Awaited, OfLine, Open, Settled, Unlink, type Unlinked } from './lines-calls.ts'
import { onBug, silentLog } from './scratch-store.ts'

/** No question of a bench is worth more. */
const PATIENCE_MS = 30_000
/** What people write who have one line and a spare. */
const NAIVE_TIMEOUT_MS = 5_000
const STATUS = { method: 'GET', path: '/status' } as const
const NOTHING = new Uint8Array()
const now = () => performance.now()

/** Changes to links at once: starting a program takes longer than what is measured. */
const links = spawn('ip', ['-force', '-batch', '-'], { stdio: ['pipe', 'inherit', 'inherit'] })
const monitor = spawn('ip', ['monitor', 'link'], { stdio: ['ignore', 'pipe', 'inherit'] })

type Opened = Awaited<ReturnType<typeof open>>
let opened: Opened | undefined

async function open(given: unknown) {
  const { configFile, proveMs, probeMs, backup } = checked(Open, given)
  const config = loadConfig(configFile)
  const settings = { ...uplinkSettings(config), proveMs, probeMs }
  const identity = identityOf(config)
  const probes = new Map<string, number>()
  let changed = Promise.withResolvers<void>()
  const openOver = (lines: UplinkSettings['lines'], observe: (event: UplinkEvent) => void) =>
    openUplink({ ...settings, lines }, identity, {
      clock: systemClock,
      monotonic: now,
      log: silentLog,
      application: null,
      isOpen: () => true,
      held: null,
      lastTestAt: () => null,
      observe,
      onBug,
    })
  const uplink = await openOver(settings.lines, (event) => {
    if (event.is === 'probed' && event.rttMs !== null)
      probes.set(event.line, (probes.get(event.line) ?? 0) + 1)
    changed.resolve()
    changed = Promise.withResolvers()
  })
  const ofBackup = settings.lines.filter(({ name }) => name === backup)
  return {
    uplink,
    backup: await openOver(ofBackup, () => {}),
    identity,
    probesOf: (line: string) => probes.get(line) ?? 0,
    /** Resolves when it holds, which is looked at after each event of the lines. */
    async until(holds: () => boolean) {
      while (!holds()) await changed.promise
    },
  }
}

const here = (): Opened => {
  if (opened === undefined) throw new Error('no line is open')
  return opened
}

async function ask(uplink: Uplink): Promise<Asked> {
  const begunAt = now()
  const sentAtMs: number[] = []
  const request = {
    ...STATUS,
    headers: {},
    // Read once for each sending, when it is handed to its line.
    get body() {
      sentAtMs.push(now() - begunAt)
      return NOTHING
    },
  }
  const { line } = await uplink.ask(request, {
    safe: true,
    accept: ({ status }) => status,
    signal: AbortSignal.timeout(PATIENCE_MS),
  })
  return { line, tookMs: now() - begunAt, sentAtMs }
}

/** Asks, and takes the link away meanwhile. */
async function askAndUnlink(given: unknown): Promise<Unlinked> {
  const order = checked(Unlink, given)
  const asking = ask(here().uplink)
  const begunAt = now()
  await wait(order.afterMs)
  const told = once(monitor.stdout, 'data').then(now)
  const unlinkedAt = now()
  links.stdin.write(`link set ${order.interface} down\n`)
  return {
    asked: await asking,
    unlinkedAtMs: unlinkedAt - begunAt,
    toldMs: (await told) - unlinkedAt,
  }
}

const keptAgents = new Map<string, Agent>()

/** A connection that is kept, with nothing of ours; one per line. */
function keptAgent(line: string): Agent {
  const agent = keptAgents.get(line) ?? new Agent({ keepAlive: true, maxSockets: 1 })
  keptAgents.set(line, agent)
  return agent
}

async function bare(line: string, agent: Agent, timeoutMs = PATIENCE_MS): Promise<void> {
  const plan = planOf(LINES.find((name) => name === line) ?? 'a', 'ipv6')
  const { secureContext } = here().identity
  const { gateway: host, source: localAddress } = plan
  const target = { agent, host, localAddress, servername: GATEWAY_NAME, secureContext }
  const signal = AbortSignal.timeout(timeoutMs)
  const sent = httpsRequest({ ...target, ...STATUS, signal }).end()
  const answered: IncomingMessage[] = await once(sent, 'response')
  for await (const _ of answered[0] ?? []);
}

async function naive([first, second]: readonly [string, string]): Promise<void> {
  try {
    await bare(first, keptAgent(first), NAIVE_TIMEOUT_MS)
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AbortError') throw error
    await bare(second, new Agent())
  }
}

async function timed(work: Promise<void>): Promise<{ readonly tookMs: number }> {
  const from = now()
  await work
  return { tookMs: now() - from }
}

await answerCalls({
  async open(given) {
    opened = await open(given)
  },
  ask: () => ask(here().uplink),
  askBackup: () => ask(here().backup),
  askAndUnlink,
  bare(given) {
    const { line } = checked(OfLine, given)
    return timed(bare(line, keptAgent(line)))
  },
  naive: () => timed(naive(['a', 'b'])),
  async test() {
    await here().uplink.test()
  },
  async until(given) {
    const { uplink, until } = here()
    const { line, standing } = checked(Awaited, given)
    await until(() => uplink.lines().some((one) => one.name === line && one.standing === standing))
  },
  /** Resolves after so many more good probes of the line. */
  async settle(given) {
    const { probesOf, until } = here()
    const { line, probes } = checked(Settled, given)
    const enough = probesOf(line) + probes
    await until(() => probesOf(line) >= enough)
  },
  warmth() {
    const lines = here().uplink.lines()
    const sum = (of: (line: (typeof lines)[number]) => number) =>
      lines.reduce((total, line) => total + of(line), 0)
    return {
      questions: sum(({ questions }) => questions),
      warmQuestions: sum(({ warmQuestions }) => warmQuestions),
    }
  },
})
