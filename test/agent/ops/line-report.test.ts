import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { faults, isFaultCode } from '../../../agent/kernel/faults.ts'
import type { LineCard } from '../../../agent/kernel/line.ts'
import type { LineOutage } from '../../../agent/ops/line-outages.ts'
import { reportOf, reportText } from '../../../agent/ops/line-report.ts'
import { widthOf } from '../../../agent/ops/text-page.ts'
import { open, scratch } from '../store/fixtures.ts'

const golden = new URL('../../fixtures/line-report.txt', import.meta.url)
const at = (text: string) => Date.parse(`${text}+09:00`)
const card: LineCard = {
  name: 'ngn',
  kind: 'ip-vpn',
  family: 'ipv6',
  metered: false,
  contact: {
    customerId: 'CAF1234567890',
    router: 'RX-600KI（受付カウンターの下）',
    carrier: '見本通信',
    phone: '0120-000-000',
    hours: '平日 9:00〜17:00',
    lineAuthUrl: null,
  },
}

test('a carrier gets one page from what was recorded', async (t) => {
  const store = await open(scratch(t))
  t.after(() => store.close())
  const from = at('2026-04-01T08:00:00')
  const minutes = Array.from({ length: 2 * 24 * 60 }, (_, i) => ({
    line: 'ngn',
    minute: from / 60_000 + i,
    standing: 'up' as const,
    probes: 6,
    lost: i % 500 === 0 ? 3 : 0,
    questions: i % 10 === 0 ? 1 : 0,
    failed: i % 1_000 === 0 ? 1 : 0,
    rttMinMs: 7,
    rttMedianMs: 8 + (i % 20) / 10,
    rttMaxMs: i === 700 ? 210 : 12,
  }))
  const standing = (when: string, facts: Record<string, string>) =>
    ({ line: 'ngn', at: at(when), kind: 'standing', facts }) as const
  await store.lines.record({
    minutes,
    events: [
      { line: 'ngn', at: from, kind: 'begun', facts: { standing: 'up' } },
      {
        line: 'ngn',
        at: at('2026-04-02T09:12:20'),
        kind: 'address',
        facts: { address: '2001:db8:1::8', prefixChanged: true },
      },
      standing('2026-04-02T09:12:31', { standing: 'down', fault: 'LINE_SILENT' }),
      {
        line: 'ngn',
        at: at('2026-04-02T09:12:35'),
        kind: 'failed',
        facts: { fault: 'LINE_AUTH_LOST', step: 'line-authentication' },
      },
      standing('2026-04-02T09:19:43', { standing: 'trial' }),
      standing('2026-04-02T09:20:13', { standing: 'up' }),
      standing('2026-04-03T07:58:30', { standing: 'down', fault: 'LINE_LINK_DOWN' }),
    ],
  })
  const text = await reportOf(store.lines, card, 7, at('2026-04-03T08:00:30'))
  assert.equal(text, readFileSync(golden, 'utf8'))
  await assert.rejects(reportOf(store.lines, card, 0, 0), { code: 'REQUEST_INVALID' })
  await assert.rejects(reportOf(store.lines, card, 91, 0), { code: 'REQUEST_INVALID' })
  assert.match(await reportOf(store.lines, { ...card, name: 'new' }, 1, from), /記録がありません/)
})

test('it is one page of A4, whatever happened', () => {
  const codes = Object.keys(faults).filter(isFaultCode)
  const start = at('2026-01-01T00:00:00')
  const outage = fc.record<LineOutage>({
    from: fc.integer({ min: start, max: start + 80 * 86_400_000 }),
    to: fc.integer({ min: start, max: start + 90 * 86_400_000 }),
    cause: fc.option(fc.constantFrom(...codes)),
    end: fc.constantFrom('over', 'lasts', 'unseen'),
  })
  const word = fc.option(fc.string({ unit: 'grapheme', maxLength: 200 }))
  const count = fc.nat({ max: 1_000_000 })
  const quality = fc.record({
    card: fc.record({
      name: fc.stringMatching(/^[a-z0-9-]{1,100}$/),
      kind: fc.constantFrom('ip-vpn', 'ipsec', 'simulator'),
      family: fc.constantFrom('ipv6', 'ipv4'),
      metered: fc.boolean(),
      contact: fc.record({
        customerId: word,
        router: word,
        carrier: word,
        phone: word,
        hours: word,
        lineAuthUrl: word,
      }),
    }),
    from: fc.constant(start),
    to: fc.constant(start + 90 * 86_400_000),
    rtt: fc.option(fc.record({ median: fc.nat(), p95: fc.nat(), worst: fc.nat() })),
    outages: fc.array(outage, { maxLength: 40 }),
    addresses: fc.array(
      fc.record({
        line: fc.constant('ngn'),
        at: fc.constant(start),
        kind: fc.constant('address'),
        facts: fc.record({ address: fc.ipV6(), prefixChanged: fc.boolean() }),
      }),
      { maxLength: 10 },
    ),
    days: fc.array(
      fc.record({
        from: fc.integer({ min: start, max: start + 89 * 86_400_000 }),
        minutes: fc.nat({ max: 1_440 }),
        probes: count,
        lost: count,
        questions: count,
        failed: count,
        rttMs: fc.option(fc.nat()),
        rttMaxMs: fc.option(fc.nat()),
      }),
      { maxLength: 90 },
    ),
  })
  fc.assert(
    fc.property(quality, (drawn) => {
      const lines = reportText(drawn).trimEnd().split('\n')
      assert.ok(lines.length <= 66, `${lines.length} lines`)
      for (const line of lines) assert.ok(widthOf(line) <= 80, line)
    }),
    { numRuns: 50 },
  )
})
