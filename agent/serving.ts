import { isLoopback, parseListenAddress } from '../config/listen.ts'
import type { Config } from '../config/schema.ts'
import { sameAddress } from '../config/sources.ts'
import type { ApiOptions } from './api/api.ts'
import type { ControlOptions } from './api/control.ts'
import type { Lines } from './api/lines-port.ts'
import { auditDeskOf } from './audit-desk.ts'
import type { TerminalOrders } from './batches.ts'
import type { OpenedDeliveries } from './deliveries.ts'
import type { Doors } from './doors.ts'
import type { Eligibility } from './eligibility/eligibility.ts'
import type { Judging } from './eligibility/ending.ts'
import type { OpenTimes } from './eligibility/follow-up-plan.ts'
import type { Reasking } from './eligibility/reasking.ts'
import type { Gaps } from './gaps.ts'
import type { Intake } from './intake/intake.ts'
import type { Conditions } from './kernel/conditions.ts'
import { AgentError } from './kernel/errors.ts'
import { metricsOf, versionsOf } from './measured.ts'
import { officeOf } from './office.ts'
import type { Official } from './official.ts'
import { checkAudit } from './ops/audit-watch.ts'
import { examine } from './ops/doctor.ts'
import { foundBy } from './ops/doctor-folders.ts'
import type { Jobs } from './ops/jobs/jobs.ts'
import type { Meters } from './ops/metrics/meters.ts'
import type { Platform } from './platform.ts'
import { doctorLines, withKey } from './settings.ts'
import { clinicPageOf, type OpenedStaff } from './staff.ts'
import type { Store } from './store/store.ts'
import { verificationsOf } from './verifications.ts'
import { VERSION } from './version.ts'
import type { Watching } from './watching.ts'

export type Accepted = { readonly id: string }

/** The parts that stand behind the API and behind the control socket. */
export interface Served
  extends Pick<Official, 'lines' | 'terminal' | 'challenge' | 'certificateEndsAt'> {
  readonly store: Store
  readonly judging: Judging
  readonly conditions: Conditions
  readonly eligibility: Eligibility
  readonly reasking: Reasking
  readonly openTimes: OpenTimes
  readonly orders: TerminalOrders
  readonly desk: Intake<Accepted>
  readonly certificates: Official['certificates']
  readonly deliveries: OpenedDeliveries
  readonly jobs: Jobs
  readonly people: OpenedStaff
  readonly meters: Meters
  readonly watching: Watching
  readonly gaps: Gaps
  readonly doors: Doors
  /** When the newest good backup was made, epoch ms; null: there is none. */
  readonly backupAt: () => number | null
}

/** What the API and the console both show. */
const sharedOf = (
  { store, conditions, lines, terminal, desk, deliveries, jobs, people }: Served,
  { onBug }: Platform,
) => ({
  version: VERSION,
  consumers: store.consumers,
  staff: people.staff,
  vendor: people.vendor,
  desk,
  lines,
  terminal,
  deliveries,
  jobs,
  health: {
    showing: () => conditions.showing(),
    pending: () => conditions.pending(),
    ready: store.isReady,
    versions: () => versionsOf(store),
  },
  onBug,
})

/** What the API is opened with. */
export const apiOptions = (config: Config, served: Served, platform: Platform): ApiOptions => {
  const { challenge, store, judging, eligibility, reasking, openTimes, orders } = served
  const { rules } = judging
  const { deliveries, desk: intake } = served
  const { clock, log } = platform
  return {
    ...sharedOf(served, platform),
    listen: served.doors.listen,
    ca: served.doors.ca,
    monitorFrom: config.monitor_from,
    isOfLine: (address) => !isLoopback(address) && isOfLine(served.lines, address),
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
    metrics: metricsOf(served, platform),
    audit: { read: ({ id }, action, subject) => store.auditRead(id, action, subject) },
    log,
    clock,
  }
}

/** What the control socket is opened with; `urls` are those of the API. */
export const controlOptions = (
  config: Config,
  served: Served,
  urls: readonly string[],
  platform: Platform,
): ControlOptions => ({
  ...sharedOf(served, platform),
  clock: platform.clock,
  certificates: served.certificates,
  auditTrail: auditDeskOf(served.store, () => {
    const { store, conditions } = served
    return checkAudit({ ...platform, trail: store.auditTrail, conditions }, true)
  }),
  ca: served.doors.ca,
  examine: examination(config, served, platform),
  metrics: metricsOf(served, platform),
  acknowledgeRestore: served.gaps.acknowledge,
  socket: config.control.socket,
  urls,
})

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

const addressesOf = (lines: Lines) => lines.list().flatMap(({ address }) => address ?? [])

const isOfLine = (lines: Lines, address: string) =>
  addressesOf(lines).some((one) => sameAddress(one, address))

/** What came in over a line must never reach the API; an interface's address is known only now. */
export function refuseLineAddress({ listen }: Config, lines: Lines): void {
  const own = addressesOf(lines)
  for (const { address } of listen) {
    const { host = '', loopback = true } = parseListenAddress(address) ?? {}
    if (loopback || !own.some((one) => sameAddress(one, host))) continue
    const fault = new AgentError('LISTEN_UNSAFE', `${address} is the address of a line`)
    throw withKey(fault, 'listen', address)
  }
}
