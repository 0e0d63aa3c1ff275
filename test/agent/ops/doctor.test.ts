import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Check } from 'typebox/value'
import { type LineCard, type PathReport, STEPS, type Step } from '../../../agent/kernel/line.ts'
import {
  type DoctorLine,
  Examination,
  examine,
  isWell,
  passingOf,
  routingOf,
} from '../../../agent/ops/doctor.ts'
import { doctorData, doctorText } from '../../../agent/ops/doctor-text.ts'
import type { SourceState } from '../../../agent/uplink/network.ts'
import type { RouteAnswer } from '../../../agent/uplink/routing.ts'

const AT = Date.parse('2026-04-01T09:30:00+09:00')
const clock = { now: () => AT }

const card: LineCard = {
  name: 'ngn',
  kind: 'ip-vpn',
  family: 'ipv6',
  metered: false,
  contact: {
    customerId: 'CAF1234567890',
    router: '事務室の棚、RTX830',
    carrier: 'フレッツ窓口',
    phone: '0120-000-000',
    hours: null,
    lineAuthUrl: null,
  },
}
const line: DoctorLine = {
  card,
  source: { address: null, interface: 'eth1', prefix: null, family: 6 },
  gatewayHost: 'gateway.mnw',
  dnsServers: [],
}
const state: SourceState = {
  address: 'fd00:b::2',
  interface: 'eth1',
  prefixLength: 64,
  fault: null,
}
const by = (name: string): RouteAnswer => ({
  is: 'route',
  route: { interface: name, router: 'fd00:a::1', source: 'fd00:b::2', isLocal: false },
})
const routed = (answer: RouteAnswer | null, over: Partial<SourceState> = {}) => ({
  card,
  source: line.source,
  place: 0,
  state: { ...state, ...over },
  answer,
})

const path = (red: Step | null): PathReport => {
  const at = red === null ? STEPS.length : STEPS.indexOf(red)
  const fault = red === null ? null : 'GATEWAY_UNREACHABLE'
  return {
    line: 'ngn',
    at: AT,
    steps: STEPS.map((step, i) => ({
      step,
      result: i < at ? 'pass' : i === at ? 'fail' : 'skipped',
      tookMs: i <= at ? 12.4 : null,
      fault: i === at ? 'LINE_UNREACHABLE' : null,
      facts: i === at ? { sign: 'ETIMEDOUT' } : {},
    })),
    fault,
    facts: red === null ? {} : { sign: 'ETIMEDOUT', step: red },
  }
}
const found = (red: Step | null, over: Partial<Examination> = {}): Examination => {
  const { steps, facts, ...rest } = path(red)
  const shown = steps.map((step) => ({ ...step, facts: { ...step.facts } }))
  return {
    at: AT,
    lines: [
      {
        card: { ...card, contact: { ...card.contact } },
        path: { ...rest, steps: shown, facts: { ...facts } },
        routing: routingOf(routed(by('eth1'))),
      },
    ],
    folders: [],
    forwarding: { result: 'pass', ipv4: [], ipv6: [], cure: null },
    ...over,
  }
}

test('a line that is well is a row for each step, and a verdict', () => {
  const text = doctorText(found(null))
  assert.equal(text.match(/^ {2}OK /gm)?.length, STEPS.length + 2)
  assert.match(text, /OK {2}すべて正常です。/)
  assert.doesNotMatch(text, /NG/)
  assert.equal(isWell(found(null)), true)
})

test('a broken line says code, number, what to do in both languages, and whom to call', () => {
  const text = doctorText(found('tcp'))
  const expected = [
    '  NG  接続（TCP）       tcp                  12 ms  sign=ETIMEDOUT',
    '  －  暗号化（TLS）     tls',
    '  E422 GATEWAY_UNREACHABLE  オンライン資格確認システムに接続できません。',
    '  → 全国的な障害の可能性があります。お知らせを確認してください。',
    'an outage on the official side is likely.',
    '  お客様ID    CAF1234567890',
    '  ルーター    事務室の棚、RTX830',
    '  電話        0120-000-000',
  ]
  for (const part of expected) assert.ok(text.includes(part), part)
  assert.doesNotMatch(text, /受付時間/)
  assert.equal(isWell(found('tcp')), false)
})

