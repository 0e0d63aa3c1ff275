import type { FaultCode } from '../../../agent/kernel/faults.ts'
import type { LineReport, PathReport, UplinkEvent } from '../../../agent/kernel/line.ts'

export const start = Date.parse('2026-04-01T09:00:00+09:00')

/** A line that is well. */
export const report = (name: string, over: Partial<LineReport> = {}): LineReport => ({
  name,
  standing: 'up',
  since: start,
  isCurrent: name === 'a',
  isHeldByHand: false,
  metered: false,
  address: null,
  rttMs: null,
  relapses: 0,
  fault: null,
  lastAnswerAt: null,
  questions: 0,
  warmQuestions: 0,
  path: null,
  ...over,
})

export const pathReport = (line: string, at: number, fault: FaultCode | null): PathReport => ({
  line,
  at,
  fault,
  facts: fault === null ? {} : { interface: 'eth1' },
  steps: [
    { step: 'link', result: 'pass', tookMs: 1, fault: null, facts: {} },
    { step: 'tcp', result: fault === null ? 'pass' : 'fail', tookMs: 3, fault, facts: {} },
  ],
})

/** Events of one line, at a time. */
export const on = (line: string, at = start) => ({
  standing: (
    standing: LineReport['standing'],
    fault: FaultCode | null = null,
    relapses = 0,
  ): UplinkEvent => ({ is: 'standing', line, at, standing, fault, relapses }),
  tested: (fault: FaultCode | null): UplinkEvent => ({
    is: 'tested',
    line,
    at,
    report: pathReport(line, at, fault),
  }),
  asked: (fault: FaultCode | null = null): UplinkEvent => ({
    is: 'asked',
    line,
    at,
    tookMs: 40,
    fault,
  }),
  heard: (): UplinkEvent => ({ is: 'heard', line, at }),
  probed: (rttMs: number | null): UplinkEvent => ({ is: 'probed', line, at, rttMs }),
  refused: (fault: FaultCode): UplinkEvent => ({ is: 'refused', line, at, fault }),
  address: (address: string | null, prefixChanged: boolean): UplinkEvent => ({
    is: 'address',
    line,
    at,
    address,
    prefixChanged,
  }),
})
