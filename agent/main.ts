import { readFileSync } from 'node:fs'
import { readStoreKey } from '../config/files.ts'
import { parseListenAddress } from '../config/listen.ts'
import type { Config } from '../config/schema.ts'
import { sameAddress } from '../config/sources.ts'
import { type ApiOptions, openApi } from './api/api.ts'
import { openControl } from './api/control.ts'
import type { Lines } from './api/lines-port.ts'
import { openTerminalOrders, type TerminalOrders } from './batches.ts'
import { type OpenedDeliveries, openDeliveries } from './deliveries.ts'
import { type Eligibility, openEligibility } from './eligibility/eligibility.ts'
import type { Judging } from './eligibility/ending.ts'
import { askOneByOne } from './eligibility/expected.ts'
import { type OpenTimes, openTimesOf } from './eligibility/follow-up-plan.ts'
import { openReasking, type Reasking } from './eligibility/reasking.ts'
import { type Intake, openIntake } from './intake/intake.ts'
import { openAgentJobs } from './jobs.ts'
import { judgingOf } from './judging.ts'
import { Conditions } from './kernel/conditions.ts'
import { AgentError, asFault } from './kernel/errors.ts'
import { Closer } from './kernel/lifecycle.ts'
import { openHoursOf } from './lines.ts'
import { officeOf } from './office.ts'
import { type Official, openOfficial } from './official.ts'
import { openClockTrust } from './ops/clock-trust.ts'
import { examine } from './ops/doctor.ts'
import { foundBy } from './ops/doctor-folders.ts'
import { watchAttempts, watchStore } from './ops/fault-watch.ts'
import type { Jobs } from './ops/jobs/jobs.ts'
import type { Platform } from './platform.ts'
import { doctorLines, listenSettings, readIdentity, standing, withKey } from './settings.ts'
import { clinicPageOf, type OpenedStaff, openStaff } from './staff.ts'
import { openStore, type Store } from './store/store.ts'
import type { Identity } from './uplink/identity.ts'
import { verificationsOf } from './verifications.ts'

export interface Agent {
  /** Where the API listens. */
  readonly urls: readonly string[]
  /** After `close`: a thread hangs in the kernel, on a share, and no orderly exit would end. */
  isStuck(): boolean
  close(): Promise<void>
}

type Accepted = { readonly id: string }

/** Each part may take this long to close; systemd waits for their sum. */
const CLOSE_BUDGET_MS = 5_000

