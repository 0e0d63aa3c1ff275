import type { Reasking } from '../eligibility/reasking.ts'
import type { ConditionCode, Conditions } from '../kernel/conditions.ts'
import { asFault } from '../kernel/errors.ts'
import type { FaultCode } from '../kernel/faults.ts'
import type { Clock, Log, Part } from '../kernel/ports.ts'
import type { FolderRole, TerminalEvent, TerminalReport } from '../kernel/terminal.ts'
import type { Outages } from '../store/outages.ts'

export interface TerminalWatchParts {
  readonly conditions: Pick<Conditions, 'raise' | 'clear'>
  readonly report: () => TerminalReport
  readonly isOpen: () => boolean
  /** Null: never. */
  readonly quietMs: number | null
  readonly clock: Clock
  readonly onBug: (error: unknown) => void
}

export interface TerminalWatch extends Part {
  take(event: TerminalEvent): void
}

/** How often what only time changes is looked at. */
const LOOK_MS = 5_000
/** A file that could not be read is shown for a day. */
const REFUSED_SHOWN_MS = 24 * 60 * 60_000
/** Clocks of a clinic's machines differ by seconds; two minutes make dates and order wrong. */
const CLOCK_OFF_SECONDS = 120
/** One copied file keeps an old time; so many in a row do not. */
const CLOCK_PROOFS = 3

/** The terminal's folders in health: what is wrong there, and that it is watched at all. */
export function watchTerminal(parts: TerminalWatchParts): TerminalWatch {
  const { conditions, clock, onBug } = parts
  const closing = new AbortController()
  const refused = new Map<ConditionCode, number>()
  let quietFrom = clock.now()
  let offs: number[] = []

  const tellClock = (aheadSeconds: number) => {
    offs = [...offs, aheadSeconds].slice(-CLOCK_PROOFS)
    const isOff = offs.length === CLOCK_PROOFS && offs.every(isWrong)
    if (isOff) conditions.raise('TERMINAL_CLOCK_WRONG', 'clock', { seconds: aheadSeconds })
    else if (!isWrong(aheadSeconds)) conditions.clear('TERMINAL_CLOCK_WRONG', 'clock')
  }
  const look = () => {
    const report = parts.report()
    // Nobody is there to bring anything while the clinic is closed.
    if (!parts.isOpen()) quietFrom = clock.now()
    lookForQuiet(parts, report, quietFrom)
    showSeen(parts, report)
    for (const [code, at] of refused)
      if (clock.now() - at > REFUSED_SHOWN_MS) {
        refused.delete(code)
        conditions.clear(code, 'files')
      }
  }
  const run = async () => {
    while (!closing.signal.aborted) {
      look()
      await clock.sleep(LOOK_MS, closing.signal)
    }
  }
  const done = run().catch(onBug)

  return {
    take(event) {
      switch (event.is) {
        case 'folder':
          tellFolder(conditions, event.role, event.fault)
          break
        case 'heard':
          conditions.clear('TERMINAL_SILENT', 'req')
          break
        case 'asked':
          if (event.fault === 'TERMINAL_SILENT')
            conditions.raise('TERMINAL_SILENT', 'req', { code: event.fault })
          break
        case 'file-refused': {
          const code = ofRefusal(event.code)
          refused.set(code, event.at)
          const { role: folder, modifiedAt, sizeBytes } = event
          conditions.raise(code, 'files', { code: event.code, folder, modifiedAt, sizeBytes })
          break
        }
        case 'clock':
          tellClock(event.aheadSeconds)
          break
        case 'bypass':
          if (event.bypassed) conditions.raise('TERMINAL_BYPASSED', 'front')
          else conditions.clear('TERMINAL_BYPASSED', 'front')
          break
      }
    },
    async close() {
      closing.abort()
      await done
    },
  }
}

const isWrong = (aheadSeconds: number) => Math.abs(aheadSeconds) > CLOCK_OFF_SECONDS

/** What can be wrong with a folder: of one at most one thing. */
const OF_FOLDERS = ['TERMINAL_UNREACHABLE', 'TERMINAL_UNWRITABLE', 'FRONT_UNWRITABLE'] as const

