import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { writeClinic } from '../../../agent/sim/clinic.ts'
import { DEMO_ACCOUNT, startGatewaySimulator } from '../../../agent/sim/gateway/server.ts'
import { makePki, serverTls, writePki } from '../../../agent/sim/pki.ts'
import { addConsumer } from '../../bed/consumer.ts'
import { runCli } from '../../bed/process.ts'
import { startLife } from '../daemon.ts'
import { startWebhookReceiver } from '../histories/webhook.ts'
import { type Poller, startPoller } from '../poller.ts'
import { chanceOf } from '../random.ts'
import { quantile } from '../report.ts'
import { freePort } from '../stage.ts'
import { wireOf } from '../wire.ts'
import { trouble } from './faults.ts'
import { type Counts, type Load, startLoad } from './load.ts'
import { meansByThird, pictureOf } from './picture.ts'
import { isLive, type Sample, takeSample } from './samples.ts'

export interface SoakOptions {
  readonly minutes: number
  readonly perSecond: number
  readonly seed: number
  readonly onMinute?: (minute: number) => void
}

export interface SoakReport {
  readonly samples: readonly Sample[]
  readonly counts: Counts
  readonly faults: number
  readonly polled: number
  readonly violations: readonly string[]
}

const LOOPBACK = '127.0.0.1'
const SAMPLE_MS = 1_000
const MS_PER_MINUTE = 60_000
/** After which whatever was sent is answered or lost. */
const FINISH_LIMIT_MS = 120_000

/** One agent, for a long time: lookups at a steady rate, a poller, a webhook, and two lines that fail. */
export async function runSoak(options: SoakOptions): Promise<SoakReport> {
  const { minutes, perSecond, seed, onMinute = () => {} } = options
  const chance = chanceOf(seed)
  const stage = await setSoak(chance)
  const leaving = new AbortController()
  const calm = new AbortController()
  const { signal } = leaving
  const life = startLife(stage)
  let isOver = false
  const violations: string[] = []
  const watched = life.ended.then((how) => {
    if (!isOver) violations.push(`the agent ended by itself: ${how}`)
  })
  try {
    const wire = wireOf(stage.url, stage.token, signal)
    while (violations.length === 0 && !(await isLive(stage.url))) await wait(SAMPLE_MS / 10)
    const poller = startPoller(wire, signal)
    const load = startLoad(wire, perSecond, chance.fork())
    const troubles = trouble(stage.gateways, chance.fork(), calm.signal)
    const samples: Sample[] = []
    const from = performance.now()
    while (performance.now() - from < minutes * MS_PER_MINUTE && violations.length === 0) {
      const sample = await takeSample(life.pid, stage.url, from)
      if (sample !== undefined) samples.push(sample)
      if (samples.length % 60 === 0) onMinute(samples.length / 60)
      await wait(Math.max(0, from + samples.length * SAMPLE_MS - performance.now()))
    }
    calm.abort()
    const faults = await troubles
    const isDone = await Promise.race([
      load.finish().then(() => true),
      wait(FINISH_LIMIT_MS, false, { signal, ref: false }).catch(() => false),
    ])
    if (!isDone) violations.push('not everything was answered')
    const until = performance.now() + FINISH_LIMIT_MS
    const missed = () => missedOf(load, poller)
    while (performance.now() < until && missed() > 0) await wait(SAMPLE_MS)
    if (missed() > 0) violations.push(`the poller missed ${missed()} of the answers`)
    if (seenBy(poller).size < poller.polled.length) violations.push('the poller got an event twice')
    violations.push(...load.refusals, ...poller.refusals, ...stage.hook.complaints)
    return { samples, counts: load.counts(), faults, polled: poller.polled.length, violations }
  } finally {
    isOver = true
    calm.abort()
    leaving.abort()
    life.kill('SIGTERM')
    await watched
    await stage.close(violations.length > 0)
  }
}

const seenBy = ({ polled }: Poller) => new Set(polled.map(({ eventId }) => eventId))

function missedOf({ ids }: Load, poller: Poller): number {
  const seen = seenBy(poller)
  return [...ids].filter((id) => !seen.has(id)).length
}

async function setSoak(chance: ReturnType<typeof chanceOf>) {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-soak-'))
  const pki = makePki()
  const started = () => startGatewaySimulator({ tls: serverTls(pki), account: DEMO_ACCOUNT })
  const gateways = [await started(), await started()]
  const hook = await startWebhookReceiver(chance.fork(), 'ward', 1)
  const listen = `${LOOPBACK}:${await freePort(chance)}`
  const configFile = writeClinic(
    {
      folder,
      files: writePki(folder, pki),
      listen,
      lines: gateways.map(({ url }, n) => ({ name: `line-${n + 1}`, gateway: url })),
      gatewayKeys: 'sessions = 8\nqueue_limit = 200',
      tables: `[outbox]\ntargets = [{ host = "${LOOPBACK}", networks = ["${LOOPBACK}/32"] }]\n`,
    },
    { storeKey: randomBytes(32).toString('hex') },
  )
  const cli = (...args: readonly string[]) => runCli([...args, '--config', configFile])
  const { token } = await addConsumer({ cli }, 'soak', 'ehr')
  const sink = ['--sink', 'webhook', '--url', hook.url, '--payload', 'full'] as const
  hook.trust((await addConsumer({ cli }, 'ward', 'ward', ...sink)).signingKey)
  return {
    folder,
    configFile,
    gateways,
    hook,
    token,
    url: `http://${listen}`,
    /** As the unit starts it. */
    environment: { NODE_OPTIONS: '--max-semi-space-size=1' },
    async close(keep: boolean) {
      await hook.close()
      for (const gateway of gateways) await gateway.close()
      if (!keep) rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** For people. */
export function textOfSoak({ samples, counts, faults, polled, violations }: SoakReport): string {
  const outcomes = [...counts.answered].map(([outcome, count]) => `${outcome} ${count}`).join(', ')
  const [p50, p99] = [0.5, 0.99].map((share) => quantile(counts.tookMs, share).toFixed(0))
  const thirds = meansByThird(samples).map(
    ({ memoryMiB, descriptors }) =>
      `${memoryMiB.toFixed(0)} MiB, ${descriptors.toFixed(0)} descriptors`,
  )
  return [
    `sent ${counts.sent}, held back ${counts.heldBack}, sent again ${counts.putOff}; faults of the lines ${faults}`,
    `answered: ${outcomes}; p50 ${p50} ms, p99 ${p99} ms; events polled ${polled}`,
    `means of the first, second and last third: ${thirds.join(' | ')}`,
    pictureOf(samples),
    `violations ${violations.length}`,
    ...violations.slice(0, 20).map((what) => `  ${what}`),
  ].join('\n')
}
