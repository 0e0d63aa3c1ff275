import type { Family, Sample } from '../../kernel/metrics.ts'

interface Row {
  readonly type: Family['type']
  readonly labels: readonly string[]
  /** English; systemd/monitoring/README.md repeats it. */
  readonly help: string
}

const row = (type: Row['type'], labels: readonly string[], help: string): Row => ({
  type,
  labels,
  help,
})

const OF_CONSUMER = ['consumer', 'sink']

/**
 * Every metric there is. Labels are words of our own or names of the configuration, so that their
 * number has a bound; a test compares both ways. The last two groups have the names that every
 * exporter uses. [Prometheus, “Metric and label naming”]
 */
// biome-ignore format: a table; one metric a row reads best
export const catalogue = {
  onshi_agent_build_info: row('gauge', ['version', 'schema', 'node'], '1; the release, the schema of its store, its Node.js.'),
  onshi_agent_node_end_of_life_timestamp_seconds: row('gauge', [], 'When this Node.js gets no more security fixes; absent: unknown.'),
  onshi_agent_ready: row('gauge', [], '1 where polls can be answered, as /readyz.'),
  onshi_agent_component_status: row('gauge', ['component', 'status'], '1 for the status that each component has now: pass, warn or fail.'),
  onshi_agent_condition: row('gauge', ['code', 'number', 'component', 'severity'], '1 while it shows in health, at the severity that it shows with.'),

  onshi_agent_verifications_total: row('counter', ['outcome', 'source'], 'Questions that ended, by outcome and by what was asked with.'),
  onshi_agent_question_duration_seconds: row('histogram', [], 'From the acceptance of a question that somebody waits for to its verification.'),
  onshi_agent_questions_open: row('gauge', [], 'Questions that are accepted and have not ended.'),
  onshi_agent_gateway_attempts_total: row('counter', ['line'], 'Sendings of a question that ended, by line; terminal: through its folders.'),
  onshi_agent_gateway_faults_total: row('counter', ['line', 'code'], 'Those of them that brought no answer, by fault.'),
  onshi_agent_gateway_attempt_duration_seconds: row('histogram', ['line'], 'How long those took that were answered.'),

  onshi_agent_line_up: row('gauge', ['line'], '1 where the line takes questions, 0.5 on trial, 0 down.'),
  onshi_agent_line_current: row('gauge', ['line'], '1 for the line that the next question goes out on.'),
  onshi_agent_line_held: row('gauge', ['line'], '1 while a person holds the choice of this line.'),
  onshi_agent_line_round_trip_seconds: row('gauge', ['line'], 'Smoothed round trip of TCP; absent before the first.'),
  onshi_agent_line_probes_total: row('counter', ['line'], 'TCP probes of the line.'),
  onshi_agent_line_probes_lost_total: row('counter', ['line'], 'Those of them that nothing came back of.'),
  onshi_agent_line_switches_total: row('counter', [], 'How often another line became the current one, none included.'),

  onshi_agent_terminal_folder_up: row('gauge', ['folder'], '1 where a folder of the official terminal can be listed.'),
  onshi_agent_terminal_newest_file_timestamp_seconds: row('gauge', [], 'When the newest file of the terminal was seen; absent before the first.'),

  onshi_agent_reader_up: row('gauge', ['reader'], '1 where the card reader works.'),
  onshi_agent_reader_cards_total: row('counter', ['reader', 'kind'], 'What stood on a reader; unreadable: a card that failed.'),
  onshi_agent_presentations_waiting: row('gauge', [], 'Taps that wait for 本人認証.'),

  onshi_agent_feed_position: row('gauge', [], 'Position of the newest event of the feed.'),
  onshi_agent_consumer_last_used_timestamp_seconds: row('gauge', ['consumer'], 'When the token of a consumer last opened the door; absent before.'),
  onshi_agent_deliveries_waiting: row('gauge', OF_CONSUMER, 'Deliveries on their way to a consumer.'),
  onshi_agent_deliveries_parked: row('gauge', OF_CONSUMER, 'Deliveries that wait for a person.'),
  onshi_agent_deliveries_refused: row('gauge', OF_CONSUMER, 'Dead letters: refused for good, or older than a restore.'),
  onshi_agent_delivery_oldest_age_seconds: row('gauge', OF_CONSUMER, 'Age of the oldest delivery on its way; 0 where there is none.'),
  onshi_agent_delivery_failing: row('gauge', OF_CONSUMER, '1 while attempts fail.'),
  onshi_agent_deliveries_delivered_total: row('counter', OF_CONSUMER, 'Deliveries that arrived.'),

  onshi_agent_store_commit_duration_seconds: row('histogram', [], 'From a change to its being on disk.'),
  onshi_agent_store_faults_total: row('counter', ['code'], 'Changes that the store did not take.'),
  onshi_agent_store_size_bytes: row('gauge', ['file'], 'Size of the database, its WAL and the audit journal.'),
  onshi_agent_store_free_bytes: row('gauge', [], 'What the file system of the store has left for the agent.'),
  onshi_agent_store_filesystem_bytes: row('gauge', [], 'Size of the file system of the store.'),
  onshi_agent_audit_pending: row('gauge', [], 'Audit records of reads that are in the journal and not yet in the database.'),

  onshi_agent_job_last_success: row('gauge', ['job'], '1 where the newest run that ended was done, 0 where it was not; absent before the first.'),
  onshi_agent_job_last_run_timestamp_seconds: row('gauge', ['job'], 'When that run ended.'),
  onshi_agent_certificate_not_after_timestamp_seconds: row('gauge', [], 'End of the clinic’s certificate that is in use; absent where it is the terminal’s.'),
  onshi_agent_backup_last_success_timestamp_seconds: row('gauge', [], 'When the newest backup was checked; absent where there is none.'),
  onshi_agent_clock_synchronised: row('gauge', [], '1 where the machine says that its clock is synchronised, 0 where it says that it is not; absent: nobody can say.'),
  onshi_agent_clock_ahead_seconds: row('gauge', [], 'Our clock less that of the gateway, to the second; absent before its first answer.'),

  process_start_time_seconds: row('gauge', [], 'When the agent was started.'),
  process_cpu_seconds_total: row('counter', [], 'Processor time of the agent, readers not included.'),
  process_resident_memory_bytes: row('gauge', [], 'Memory of the agent, readers not included.'),
  process_open_fds: row('gauge', [], 'Open file descriptors.'),
  process_max_fds: row('gauge', [], 'How many there may be; absent: no limit.'),

  nodejs_heap_size_used_bytes: row('gauge', [], 'JavaScript heap in use.'),
  nodejs_heap_size_total_bytes: row('gauge', [], 'JavaScript heap.'),
  nodejs_external_memory_bytes: row('gauge', [], 'Memory of buffers outside the heap.'),
  nodejs_eventloop_lag_p50_seconds: row('gauge', [], 'Delay of the event loop, the median of the last minute or so.'),
  nodejs_eventloop_lag_p99_seconds: row('gauge', [], 'Delay of the event loop, the 99th percentile of the last minute or so.'),
  nodejs_eventloop_lag_max_seconds: row('gauge', [], 'Delay of the event loop, the longest of the last minute or so.'),
} as const satisfies Record<string, Row>

export type MetricName = keyof typeof catalogue
/** What is known of some of them. */
export type Readings = Partial<Record<MetricName, readonly Sample[]>>

const isName = (name: string): name is MetricName => name in catalogue

/** Every family in the order of the catalogue, also those without a sample now. */
export function familiesOf(readings: Readings): Family[] {
  return Object.keys(catalogue)
    .filter(isName)
    .map((name) => {
      const { type, help } = catalogue[name]
      return { name, type, help, samples: readings[name] ?? [] }
    })
}

/** One number without labels; nothing where there is none. */
export const alone = (value: number | null | undefined): Sample[] =>
  value === null || value === undefined ? [] : [{ labels: {}, value }]
