import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Check } from 'typebox/schema'
import { FaceCheck } from '../../../agent/api/desk-shapes.ts'
import { checkFacePart } from '../../../agent/intake/face-part.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { checksAt } from '../intake/checks.ts'
import { face, json, problem, serve } from './served.ts'

const PATH = '/v1/card-faces/check'

test('what is typed so far is checked field by field, as documented', async (t) => {
  const { verifications, post, audit } = await serve(t)
  const checks = checksAt(Date.parse('2026-04-01T09:00:00+09:00'))
  verifications.checkPart = (part) => checkFacePart(part, checks)
  const said = async (part: object) => {
    const answer = await post(PATH, part)
    const body: unknown = JSON.parse(await answer.text())
    assert.equal(answer.status, 200)
    assert.ok(Check(FaceCheck, body), 'as /openapi.json says')
    return body
  }
  assert.deepEqual(await said({}), { mistakes: [], birthdate: null, insurer: null })
  const { mistakes, birthdate, insurer } = await said({
    insurerNumber: '06739992',
    birthdate: 'S550502',
  })
  assert.deepEqual(
    mistakes.map(({ field, proposals }) => [field, proposals]),
    [['insurerNumber', ['06139992']]],
  )
  assert.deepEqual([birthdate?.date, birthdate?.age], ['19800502', 45])
  assert.match(insurer ?? '', /健康保険組合/)
  assert.deepEqual(audit.reads, [], 'nothing of a patient was read')
})

test('what asking would refuse as a whole is refused alike', async (t) => {
  const { verifications, post, call } = await serve(t)
  assert.deepEqual(verifications.parts, [])
  const twice = async (body: object) => {
    const [checked, asked] = [await post(PATH, body), await post('/v1/verifications', body)]
    assert.equal(checked.status, asked.status)
    const one = await problem(checked)
    assert.deepEqual(one, await problem(asked))
    return one['code']
  }
  assert.equal(await twice({ ...face, insurerNumber: '1'.repeat(17) }), 'CARD_FACE_INVALID')
  assert.equal(await twice({ ...face, individualNumber: '1' }), 'CARD_FACE_INVALID')
  const text = await call(PATH, { method: 'POST', body: '[]', headers: json })
  assert.equal(text.status, 400)
  verifications.refuse = new AgentError('INDIVIDUAL_NUMBER_REFUSED', 'looks like one')
  assert.equal(await twice({ ...face }), 'INDIVIDUAL_NUMBER_REFUSED')
})
