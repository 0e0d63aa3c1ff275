import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { face, problem, serve } from './served.ts'

const by = '受付 花子'
const prefer = { prefer: 'wait=0' }

test('what is declared about a face reaches whoever asks, as it was sent', async (t) => {
  const { post, verifications } = await serve(t)
  const body = {
    ...face,
    asPrinted: { by },
    notIndividualNumber: { by },
    limitConsent: { by, at: '2026-04-01T09:00:00+09:00' },
  }
  assert.equal((await post('/v1/verifications', body, prefer)).status, 202)
  assert.deepEqual(verifications.asked[0]?.face, body)
})

test('a declaration without a name, or with more than it may hold, is a mistake of its field', async (t) => {
  const { post, verifications } = await serve(t)
  const cases: [object, string][] = [
    [{ asPrinted: {} }, 'asPrinted.by'],
    [{ asPrinted: { by: ' ' } }, 'asPrinted.by'],
    [{ asPrinted: true }, 'asPrinted'],
    [{ notIndividualNumber: { by, number: '1' } }, 'notIndividualNumber.number'],
    [{ limitConsent: { by, at: 1 } }, 'limitConsent.at'],
  ]
  for (const [over, field] of cases) {
    const { code, mistakes } = await problem(await post('/v1/verifications', { ...face, ...over }))
    assert.equal(code, 'CARD_FACE_INVALID')
    assert.ok(JSON.stringify(mistakes).includes(`"field":"${field}"`), JSON.stringify(mistakes))
  }
  assert.equal(verifications.asked.length, 0)
})

test('a proposal is told beside its mistake, and a mistake without one has none', async (t) => {
  const { post, verifications } = await serve(t)
  const mistakes = [
    { field: 'insurerNumber', title: '確かめてください。', detail: 'x', proposals: ['06139992'] },
    { field: 'birthdate', title: '確かめてください。', detail: 'x' },
  ]
  verifications.refuse = new AgentError('CARD_FACE_INVALID', '2 fields', { mistakes })
  assert.deepEqual((await problem(await post('/v1/verifications', face)))['mistakes'], mistakes)
})
