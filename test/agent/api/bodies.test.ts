import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { face, json, problem, serve } from './served.ts'

test('fields that cannot be a card face are named, and their values are not said', async (t) => {
  const { post, verifications } = await serve(t)
  const canary = '山田太郎9876543210'
  const { birthdate: _left, ...without } = face
  const cases: [unknown, string][] = [
    [without, 'birthdate'],
    [{ ...face, insurerNumber: canary.repeat(9) }, 'insurerNumber'],
    [{ ...face, insurerNumber: 6139992 }, 'insurerNumber'],
    [{ ...face, name: canary }, 'name'],
    [{ ...face, [canary]: 1 }, '?'],
  ]
  for (const [body, field] of cases) {
    const response = await post('/v1/verifications', body)
    assert.equal(response.status, 422)
    const text = JSON.stringify(await problem(response))
    assert.match(text, /CARD_FACE_INVALID/)
    assert.ok(text.includes(`"field":"${field}"`), text)
    assert.ok(!text.includes('山田') && !text.includes('6139992'), text)
  }
  assert.equal(verifications.asked.length, 0)
})

test('a body that is no JSON object in UTF-8 is refused without being repeated', async (t) => {
  const { call, verifications } = await serve(t)
  const bodies = [
    '',
    '[]',
    'null',
    '"x"',
    '{',
    '{"canary',
    Buffer.from([0x7b, 0xff, 0x7d]),
    '['.repeat(60_000),
  ]
  for (const body of bodies) {
    const response = await call('/v1/verifications', { method: 'POST', body, headers: json })
    assert.equal(response.status, 400, String(body).slice(0, 20))
    const text = JSON.stringify(await problem(response))
    assert.ok(text.includes('REQUEST_INVALID') && !text.includes('canary'), text)
  }
  assert.equal(verifications.asked.length, 0)
})

test('whatever JSON comes, it is accepted or refused with a problem, never an error', async (t) => {
  const { post, bugs } = await serve(t)
  const field = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.jsonValue())
  const near = fc.record(
    {
      insurerNumber: field,
      insuredIdentificationNumber: field,
      birthdate: field,
      insuredCardSymbol: field,
      ['__proto__']: field,
    },
    { requiredKeys: [] },
  )
  await fc.assert(
    fc.asyncProperty(fc.oneof(near, fc.jsonValue()), async (body) => {
      const response = await post('/v1/verifications', body, { prefer: 'wait=0' })
      if (response.status === 202) await response.text()
      else assert.match(String((await problem(response))['code']), /^(CARD_FACE|REQUEST)_INVALID$/)
    }),
    { numRuns: 150 },
  )
  assert.deepEqual(bugs, [])
})

test('a body with a byte order mark is read', async (t) => {
  const { call, verifications } = await serve(t)
  const body = `\uFEFF${JSON.stringify(face)}`
  const headers = { ...json, prefer: 'wait=0' }
  assert.equal((await call('/v1/verifications', { method: 'POST', body, headers })).status, 202)
  assert.deepEqual(verifications.asked[0]?.face, face)
})

test('only JSON in UTF-8 is read, and only 64 KiB of it', async (t) => {
  const { call } = await serve(t)
  const body = JSON.stringify(face)
  const send = (type: string, more = {}) =>
    call('/v1/verifications', {
      method: 'POST',
      body,
      headers: { 'content-type': type, prefer: 'wait=0', ...more },
    })
  for (const type of [
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON;charset="UTF-8"',
  ]) {
    assert.equal((await send(type)).status, 202, type)
  }
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonp',
    'application/json; charset=shift_jis',
    'nonsense',
  ]) {
    assert.equal((await problem(await send(type)))['code'], 'MEDIA_TYPE_REFUSED', type)
  }
  assert.equal((await send('application/json', { 'content-encoding': 'gzip' })).status, 415)
  const large = JSON.stringify({ ...face, arbitraryIdentifier: 'x'.repeat(64 * 1024) })
  const refused = await call('/v1/verifications', { method: 'POST', body: large, headers: json })
  assert.equal((await problem(refused))['code'], 'BODY_TOO_LARGE')
})
