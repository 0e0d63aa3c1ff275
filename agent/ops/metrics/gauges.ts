import {
  type Component,
  components,
  conditions,
  type Showing,
  statusOf,
} from '../../kernel/conditions.ts'
import type { JobReport } from '../../kernel/job.ts'
import type { LineReport, Standing } from '../../kernel/line.ts'
import type { Labels, Sample } from '../../kernel/metrics.ts'
import type { ReaderState } from '../../kernel/presentation.ts'
import type { TerminalReport } from '../../kernel/terminal.ts'
import type { StoreVitals } from '../../store/vitals.ts'
import type { ClockState } from '../clock-watch.ts'
import type { DiskState } from '../disk-watch.ts'
import { alone, type Readings } from './catalogue.ts'

/** What is on its way to one consumer. Times are epoch ms, here and below. */
export interface DeliveryState {
  readonly consumer: { readonly name: string }
  readonly sink: string
  readonly is: 'idle' | 'sending' | 'failing'
  readonly waiting: number
  readonly parked: number
  readonly refused: number
  readonly restored: number
  readonly oldestAt: number | null
  readonly delivered: number
}

/** How everything is, as the parts report it. */
export interface State {
  readonly version: string
  readonly node: string
  /** Null: unknown. */
  readonly nodeEndsAt: number | null
  readonly isReady: boolean
  readonly showing: readonly Showing[]
  readonly lines: readonly LineReport[]
  /** Null where no folders are configured. */
  readonly terminal: TerminalReport | null
  readonly readers: readonly ReaderState[]
  readonly presentationsWaiting: number
  readonly consumers: readonly { readonly name: string; readonly usedAt: number | null }[]
  readonly deliveries: readonly DeliveryState[]
  readonly jobs: readonly JobReport[]
  /** Null: the store cannot be read now. */
  readonly store: StoreVitals | null
  readonly disk: DiskState | null
  /** Null: the certificate is the terminal’s. */
  readonly certificateEndsAt: number | null
  readonly backupAt: number | null
  readonly clock: ClockState
}

/** Everything that is read when somebody asks, rather than counted. Pure. */
export function gaugesOf(state: State, now: number): Readings {
  return {
    onshi_agent_build_info: [
      {
        labels: {
          version: state.version,
          schema: String(state.store?.schema ?? ''),
          node: state.node,
        },
        value: 1,
      },
    ],
    onshi_agent_node_end_of_life_timestamp_seconds: time(state.nodeEndsAt),
    onshi_agent_ready: alone(flag(state.isReady)),
    onshi_agent_component_status: components.flatMap((component) =>
      componentStatus(component, state.showing),
    ),
    onshi_agent_condition: conditionSamples(state.showing),
    onshi_agent_presentations_waiting: alone(state.presentationsWaiting),
    onshi_agent_reader_up: state.readers.map(({ name, state: is }) =>
      of({ reader: name }, flag(is === 'ready' || is === 'card-present')),
    ),
    onshi_agent_consumer_last_used_timestamp_seconds: state.consumers.flatMap(({ name, usedAt }) =>
      time(usedAt, { consumer: name }),
    ),
    onshi_agent_certificate_not_after_timestamp_seconds: time(state.certificateEndsAt),
    onshi_agent_backup_last_success_timestamp_seconds: time(state.backupAt),
    ...lineGauges(state.lines),
    ...terminalGauges(state.terminal),
    ...deliveryGauges(state.deliveries, now),
    ...storeGauges(state.store, state.disk),
    ...jobGauges(state.jobs),
    ...clockGauges(state.clock),
  }
}

const flag = (is: boolean): number => (is ? 1 : 0)
const of = (labels: Labels, value: number): Sample => ({ labels, value })
const time = (at: number | null | undefined, labels: Labels = {}): Sample[] =>
  at === null || at === undefined ? [] : [of(labels, at / 1_000)]

const STATUSES = ['pass', 'warn', 'fail'] as const

function componentStatus(component: Component, showing: readonly Showing[]): Sample[] {
  const now = statusOf(component, showing)
  return STATUSES.map((status) => of({ component, status }, flag(status === now)))
}