test('packets that leave by another interface are red, with the unit that cures it', () => {
  const wrong = routingOf(routed(by('eth0')))
  assert.partialDeepStrictEqual(wrong, { result: 'fail', expected: 'eth1', found: 'eth0' })
  assert.match(wrong.cure ?? '', /^Name=eth1$/m)
  const [only] = found(null).lines
  assert.ok(only)
  const examination = found(null, { lines: [{ ...only, routing: wrong }] })
  assert.equal(isWell(examination), false)
  const text = doctorText(examination)
  assert.match(text, /NG {2}ngn {15}fd00:b::2 → eth0 {2}（eth1 から出るべきです）/)
  assert.match(text, /^ {6}Table=101$/m)
})

test('what cannot be known of the routing is not red', () => {
  const skipped = [
    routed(by('eth1'), { address: null, fault: 'LINE_LINK_DOWN' }),
    routed(null),
    routed({ is: 'unknown', why: 'no iproute2' }),
  ].map(routingOf)
  assert.deepEqual(
    skipped.map(({ result }) => result),
    ['skipped', 'skipped', 'skipped'],
  )
  assert.equal(routingOf(routed(by('eth0'), { interface: null })).result, 'pass')
  assert.equal(routingOf(routed({ is: 'none', why: 'unreachable' })).result, 'fail')
})

test('forwarding counts in the families that a line’s interface speaks', () => {
  const own = (address: string, family: 4 | 6) => ({
    address,
    family,
    prefixLength: 64,
    isBindable: true,
    isUsable: true,
  })
  const network = [{ name: 'eth1', isUp: true, addresses: [own('fd00:b::2', 6)] }]
  const lines = [routed(by('eth1'))]
  const passing = (ipv4: string[], ipv6: string[]) => passingOf({ ipv4, ipv6 }, lines, network)
  assert.equal(passing(['eth0'], []).result, 'pass')
  const red = passing([], ['eth0', 'eth1'])
  assert.equal(red.result, 'fail')
  assert.match(red.cure ?? '', /net\.ipv6\.conf\.all\.forwarding = 0/)
  assert.equal(passingOf(null, lines, network).result, 'skipped')
  assert.equal(passingOf({ ipv4: ['eth0'], ipv6: [] }, [], network).result, 'skipped')
  assert.match(doctorText(found(null, { forwarding: red })), /NG .*IPv6: eth0 eth1/)
})

test('the data says what the text says, with numbers and times as everywhere', () => {
  const data = doctorData(found('dns'))
  assert.deepEqual([data.ok, data.at], [false, '2026-04-01T09:30:00+09:00'])
  assert.partialDeepStrictEqual(data.lines[0], {
    name: 'ngn',
    contact: { customerId: 'CAF1234567890' },
    path: { fault: { code: 'GATEWAY_UNREACHABLE', number: 'E422' } },
    routing: { result: 'pass', found: 'eth1' },
  })
})

test('what is examined survives the way through the control socket', async () => {
  const loopback: DoctorLine = {
    ...line,
    source: { address: '127.0.0.1', interface: null, prefix: null, family: 4 },
    gatewayHost: '127.0.0.1',
  }
  const testLines = async () => [path('tls')]
  const examination = await examine({
    lines: [loopback],
    folders: async () => [],
    testLines,
    clock,
  })
  assert.ok(Check(Examination, JSON.parse(JSON.stringify(examination))))
  assert.equal(examination.lines[0]?.routing.result, 'pass')
  const untested = await examine({
    lines: [loopback],
    folders: async () => [],
    testLines: async () => [],
    clock,
  })
  assert.equal(isWell(untested), false)
  assert.match(doctorText(untested), /not tested/)
})
