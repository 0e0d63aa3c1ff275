import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { inspect } from 'node:util'
import { openEligibility } from '../../../agent/eligibility/eligibility.ts'
import { type Question, readQuestion } from '../../../agent/eligibility/question.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { systemClock } from '../../../agent/platform.ts'
import { judging } from '../../fakes/judging.ts'
import { recordingLog } from '../../fakes/log.ts'
import { end, open, question, scratch } from '../store/fixtures.ts'

const face = {
  insurerNumber: '06139992',
  insuredIdentificationNumber: '5678',
  birthdate: '19800502',
}
const typed: Question = { kind: 'card-face', face, supersedes: null }
/** What a release after this one may have written. */
const later = [
  '{"kind":"batch","faces":["検証　一郎"],"supersedes":null}',
  JSON.stringify({ ...typed, face: { ...face, wallet: '検証　一郎' } }),
  '検証　一郎',
]
const never = new AbortController().signal

async function deskOf(t: TestContext) {
  const store = await open(scratch(t))
  const log = recordingLog()
  const bugs: unknown[] = []
  const eligibility = openEligibility({
    judging,
    store,
    gateway: { ask: () => Promise.reject(new AgentError('LINE_UNREACHABLE', 'no line')) },
    clock: systemClock,
    log,
    observe: () => {},
    onBug: (error) => bugs.push(error),
  })
  t.after(async () => {
    await eligibility.close()
    await store.close()
  })
  return { store, log, bugs, eligibility }
}

test('a stored question is read again as it was asked; one of a later release is not', () => {
  assert.deepEqual(readQuestion(JSON.stringify(typed)), typed)
  for (const body of later) assert.equal(readQuestion(body), undefined)
})

test('what a later release asked stays open and is named by its id alone; the rest goes on', async (t) => {
  const { store, log, bugs, eligibility } = await deskOf(t)
  const ids: string[] = []
  for (const body of later) ids.push((await store.accept(question({ body }))).id)
  const ours = await store.accept(question({ body: JSON.stringify(typed) }))
  eligibility.resume()
  await eligibility.ended(ours.id, never)
  assert.ok(store.find(ours.id) instanceof Uint8Array)
  assert.deepEqual(
    ids.map((id) => store.find(id)),
    ids.map(() => 'open'),
  )
  const named = log.lines.filter(({ event }) => event === 'question-of-a-later-release')
  assert.deepEqual(
    new Set(named.map(({ facts }) => inspect(facts))),
    new Set(ids.map((verification) => inspect({ verification }))),
  )
  assert.ok(!inspect(log.lines, { depth: 9 }).includes('検証'))
  assert.deepEqual(bugs, [])
})

test('a question of a later release cannot be rechecked, and the refusal quotes nothing', async (t) => {
  const { store, eligibility } = await deskOf(t)
  for (const body of later) {
    const { id } = await store.accept(question({ body }))
    await store.end(end(id))
    const asker = { consumerId: 'c1', idempotencyKey: null }
    await assert.rejects(eligibility.recheck(id, asker), (error: unknown) => {
      assert.ok(error instanceof AgentError)
      assert.equal(error.code, 'STORE_NEWER')
      assert.ok(!inspect(error, { depth: 9 }).includes('検証'))
      return true
    })
  }
})