/** The same rows always, so that an alert knows 0 from unknown. */
function conditionSamples(showing: readonly Showing[]): Sample[] {
  return Object.entries(conditions).flatMap(([code, kind]) => {
    const { number, component } = kind
    if (kind.severity === 'pass') return []
    const isMilder = 'inHours' in kind && kind.severity === 'fail'
    const severities = isMilder ? ['fail', 'warn'] : [kind.severity]
    return severities.map((severity) =>
      of(
        { code, number, component, severity },
        flag(showing.some((one) => one.code === code && one.severity === severity)),
      ),
    )
  })
}

const UP: Readonly<Record<Standing, number>> = { up: 1, trial: 0.5, down: 0 }

const lineGauges = (lines: readonly LineReport[]): Readings => ({
  onshi_agent_line_up: lines.map(({ name, standing }) => of({ line: name }, UP[standing])),
  onshi_agent_line_current: lines.map(({ name, isCurrent }) => of({ line: name }, flag(isCurrent))),
  onshi_agent_line_held: lines.map(({ name, isHeldByHand }) =>
    of({ line: name }, flag(isHeldByHand)),
  ),
  onshi_agent_line_round_trip_seconds: lines.flatMap(({ name, rttMs }) =>
    rttMs === null ? [] : [of({ line: name }, rttMs / 1_000)],
  ),
})

function terminalGauges(report: TerminalReport | null): Readings {
  const folders = report?.folders ?? []
  const newest = folders.flatMap(({ newestAt }) => newestAt ?? [])
  return {
    onshi_agent_terminal_folder_up: folders.map(({ role, state }) =>
      of({ folder: role }, flag(state === 'reachable')),
    ),
    onshi_agent_terminal_newest_file_timestamp_seconds:
      newest.length === 0 ? [] : time(Math.max(...newest)),
  }
}

function deliveryGauges(deliveries: readonly DeliveryState[], now: number): Readings {
  const each = (value: (one: DeliveryState) => number) =>
    deliveries.map((one) => of({ consumer: one.consumer.name, sink: one.sink }, value(one)))
  return {
    onshi_agent_deliveries_waiting: each(({ waiting }) => waiting),
    onshi_agent_deliveries_parked: each(({ parked }) => parked),
    onshi_agent_deliveries_refused: each(({ refused, restored }) => refused + restored),
    onshi_agent_delivery_oldest_age_seconds: each(({ oldestAt }) =>
      oldestAt === null ? 0 : Math.max(0, (now - oldestAt) / 1_000),
    ),
    onshi_agent_delivery_failing: each(({ is }) => flag(is === 'failing')),
    onshi_agent_deliveries_delivered_total: each(({ delivered }) => delivered),
  }
}

function storeGauges(store: StoreVitals | null, disk: DiskState | null): Readings {
  const sizes = Object.entries(store?.bytes ?? {})
  return {
    onshi_agent_questions_open: alone(store?.openQuestions),
    onshi_agent_feed_position: alone(store?.position),
    onshi_agent_audit_pending: alone(store?.auditPending),
    onshi_agent_store_size_bytes: sizes.map(([file, bytes]) => of({ file }, bytes)),
    onshi_agent_store_free_bytes: alone(disk?.freeBytes),
    onshi_agent_store_filesystem_bytes: alone(disk?.sizeBytes),
  }
}

const jobGauges = (jobs: readonly JobReport[]): Readings => ({
  onshi_agent_job_last_success: jobs.flatMap(({ name, last }) =>
    last?.ending ? [of({ job: name }, flag(last.ending.is === 'done'))] : [],
  ),
  onshi_agent_job_last_run_timestamp_seconds: jobs.flatMap(({ name, last }) =>
    time(last?.endedAt, { job: name }),
  ),
})

const clockGauges = ({ trust, aheadMs }: ClockState): Readings => ({
  onshi_agent_clock_synchronised: trust === 'unknown' ? [] : alone(flag(trust === 'synchronised')),
  onshi_agent_clock_ahead_seconds: alone(aheadMs === null ? null : Math.round(aheadMs / 1_000)),
})
