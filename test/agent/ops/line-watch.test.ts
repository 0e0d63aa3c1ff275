import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Conditions } from '../../../agent/kernel/conditions.ts'
import { faults, isFaultCode } from '../../../agent/kernel/faults.ts'
import type { LineReport, UplinkEvent } from '../../../agent/kernel/line.ts'
import {
  after,
  conditionOf,
  conditionsOf,
  knownFrom,
  watchLines,
} from '../../../agent/ops/line-watch.ts'
import { FakeClock } from '../../fakes/clock.ts'
import { on, report, start } from './line-reports.ts'

const both: readonly LineReport[] = [report('a'), report('b')]
const contacts = new Map([
  [
    'a',
    {
      customerId: 'CAF1',
      router: null,
      carrier: null,
      phone: '0120-000-000',
      hours: null,
      lineAuthUrl: null,
    },
  ] as const,
])
const known = (events: readonly UplinkEvent[], reports = both) =>
  events.reduce(after, knownFrom(reports))
const told = (events: readonly UplinkEvent[], reports = both, now = start) =>
  conditionsOf(known(events, reports), contacts, now).map(({ code, subject, facts }) =>
    [code, subject, facts['code'] ?? ''].join(' ').trim(),
  )
const a = on('a')
const b = on('b')

const cases: readonly (readonly [name: string, events: UplinkEvent[], told: string[]])[] = [
  ['lines that are well raise nothing', [], []],
  [
    'a line whose cable is out is told with its own condition',
    [a.standing('down', 'LINE_LINK_DOWN')],
    ['LINE_LINK_DOWN a LINE_LINK_DOWN'],
  ],
  [
    'a line that is silent is down; the test then says why',
    [a.standing('down', 'LINE_SILENT'), a.tested('LINE_AUTH_LOST')],
    ['LINE_AUTH_LOST a LINE_AUTH_LOST'],
  ],
  [
    'what a test found is not replaced by what the failure looked like',
    [a.tested('LINE_ROUTER_GONE'), a.standing('down', 'LINE_SILENT')],
    ['LINE_ROUTER_GONE a LINE_ROUTER_GONE'],
  ],
  [
    'a finer fault of the line replaces an older finding',
    [a.tested('LINE_ROUTER_GONE'), a.standing('down', 'LINE_LINK_DOWN')],
    ['LINE_LINK_DOWN a LINE_LINK_DOWN'],
  ],
  [
    'a line on trial keeps its cause until a test passes',
    [a.standing('down', 'LINE_SILENT'), a.standing('trial', 'LINE_SILENT')],
    ['LINE_DOWN a LINE_SILENT'],
  ],
  [
    'a test that passes takes the cause back',
    [a.standing('down', 'LINE_LINK_DOWN'), a.standing('trial', 'LINE_LINK_DOWN'), a.tested(null)],
    [],
  ],
  [
    'a line that is up again has no cause',
    [a.standing('down', 'LINE_SILENT'), a.tested('LINE_AUTH_LOST'), a.standing('up')],
    [],
  ],
  [
    'a page instead of an answer is lost line authentication',
    [a.tested('LOGIN_PAGE')],
    ['LINE_AUTH_LOST a LOGIN_PAGE'],
  ],
  [
    'a certificate that the gateway refuses is told once, whatever line says it',
    [a.refused('CLIENT_CERTIFICATE_REFUSED')],
    ['CERTIFICATE_REFUSED client CLIENT_CERTIFICATE_REFUSED'],
  ],
  [
    'an answer over a line that is up takes a refusal back',
    [a.refused('CLIENT_CERTIFICATE_REFUSED'), a.asked()],
    [],
  ],
  [
    'a sign of life over a line that is up takes back what a test found, as nobody asks over it',
    [b.tested('GATEWAY_ERROR'), b.heard()],
    [],
  ],
  [
    'an answer over one line ends refusals of the certificate over all, which have the same one',
    [
      a.refused('CLIENT_CERTIFICATE_REFUSED'),
      b.refused('CLIENT_CERTIFICATE_REFUSED'),
      b.tested('CLIENT_CERTIFICATE_EXPIRED'),
      a.asked(),
    ],
    [],
  ],
  [
    'what else one line has is not ended by an answer over another',
    [b.tested('GATEWAY_ERROR'), a.heard()],
    ['GATEWAY_FAULT b GATEWAY_ERROR'],
  ],
  [
    'an answer that failed takes nothing back',
    [a.refused('CLIENT_CERTIFICATE_REFUSED'), a.asked('LINE_TIMEOUT')],
    ['CERTIFICATE_REFUSED client CLIENT_CERTIFICATE_REFUSED'],
  ],
  [
    'a gateway that one line does not reach while another does is a fault of that line',
    [a.standing('down', 'GATEWAY_UNREACHABLE')],
    ['LINE_DOWN a GATEWAY_UNREACHABLE'],
  ],
  [
    'a gateway that no line reaches is what is broken, not the lines',
    [
      a.standing('down', 'GATEWAY_UNREACHABLE'),
      b.standing('down', 'GATEWAY_UNREACHABLE'),
      { is: 'moved', at: start, from: 'a', to: null },
    ],
    ['GATEWAY_UNREACHABLE gateway', 'NO_LINE lines'],
  ],
  [
    'a line with a fault of its own keeps it beside the gateway’s',
    [a.standing('down', 'LINE_LINK_DOWN'), b.standing('down', 'GATEWAY_UNREACHABLE')],
    ['LINE_LINK_DOWN a LINE_LINK_DOWN', 'GATEWAY_UNREACHABLE gateway'],
  ],
  [
    'a gateway that answers over one line what is wrong is reached',
    [a.tested('GATEWAY_ERROR'), b.standing('down', 'GATEWAY_UNREACHABLE')],
    ['GATEWAY_FAULT a GATEWAY_ERROR', 'LINE_DOWN b GATEWAY_UNREACHABLE'],
  ],
  [
    'no usable line is told until there is one',
    [
      { is: 'moved', at: start, from: 'a', to: null },
      { is: 'moved', at: start, from: null, to: 'b' },
    ],
    [],
  ],
  [
    'a line that is held by hand is told until it is released',
    [{ is: 'held', at: start, line: 'b' }],
    ['LINE_HELD_BY_HAND b'],
  ],
  [
    'a line that fell twice soon after it came back is unstable, also while it is up',
    [a.standing('down', 'LINE_SILENT', 2), a.standing('up', null, 2)],
    ['LINE_UNSTABLE a'],
  ],
  ['one relapse is no news', [a.standing('up', null, 1)], []],
  [
    'an event of a line that is no longer there changes nothing',
    [on('z').tested('TLS_FAILED')],
    [],
  ],
]