/** The release, as package.json says it. */
export const VERSION = versionIn(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

/**
 * The composition root: the one place that knows which part talks to which. Parts come up in
 * dependency order and go down in reverse, also when a later one fails to start.
 */
export async function start(config: Config, platform: Platform): Promise<Agent> {
  const { clock, log } = platform
  const closer = new Closer(log, CLOSE_BUDGET_MS)
  try {
    const conditions = new Conditions(clock, openHoursOf(config))
    for (const condition of standing(config)) conditions.raise(...condition)
    // Before the store: a refused certificate leaves nothing behind.
    const identity = readIdentity(config)
    const store = closer.add('store', await storeOf(config, conditions, platform))
    const clockTrust = closer.add('clock trust', openClockTrust(platform))
    const judging = judgingOf(config, clockTrust)
    const { desk, certificates, ...connected } = await connect(
      config,
      { identity, store, judging, conditions, closer },
      platform,
    )
    refuseLineAddress(config, connected.lines)
    const ports: number[] = []
    const deliveries = closer.add(
      'outbox',
      openDeliveries(config, { store, conditions, ownPorts: () => ports }, platform),
    )
    const ask = connected.orders.askExpected ?? askingOneByOne(connected, store, platform)
    const jobs = closer.add(
      'jobs',
      openAgentJobs(
        config,
        { ...connected, store, conditions, rules: judging.rules, ask, ownPorts: () => ports },
        platform,
      ),
    )
    const people = closer.add('staff', openStaff(config, { store, conditions }, platform))
    const served = { ...connected, desk, people, store, judging, conditions, deliveries, jobs }
    const api = closer.add('api', await openApi(apiOptions(config, served, platform)))
    const { urls } = api
    ports.push(...urls.map((url) => Number(new URL(url).port)))
    closer.add(
      'control',
      await openControl({
        ...sharedOf(served, platform),
        clock,
        certificates,
        examine: examination(config, connected, platform),
        socket: config.control.socket,
        urls,
      }),
    )
    const { length: readers } = config.readers
    log.info({ version: VERSION, url: urls.join(' '), readers }, 'agent-ready')
    const { terminal } = connected
    const isStuck = () => terminal?.isStuck() === true || deliveries.isStuck()
    return { urls, isStuck, close: () => closer.close() }
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

/** What `onshi-agent doctor` is told by the running agent. */
const examination =
  (
    config: Config,
    { lines, terminal }: Pick<Official, 'lines' | 'terminal'>,
    { clock }: Platform,
  ) =>
  () =>
    examine({
      lines: doctorLines(config),
      folders: async () => (terminal === null ? [] : foundBy(terminal.report())),
      async testLines() {
        await lines.test()
        return lines.list().flatMap(({ path }) => path ?? [])
      },
      clock,
    })

interface Base {
  readonly identity: Identity | null
  readonly store: Store
  readonly judging: Judging
  readonly conditions: Conditions
  readonly closer: Closer
}

/** The parts between the store and the API: the official side, questions, readers. */
async function connect(
  config: Config,
  { identity, store, judging, conditions, closer }: Base,
  platform: Platform,
) {
  const { clock, log } = platform
  const official = await openOfficial(
    config,
    identity,
    { store, judging, conditions, closer },
    platform,
  )
  const { gateway, lines, certificates, terminal } = official
  const observe = watchAttempts(conditions)
  const eligibility = closer.add(
    'eligibility',
    openEligibility({ ...platform, store, judging, gateway, observe }),
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
    openIntake<Accepted>({ readers: config.readers, lapseMs, clock, log, conditions }),
  )
  const { challenge } = official
  return {
    lines,
    certificates,
    challenge,
    terminal,
    eligibility,
    reasking,
    openTimes,
    orders,
    desk,
  }
}

interface Served extends Pick<Official, 'lines' | 'terminal' | 'challenge'> {
  readonly store: Store
  readonly judging: Judging
  readonly conditions: Conditions
  readonly eligibility: Eligibility
  readonly reasking: Reasking
  readonly openTimes: OpenTimes
  readonly orders: TerminalOrders
  readonly desk: Intake<Accepted>
  readonly deliveries: OpenedDeliveries
  readonly jobs: Jobs
  readonly people: OpenedStaff
}

/** What the API and the console both show. */
const sharedOf = (
  { store, conditions, lines, terminal, desk, deliveries, jobs, people }: Served,
  { onBug }: Platform,
) => ({
  version: VERSION,
  consumers: store.consumers,
  staff: people.staff,
  desk,
  lines,
  terminal,
  deliveries,
  jobs,
  health: { showing: () => conditions.showing(), ready: store.isReady },
  onBug,
})

const apiOptions = (config: Config, served: Served, platform: Platform): ApiOptions => {
  const { challenge, store, judging, eligibility, reasking, openTimes, orders } = served
  const { rules } = judging
  const { deliveries, desk: intake } = served
  const { clock, log } = platform
  return {
    ...sharedOf(served, platform),
    listen: listenSettings(config),
    monitorFrom: config.monitor_from,
    sessions: served.people.sessions,
    clinic: clinicPageOf(config, { version: VERSION, rules, clock }),
    feed: { page: store.feed.page, end: store.feed.end, subscribe: store.subscribe },
    verifications: verificationsOf(
      config,
      { judging, challenge, store, eligibility, intake },
      platform,
    ),
    batches: orders.batches,
    referenceNumbers: orders.referenceNumbers,
    ...officeOf(config, { store, rules, reasking, openTimes, deliveries }, platform),
    audit: { read: ({ id }, action, subject) => store.auditRead(id, action, subject) },
    log,
    clock,
  }
}

/** Throws what the store throws, with the key of the configuration that may be wrong. */
async function storeOf({ store }: Config, conditions: Conditions, platform: Platform) {
  const { path, key_file: keyFile } = store
  try {
    const observe = watchStore(conditions)
    return await openStore({ path, key: readStoreKey(keyFile), observe, ...platform })
  } catch (error) {
    const fault = asFault(error)
    if (fault.code === 'STORE_KEY_WRONG') throw withKey(fault, 'store.key_file', keyFile)
    throw withKey(fault, 'store.path', path)
  }
}

/** What came in over a line must never reach the API; an interface's address is known only now. */
function refuseLineAddress({ listen }: Config, lines: Lines): void {
  const own = lines.list().flatMap(({ address }) => address ?? [])
  for (const { address } of listen) {
    const { host = '', loopback = true } = parseListenAddress(address) ?? {}
    if (loopback || !own.some((one) => sameAddress(one, host))) continue
    const fault = new AgentError('LISTEN_UNSAFE', `${address} is the address of a line`)
    throw withKey(fault, 'listen', address)
  }
}

function versionIn(packageJson: string): string {
  return /"version": "([^"]+)"/.exec(packageJson)?.[1] ?? ''
}
