import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { eventMisfit, publishedMisfit } from '../../../agent/conformance/checks/event.ts'
import { difference } from '../../../agent/conformance/finding.ts'

test('a loss, a duplicate, a swap and a stranger are told apart', () => {
  const all = ['a', 'b', 'c', 'd']
  for (const [came, said] of [
    [all, undefined],
    [['a', 'c', 'd'], '1 event lost, the first is number 2'],
    [['a', 'b', 'b', 'c', 'd'], '1 event came twice'],
    [['b', 'a', 'c', 'd'], 'another order, from number 1 on'],
    [['a', 'x', 'c', 'd'], '1 event lost, the first is number 2, and 1 event in their place'],
    [[...all, 'x', 'y'], '2 events that were not there before'],
    [[], '4 events lost, the first is number 1'],
  ] as const) {
    assert.equal(difference(all, came), said)
  }
})

const id = '01a22253-be8c-772a-91fb-1ee5a3937d52'
const event = {
  type: 'verification',
  id,
  cursor: 'c',
  at: '2026-04-01T09:30:02+09:00',
  verification: { id, outcome: 'valid', supersedes: null, results: [{ name: '見本　太郎' }] },
}

test('an event is right with what a role may not see absent, and wrong with it null', () => {
  const { verification } = event
  for (const [wrong, misfit] of [
    [event, undefined],
    [{ ...event, verification: { id, outcome: 'valid' } }, undefined],
    [{ ...event, type: 'page' }, 'type: neither verification nor note'],
    [{ ...event, id: '7' }, 'id: no UUID'],
    [{ ...event, at: '2026-04-01T00:30:02Z' }, 'at: no RFC 3339 time with +09:00'],
    [
      { ...event, verification: { ...verification, outcome: true } },
      'verification.outcome: unknown',
    ],
    [
      { ...event, verification: { ...verification, results: [{}, { a: { name: null } }] } },
      'verification.results[1].a.name: null; what may not be seen is absent',
    ],
    [{ ...event, type: 'note', note: {} }, 'note.verificationId: absent'],
  ] as const) {
    assert.equal(eventMisfit(wrong), misfit)
  }
})

test('an event that the published schema does not know is found, one that is masked is not', () => {
  const misfitOf = publishedMisfit(JSON.parse(readFileSync('agent/client/openapi.json', 'utf8')))
  const { verification } = event
  for (const [one, misfit] of [
    [event, undefined],
    [{ ...event, verification: { id, outcome: 'valid' } }, undefined],
    [{ ...event, type: 'page' }, /^type: not in the document$/],
    [{ ...event, verification: { ...verification, held: null } }, /^verification\.held: must be/],
    [{ ...event, verification: { ...verification, held: 'no' } }, /^verification\.held: must be/],
    [{ ...event, verification: { ...verification, results: [{ name: 7 }] } }, /results\.0\.name/],
    [{ ...event, verification: { ...verification, secret: 1 } }, /^verification\.secret: /],
  ] as const) {
    const found = misfitOf(one)
    if (misfit === undefined) assert.equal(found, undefined)
    else assert.match(found ?? '', misfit)
  }
})
