import { faultReport } from '../../../../agent/api/answers.ts'
import type { DeliveryList } from '../../../../agent/api/deliveries.ts'
import type { DeskState, LineQuality } from '../../../../agent/api/desk-shapes.ts'
import type { JobList } from '../../../../agent/api/jobs.ts'
import type { LineAnswer, LineList } from '../../../../agent/api/lines.ts'
import { type ConditionCode, conditions } from '../../../../agent/kernel/conditions.ts'
import { STEPS } from '../../../../agent/kernel/line.ts'
import { toRfc3339 } from '../../../../agent/kernel/time.ts'

export type Check = DeskState['checks'][string][number]

/** A condition as the page gets it. */
export function checkOf(
  code: ConditionCode,
  componentId: string,
  facts: Check['facts'] = {},
): Check {
  const { severity, number, title, action, hint } = conditions[code]
  const since = '2026-04-01T09:12:00+09:00'
  return { componentId, status: severity, code, number, title, action, hint, since, facts }
}

export const sampleLine = (given: Partial<LineAnswer> = {}): LineAnswer => ({
  name: 'ngn',
  kind: 'ip-vpn',
  family: 'ipv6',
  metered: false,
  standing: 'up',
  since: '2026-04-01T06:00:00+09:00',
  isCurrent: true,
  isHeldByHand: false,
  fault: null,
  address: '2001:db8::2',
  rttMs: 12.3,
  relapses: 0,
  lastAnswerAt: '2026-04-01T09:29:00+09:00',
  questions: 41,
  warmQuestions: 40,
  contact: {
    customerId: 'CAF0000000000',
    router: '受付の棚の上',
    carrier: '見本通信',
    phone: '0120-000-000',
    hours: '9時～17時',
    lineAuthUrl: null,
  },
  path: null,
  ...given,
})

/** The walk from the cable on, broken at one step. */
export function brokenPath(broken: (typeof STEPS)[number]): LineAnswer['path'] {
  const at = STEPS.indexOf(broken)
  return {
    at: '2026-04-01T09:20:00+09:00',
    fault: faultReport('LINE_ROUTER_GONE'),
    facts: {},
    steps: STEPS.map((step, index) => ({
      step,
      result: index < at ? 'pass' : index === at ? 'fail' : 'skipped',
      tookMs: index <= at ? 3 : null,
      fault: index === at ? faultReport('LINE_ROUTER_GONE') : null,
      facts: {},
    })),
  }
}

/** `minutes` rows that end before `until`; `say` gives what a minute had otherwise. */
export function rows(
  until: string,
  minutes: number,
  say: (ago: number) => Partial<LineQuality['items'][number]> = () => ({}),
): LineQuality {
  const end = Date.parse(until)
  return {
    items: Array.from({ length: minutes }, (_, index) => {
      const ago = minutes - index
      return {
        at: toRfc3339(end - ago * 60_000),
        standing: 'up',
        probes: 60,
        lost: 0,
        questions: 1,
        failed: 0,
        rttMedianMs: 12,
        ...say(ago),
      }
    }),
  }
}

export const sampleLines = (...items: LineAnswer[]): LineList => ({ items })

export const sampleDeliveries = (): DeliveryList => ({
  items: [
    {
      consumer: { id: 'consumer-1', name: 'reseco' },
      sink: 'orca',
      state: 'failing',
      waiting: 3,
      parked: 1,
      refused: 1,
      restored: 0,
      oldestAt: '2026-04-01T09:01:00+09:00',
      delivered: 120,
      deliveredAt: '2026-04-01T08:59:00+09:00',
      failingSince: '2026-04-01T09:01:00+09:00',
      nextAttemptAt: '2026-04-01T09:31:00+09:00',
      fault: faultReport('ORCA_LOCKED'),
    },
  ],
  open: [
    {
      id: '7',
      consumer: 'reseco',
      state: 'parked',
      verificationId: '0197c000-0000-7000-8000-000000000001',
      at: '2026-04-01T08:50:00+09:00',
      fault: faultReport('ORCA_QUESTION'),
      facts: {},
    },
    {
      id: '8',
      consumer: 'reseco',
      state: 'refused',
      verificationId: '0197c000-0000-7000-8000-000000000002',
      at: '2026-04-01T08:55:00+09:00',
      fault: faultReport('ORCA_IDENTITY_DIFFERS'),
      facts: {},
    },
  ],
})

export const sampleJobs = (): JobList => ({
  items: [
    {
      name: 'appointments',
      title: '予約患者の資格確認',
      schedule: '30 7,17 * * *',
      nextAt: '2026-04-01T17:30:00+09:00',
      current: null,
      last: {
        id: 1,
        by: 'plan',
        dueAt: '2026-04-01T07:30:00+09:00',
        at: '2026-04-01T07:30:00+09:00',
        startedAt: '2026-04-01T07:30:00+09:00',
        endedAt: '2026-04-01T07:31:00+09:00',
        ending: 'done',
        result: { asked: 12 },
        fault: null,
      },
    },
    {
      name: 'roster',
      title: '在宅名簿の月次確認',
      schedule: '0 10 1,11,21 * *',
      nextAt: '2026-04-01T10:00:00+09:00',
      current: null,
      last: {
        id: 2,
        by: 'plan',
        dueAt: '2026-03-21T10:00:00+09:00',
        at: '2026-03-21T10:00:00+09:00',
        startedAt: '2026-03-21T10:00:00+09:00',
        endedAt: '2026-03-21T10:00:30+09:00',
        ending: 'failed',
        result: {},
        fault: faultReport('NO_LINE'),
      },
    },
  ],
})