for (const [name, events, expected] of cases)
  test(name, () => {
    assert.deepEqual(told(events), expected)
  })

test('every fault has a condition, and each fault of a line one of lines', () => {
  for (const code of Object.keys(faults).filter(isFaultCode)) {
    const condition = conditionOf(code)
    if (code.startsWith('LINE_')) assert.match(condition, /^LINE_/, code)
    if (code.startsWith('SERVER_')) assert.equal(condition, 'SERVER_CERTIFICATE_WRONG')
  }
})

test('a line’s condition says whom to call and what was found, and not the お客様ID', () => {
  const [one] = conditionsOf(
    known([a.address('fd00::3', true), a.tested('LINE_AUTH_LOST')]),
    contacts,
    start,
  )
  assert.deepEqual(one?.facts, {
    interface: 'eth1',
    code: 'LINE_AUTH_LOST',
    prefixChanged: true,
    phone: '0120-000-000',
  })
})

test('what is already broken when the watch begins is known', () => {
  const broken = [
    report('a', { standing: 'down', fault: 'LINE_SILENT', isCurrent: false, isHeldByHand: true }),
  ]
  assert.deepEqual(told([], broken), [
    'LINE_DOWN a LINE_SILENT',
    'NO_LINE lines',
    'LINE_HELD_BY_HAND a',
  ])
})

test('the watch raises, replaces and clears; a line that holds is no longer unstable', async (t) => {
  const clock = new FakeClock(start)
  const conditions = new Conditions(clock)
  const watch = watchLines(both, contacts, conditions, clock)
  t.after(() => watch.close())
  const codes = () => conditions.showing().map(({ code }) => code)
  watch.take(on('a', clock.now()).standing('down', 'LINE_SILENT', 2))
  await clock.advance(10_000)
  assert.deepEqual(codes(), ['LINE_DOWN', 'LINE_UNSTABLE'])
  watch.take(on('a', clock.now()).tested('LINE_MISROUTED'))
  assert.deepEqual(codes().toSorted(), ['LINE_MISROUTED', 'LINE_UNSTABLE'])
  watch.take(on('a', clock.now()).standing('up', null, 2))
  assert.deepEqual(codes(), ['LINE_UNSTABLE'])
  await clock.advance(9 * 60_000)
  assert.deepEqual(codes(), ['LINE_UNSTABLE'])
  await clock.advance(2 * 60_000)
  assert.deepEqual(codes(), [])
})
