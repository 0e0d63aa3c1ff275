import assert from 'node:assert/strict'
import { test } from 'node:test'
import { metricsText } from '../../../agent/api/metrics.ts'
import type { ConsumerDeliveries } from '../../../agent/api/ports.ts'
import { itToken } from '../../fakes/consumers.ts'
import { idle } from '../../fakes/deliveries.ts'
import { serve } from './served.ts'

const NOW = Date.parse('2026-04-01T09:30:02+09:00')

const of = (name: string, more: Partial<ConsumerDeliveries> = {}): ConsumerDeliveries => ({
  consumer: { id: 'c', name },
  sink: 'webhook',
  ...idle,
  delivered: 0,
  ...more,
})

interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/y
const unescaped = (text: string) =>
  text.replaceAll(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c))

/** Throws on what a scraper would not take. [Prometheus exposition formats, text format 0.0.4] */
function parse(text: string) {
  assert.ok(text.endsWith('\n'))
  const types = new Map<string, string>()
  const helped = new Set<string>()
  const samples = text
    .slice(0, -1)
    .split('\n')
    .flatMap((line): Sample[] => {
      const [, keyword, about = '', rest = ''] =
        new RegExp(`^# (HELP|TYPE) (${NAME}) (.+)$`).exec(line) ?? []
      if (keyword === 'HELP') helped.add(about)
      if (keyword === 'TYPE') {
        assert.ok(!types.has(about), `${about} is told once`)
        types.set(about, rest)
      }
      if (keyword !== undefined) return []
      const [, name = '', inside = '', value] =
        new RegExp(`^(${NAME})\\{(.*)\\} (\\S+)$`).exec(line) ?? []
      assert.ok(value !== undefined && /^-?\d+(\.\d+)?$/.test(value), line)
      assert.ok(types.has(name) && helped.has(name), `${name} comes after its type`)
      const labels: Record<string, string> = {}
      LABEL.lastIndex = 0
      while (LABEL.lastIndex < inside.length) {
        const [, label = '', escaped = ''] = LABEL.exec(inside) ?? assert.fail(line)
        labels[label] = unescaped(escaped)
      }
      return [{ name, labels, value: Number(value) }]
    })
  return { types, samples }
}

test('a scraper gets depth and age of every consumer, with names however they are written', () => {
  const hostile = 'a "b" \\ c\nd{e="f"} 1'
  const busy = {
    waiting: 3,
    parked: 1,
    refused: 2,
    restored: 4,
    oldestAt: NOW - 1_500,
    delivered: 9,
  }
  const { types, samples } = parse(
    metricsText([of(hostile, { ...busy, is: 'failing' }), of('電子カルテ', { sink: 'fhir' })], NOW),
  )
  const values = (consumer: string) =>
    Object.fromEntries(
      samples.flatMap(({ name, labels, value }) =>
        labels['consumer'] === consumer ? [[name, value]] : [],
      ),
    )
  assert.deepEqual(values(hostile), {
    onshi_deliveries_waiting: 3,
    onshi_deliveries_parked: 1,
    onshi_deliveries_refused: 6,
    onshi_delivery_oldest_age_seconds: 1.5,
    onshi_delivery_failing: 1,
    onshi_deliveries_delivered_total: 9,
  })
  assert.ok(Object.values(values('電子カルテ')).every((value) => value === 0))
  assert.equal(samples.length, 12)
  for (const [name, type] of types)
    assert.equal(type, name.endsWith('_total') ? 'counter' : 'gauge', name)
  assert.ok(samples.every(({ labels }) => ['webhook', 'fhir'].includes(labels['sink'] ?? '')))
})

test('a clock that was set back makes no negative age', () => {
  const { samples } = parse(metricsText([of('ehr', { oldestAt: NOW + 5_000 })], NOW))
  const age = samples.find(({ name }) => name === 'onshi_delivery_oldest_age_seconds')
  assert.equal(age?.value, 0)
})

test('without a consumer that is pushed to there are types and no samples', () => {
  const { types, samples } = parse(metricsText([], NOW))
  assert.deepEqual([types.size, samples], [6, []])
})

test('metrics come as text of the version that scrapers know, to clinic IT only', async (t) => {
  const { call, deliveries } = await serve(t)
  deliveries.consumers.push(of('ehr', { waiting: 1 }))
  const response = await call('/metrics', { headers: { authorization: `Bearer ${itToken}` } })
  assert.equal(response.status, 200)
  assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/)
  assert.equal(parse(await response.text()).samples.length, 6)
  assert.equal((await call('/metrics')).status, 403)
})