function ofRole(role: FolderRole, fault: FaultCode): (typeof OF_FOLDERS)[number] {
  if (role.startsWith('front-')) return 'FRONT_UNWRITABLE'
  return fault === 'TERMINAL_REFUSED' ? 'TERMINAL_UNWRITABLE' : 'TERMINAL_UNREACHABLE'
}

function tellFolder(
  conditions: TerminalWatchParts['conditions'],
  role: FolderRole,
  fault: FaultCode | null,
): void {
  const raised = fault === null ? null : ofRole(role, fault)
  for (const code of OF_FOLDERS) if (code !== raised) conditions.clear(code, role)
  if (raised !== null) conditions.raise(raised, role, { code: fault ?? '' })
}

const ofRefusal = (code: FaultCode): ConditionCode =>
  code === 'ANSWER_OF_ANOTHER_INSTITUTION'
    ? 'TERMINAL_OF_ANOTHER_INSTITUTION'
    : 'TERMINAL_FILE_UNREADABLE'

/** Quiet counts from when the clinic could first have heard something. */
function lookForQuiet(
  { conditions, quietMs, clock }: TerminalWatchParts,
  { heardAt }: TerminalReport,
  quietFrom: number,
): void {
  const silentMs = clock.now() - Math.max(heardAt ?? 0, quietFrom)
  if (quietMs !== null && silentMs > quietMs)
    conditions.raise('TERMINAL_QUIET', 'files', { hours: Math.floor(silentMs / 3_600_000) })
  else conditions.clear('TERMINAL_QUIET', 'files')
}

/** What clinic IT reads where nothing is wrong: the share, its newest file, the answer time. */
function showSeen({ conditions, clock }: TerminalWatchParts, report: TerminalReport): void {
  const newest = report.folders.flatMap(({ newestAt }) => newestAt ?? [])
  conditions.raise('TERMINAL_WATCHED', 'folders', {
    share: shareOf(report),
    open: report.open,
    ...(newest.length > 0 && {
      newestFileAgeSeconds: Math.round((clock.now() - Math.max(...newest)) / 1_000),
    }),
    ...(report.answerMs !== null && {
      answerLastMs: report.answerMs.last,
      answerMedianMs: report.answerMs.median,
    }),
  })
}

function shareOf({ folders }: TerminalReport): string {
  const is = (...states: string[]) => folders.some(({ state }) => states.includes(state))
  if (is('unreachable', 'silent')) return 'not reachable'
  return is('starting') ? 'not looked at yet' : 'reachable'
}

export interface TerminalOutageParts {
  readonly outages: Pick<Outages, 'began' | 'ended' | 'current'>
  readonly reasking: Pick<Reasking, 'lineIsBack' | 'linesAreDown'>
  readonly log: Log
  readonly onBug: (error: unknown) => void
}

/**
 * Stamps when the terminal could not be asked, and has everything asked again when it can: its
 * folders are back, or it gives a sign of life after it had left requests lying.
 */
export function watchTerminalOutages({
  outages,
  reasking,
  log,
  onBug,
}: TerminalOutageParts): (event: TerminalEvent) => void {
  const gone = new Set<FolderRole>()
  let isSilent = false
  let isDown = outages.current() !== undefined
  const stamp = (change: Promise<void>) =>
    void change
      .catch((error) => log.error({ code: asFault(error).code }, 'outage-not-stamped'))
      .catch(onBug)
  const down = (cause: FaultCode) => {
    if (gone.size > 0) reasking.linesAreDown()
    if (!isDown) stamp(outages.began(cause))
    isDown = true
  }
  const up = () => {
    if (isDown) stamp(outages.ended())
    isDown = false
    isSilent = false
    reasking.lineIsBack()
  }
  const folderChanged = (role: FolderRole, fault: FaultCode | null) => {
    if (role !== 'req' && role !== 'res') return
    if (fault !== null) {
      gone.add(role)
      down(fault)
    } else if (gone.delete(role) && gone.size === 0) up()
  }
  reasking.lineIsBack()
  return (event) => {
    if (event.is === 'folder') folderChanged(event.role, event.fault)
    else if (event.is === 'asked' && event.fault === 'TERMINAL_SILENT') {
      isSilent = true
      down(event.fault)
    } else if (event.is === 'heard' && gone.size === 0 && (isSilent || isDown)) up()
  }
}
