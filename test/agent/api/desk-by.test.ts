import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { face, json, problem, serve } from './served.ts'

async function desk(t: TestContext) {
  const served = await serve(t)
  const { headers } = served.sessions.signedIn('reception')
  const send = (path: string, body: unknown) =>
    fetch(served.url + path, {
      method: 'POST',
      headers: { ...headers, ...json, prefer: 'wait=0' },
      body: JSON.stringify(body),
    })
  return { ...served, send }
}

test('who is signed in speaks for themself, wherever a body says who', async (t) => {
  const { send, verifications } = await desk(t)
  const declared = { asPrinted: {}, notIndividualNumber: {}, limitConsent: {} }
  assert.equal((await send('/v1/verifications', { ...face, ...declared })).status, 202)
  const by = { by: '受付 見本' }
  const { face: asked } = verifications.asked[0] ?? {}
  assert.deepEqual(
    [asked?.asPrinted, asked?.notIndividualNumber, asked?.limitConsent],
    [by, by, by],
  )
  assert.equal((await send('/v1/verifications/v1/notes', { kind: 'original-sighted' })).status, 201)
  assert.equal(verifications.notes[0]?.by, '受付 見本')
  assert.equal((await send('/v1/presentations/p1/confirmation', {})).status, 202)
  assert.equal(verifications.asked.at(-1)?.person, '受付 見本')
})

test('a name that is another’s is refused by its field, and nothing is done', async (t) => {
  const { send, verifications } = await desk(t)
  const attempts = [
    ['/v1/verifications/v1/notes', { kind: 'original-sighted', by: '医事 太郎' }, 'by'],
    ['/v1/verifications', { ...face, limitConsent: { by: '医事 太郎' } }, 'limitConsent.by'],
    ['/v1/presentations/p1/confirmation', { by: '医事 太郎' }, 'by'],
  ] as const
  for (const [path, body, field] of attempts) {
    const answer = await send(path, body)
    const { code, mistakes } = Object(await problem(answer))
    assert.deepEqual([code, mistakes[0].field], ['REQUEST_INVALID', field])
    assert.equal(JSON.stringify(mistakes).includes('太郎'), false)
  }
  assert.deepEqual([verifications.asked, verifications.notes], [[], []])
})

test('nobody vouches for a PIN, and one’s own name may be said', async (t) => {
  const { send, verifications } = await desk(t)
  assert.equal((await send('/v1/presentations/p1/confirmation', { method: 'pin' })).status, 202)
  assert.equal(verifications.asked.at(-1)?.person, null)
  const own = { kind: 'original-sighted', by: '受付 見本' }
  assert.equal((await send('/v1/verifications/v1/notes', own)).status, 201)
})

test('a program goes on to say who it was, and has to', async (t) => {
  const { post, verifications } = await desk(t)
  const kind = 'original-sighted'
  const said = await post('/v1/verifications/v1/notes', { kind, by: '医事 太郎' })
  assert.equal(said.status, 201)
  assert.equal(verifications.notes[0]?.by, '医事 太郎')
  const silent = await post('/v1/verifications/v1/notes', { kind })
  assert.equal((await problem(silent))['code'], 'REQUEST_INVALID')
})
