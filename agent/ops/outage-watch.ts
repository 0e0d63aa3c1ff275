import type { Reasking } from '../eligibility/reasking.ts'
import { asFault } from '../kernel/errors.ts'
import type { FaultCode } from '../kernel/faults.ts'
import type { LineReport, UplinkEvent } from '../kernel/line.ts'
import type { Log } from '../kernel/ports.ts'
import type { Outages } from '../store/outages.ts'

export interface OutageWatchParts {
  readonly outages: Pick<Outages, 'began' | 'ended' | 'current'>
  readonly reasking: Pick<Reasking, 'lineIsBack' | 'linesAreDown'>
  readonly log: Log
  readonly onBug: (error: unknown) => void
}

/**
 * Stamps when no line was usable, and has everything asked again when one is. `lines` are those of
 * this moment; the result is to be given every event from now on. A line that only seems usable
 * after a start does not end an outage from before it: an answer does.
 */
export function watchOutages(
  { outages, reasking, log, onBug }: OutageWatchParts,
  lines: readonly Pick<LineReport, 'name' | 'isCurrent' | 'fault'>[],
): (event: UplinkEvent) => void {
  let isUnproved = outages.current() !== undefined
  let cause: FaultCode = lines[0]?.fault ?? 'NO_LINE'
  const stamp = (change: Promise<void>) =>
    void change
      .catch((error) => log.error({ code: asFault(error).code }, 'outage-not-stamped'))
      .catch(onBug)
  const [preferred] = lines
  const down = () => {
    reasking.linesAreDown()
    stamp(outages.began(cause))
  }
  /** A test says more than what was first seen. */
  const found = (fault: FaultCode) => {
    if (fault === cause) return
    cause = fault
    if (outages.current() !== undefined) stamp(outages.began(cause))
  }
  const proved = () => {
    if (!isUnproved) return
    isUnproved = false
    stamp(outages.ended())
  }

  if (lines.some(({ isCurrent }) => isCurrent)) reasking.lineIsBack()
  else down()
  let isUp = lines.some(({ isCurrent }) => isCurrent)
  /** When a sending failed since everything was asked again. */
  let brokenAt: number | null = null
  /** A question may have ended with it though a line is left: asked again once that shows life. */
  const retry = (event: UplinkEvent) => {
    if (event.is === 'asked' && event.fault !== null) brokenAt = event.at
    if (brokenAt === null || !isUp || !isLife(event) || event.at - brokenAt < SETTLED_MS) return
    brokenAt = null
    reasking.lineIsBack()
  }
  return (event) => {
    retry(event)
    if (event.is === 'standing' && event.fault !== null) cause = event.fault
    if (event.is === 'tested' && event.line === preferred?.name && event.report.fault !== null)
      found(event.report.fault)
    if (isAnswer(event)) proved()
    if (event.is !== 'moved') return
    isUp = event.to !== null
    if (event.to === null) return down()
    if (event.from === null) {
      isUnproved = false
      stamp(outages.ended())
    }
    // Also from one line to another: a question may have ended while two died at once.
    reasking.lineIsBack()
  }
}

/** Until what failed is recorded. */
const SETTLED_MS = 1_000

const isLife = (event: UplinkEvent) =>
  isAnswer(event) || (event.is === 'probed' && event.rttMs !== null)

const isAnswer = (event: UplinkEvent) =>
  event.is === 'heard' ||
  (event.is === 'asked' && event.fault === null) ||
  (event.is === 'tested' && event.report.fault === null)
