import type { Config } from '../config/schema.ts'
import { openApi } from './api/api.ts'
import { openControl } from './api/control.ts'
import { nagiosLine } from './api/health.ts'
import type { Lines } from './api/lines-port.ts'
import { openAgentBackups } from './backup.ts'
import { type Base, openBase } from './base.ts'
import { openTerminalOrders } from './batches.ts'
import { hearingOf } from './counting.ts'
import { openDeliveries } from './deliveries.ts'
import { openDoors } from './doors.ts'
import { type Eligibility, openEligibility } from './eligibility/eligibility.ts'
import { askOneByOne } from './eligibility/expected.ts'
import { openTimesOf } from './eligibility/follow-up-plan.ts'
import { openReasking } from './eligibility/reasking.ts'
import { openGaps } from './gaps.ts'
import { type Intake, openIntake } from './intake/intake.ts'
import { openAgentJobs } from './jobs.ts'
import { Closer } from './kernel/lifecycle.ts'
import { openHoursOf } from './lines.ts'
import { openOfficial } from './official.ts'
import { watchAttempts } from './ops/fault-watch.ts'
import type { Platform } from './platform.ts'
import {
  type Accepted,
  apiOptions,
  controlOptions,
  refuseLineAddress,
  type Served,
} from './serving.ts'
import { openStaff } from './staff.ts'
import type { Store } from './store/store.ts'
import { VERSION } from './version.ts'

export interface Agent {
  /** Where the API listens. */
  readonly urls: readonly string[]
  /** After `close`: a thread hangs in the kernel, on a share, and no orderly exit would end. */
  isStuck(): boolean
  /** Resolves while the event loop and the store's writer thread answer. */
  ping(): Promise<void>
  /** What is wrong now, in one line without data of anybody, as `/health?format=nagios`. */
  status(): string
  close(): Promise<void>
}

/** Each part may take this long to close; systemd waits for their sum. */
const CLOSE_BUDGET_MS = 5_000

/**
 * The composition root: the one place that knows which part talks to which. Parts come up in
 * dependency order and go down in reverse, also when a later one fails to start.
 */
export async function start(
  config: Config,
  platform: Platform,
  configFile: string | null = null,
): Promise<Agent> {
  const closer = new Closer(platform.log, CLOSE_BUDGET_MS)
  try {
    const base = await openBase(config, closer, platform)
    const { desk, ...connected } = await connect(config, base, closer, platform)
    refuseLineAddress(config, connected.lines)
    const ports: number[] = []
    const ownPorts = () => ports
    const { store, conditions } = base
    const kept = { store, conditions }
    const deliveries = closer.add('outbox', openDeliveries(config, { ...kept, ownPorts }, platform))
    const cared = { ...kept, trust: base.clockTrust.now }
    const backups = closer.add('backups', openAgentBackups(config, configFile, cared, platform))
    const asked = {
      ...{ ...base, ...connected, ownPorts },
      rules: base.judging.rules,
      ask: connected.orders.askExpected ?? askingOneByOne(connected, store, platform),
      backup: backups.job,
      trust: base.clockTrust.now,
    }
    const jobs = closer.add('jobs', openAgentJobs(config, asked, platform))
    const people = closer.add('staff', openStaff(config, kept, platform))
    const doors = closer.add('doors', openDoors(config, conditions, platform))
    const gaps = openGaps(store, conditions, platform)
    const opened = { desk, people, doors, deliveries, jobs, gaps, backupAt: backups.goodAt }
    const served: Served = { ...base, ...connected, ...opened }
    const api = closer.add('api', await openApi(apiOptions(config, served, platform)))
    const { urls } = api
    ports.push(...urls.map((url) => Number(new URL(url).port)))
    closer.add('control', await openControl(controlOptions(config, served, urls, platform)))
    const { length: readers } = config.readers
    platform.log.info({ version: VERSION, url: urls.join(' '), readers }, 'agent-ready')
    const stuck = [connected.terminal, deliveries, backups]
    const isStuck = () => stuck.some((part) => part?.isStuck() === true)
    const status = () => nagiosLine(conditions.showing()).trimEnd()
    return { urls, isStuck, ping: store.ping, status, close: () => closer.close() }
  } catch (error) {
    await closer.close()
    throw error
  }
}

/** What the agent asks by itself where nothing is known of bulk questions. */
const askingOneByOne = (
  { eligibility, lines }: { eligibility: Eligibility; lines: Lines },
  store: Store,
  { clock }: Platform,
) => {
  const canAsk = () => lines.list().some(({ standing }) => standing !== 'down')
  return askOneByOne({ eligibility, store, clock, canAsk })
}

/** The parts between the store and the API: the official side, questions, readers. */
async function connect(config: Config, base: Base, closer: Closer, platform: Platform) {
  const { identity, store, judging, conditions, meters, watching } = base
  const { clock, log } = platform
  const attempts = watchAttempts(conditions)
  const official = await openOfficial(
    config,
    identity,
    { store, judging, conditions, closer, hearing: hearingOf({ meters, watching, attempts }) },
    platform,
  )
  const { gateway, lines, certificates, terminal } = official
  const eligibility = closer.add(
    'eligibility',
    openEligibility({ ...platform, store, judging, gateway, observe: attempts.attempt }),
  )
  // Before the API: a client that repeats its question then joins the one that is asked again.
  eligibility.resume()
  const openTimes = openTimesOf(openHoursOf(config))
  const reasking = closer.add(
    're-asking',
    openReasking({ ...platform, store, eligibility, openTimes }),
  )
  official.attend(reasking)
  const orders = closer.add(
    'terminal orders',
    openTerminalOrders(config, terminal?.gateway ?? null, { store, judging }, platform),
  )
  const lapseMs = config.taps.lapse_seconds * 1_000
  const desk: Intake<Accepted> = closer.add(
    'readers',
    openIntake<Accepted>({
      readers: config.readers,
      lapseMs,
      clock,
      log,
      conditions,
      stood: meters.stood,
    }),
  )
  const { challenge, certificateEndsAt } = official
  return {
    lines,
    certificates,
    challenge,
    certificateEndsAt,
    terminal,
    eligibility,
    reasking,
    openTimes,
    orders,
    desk,
  }
}
