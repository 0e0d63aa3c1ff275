import assert from 'node:assert/strict'
import { test } from 'node:test'
import { metricsText } from '../../../agent/api/metrics.ts'
import { Spread } from '../../../agent/kernel/metrics.ts'
import { itToken } from '../../fakes/consumers.ts'
import { serve } from './served.ts'

test('names of consumers reach a scraper however they are written', () => {
  const hostile = 'a "b" \\ c\nd{e="f"} 1'
  const samples = [
    { labels: { consumer: hostile, sink: 'orca' }, value: 3 },
    { labels: {}, value: 0.5 },
  ]
  const text = metricsText([{ name: 'x_y', type: 'gauge', help: 'An x.', samples }])
  assert.equal(
    text,
    '# HELP x_y An x.\n# TYPE x_y gauge\n' +
      'x_y{consumer="a \\"b\\" \\\\ c\\nd{e=\\"f\\"} 1",sink="orca"} 3\nx_y 0.5\n',
  )
})

test('how long something took is told in buckets that hold those before them', () => {
  const spread = new Spread([0.1, 1])
  for (const seconds of [0.05, 0.1, 0.5, 7]) spread.add(seconds)
  const samples = spread.samples({ line: 'ngn' })
  const text = metricsText([{ name: 't_seconds', type: 'histogram', help: 'T.', samples }])
  assert.deepEqual(text.split('\n').slice(2, -1), [
    't_seconds_bucket{line="ngn",le="0.1"} 2',
    't_seconds_bucket{line="ngn",le="1"} 3',
    't_seconds_bucket{line="ngn",le="+Inf"} 4',
    't_seconds_sum{line="ngn"} 7.65',
    't_seconds_count{line="ngn"} 4',
  ])
})

test('a family of which nothing is known now is left out', () => {
  assert.equal(metricsText([{ name: 'x', type: 'gauge', help: 'X.', samples: [] }]), '')
})

test('metrics come as text of the version that scrapers know, to clinic IT only', async (t) => {
  const { call, metrics } = await serve(t)
  metrics.shows.push({ name: 'x', type: 'gauge', help: 'X.', samples: [{ labels: {}, value: 1 }] })
  const response = await call('/metrics', { headers: { authorization: `Bearer ${itToken}` } })
  assert.equal(response.status, 200)
  assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/)
  assert.match(await response.text(), /^x 1$/m)
  assert.equal((await call('/metrics')).status, 403)
})
