import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Digest } from '../../../agent/kernel/digest.ts'
import { billingToken, goodToken, itToken } from '../../fakes/consumers.ts'
import { problem, serve } from './served.ts'

const about = { patientNumber: '00042', askedAt: '2026-04-01T09:30:00+09:00' }
const told: Partial<Digest> = {
  verifications: 3,
  byOutcome: { valid: 2, 'not-found': 1 },
  unresolved: [{ ...about, verificationId: 'v1', outcome: 'not-found' }],
  mismatches: [
    {
      ...about,
      verificationId: 'v2',
      patientNumber: '=1+1',
      code: 'NAME_HAS_PLACEHOLDER',
      number: 'A12',
      severity: 'warn',
      title: '<b>氏名</b>',
      field: 'results[0].name',
    },
  ],
  undelivered: [{ consumer: 'orca', waiting: 2, parked: 1, refused: 0, oldestAt: null }],
}

const as = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

async function billing(t: TestContext) {
  const served = await serve(t)
  served.digests.digest = { ...served.digests.digest, ...told }
  const get = (query: string, token = billingToken) => served.call(`/v1/digest${query}`, as(token))
  return { ...served, get }
}

test('the day is told as JSON to billing, and to nobody who asks or looks after the machine', async (t) => {
  const { get, audit } = await billing(t)
  const response = await get('?day=2026-04-01')
  assert.equal(response.status, 200)
  const digest: Partial<Digest> = JSON.parse(await response.text())
  assert.equal(digest.day, '2026-04-01')
  assert.deepEqual(digest.unresolved, told.unresolved)
  assert.equal(audit.reads.at(-1), 'billing digest 2026-04-01')
  for (const token of [goodToken, itToken]) assert.equal((await get('', token)).status, 403)
})

test('Excel opens the day as a table and computes nothing in it', async (t) => {
  const { get } = await billing(t)
  const response = await get('?day=2026-04-01&format=csv')
  assert.match(response.headers.get('content-type') ?? '', /^text\/csv/)
  const text = Buffer.from(await response.arrayBuffer()).toString('utf8')
  assert.ok(text.startsWith('\ufeff"区分"'))
  assert.ok(!/(^|,|\n)"?[=+@]/.test(text), 'no cell begins a formula')
  assert.ok(text.includes("'=1+1"))
})

test('the page to print is Japanese, shows what a value says and runs nothing of it', async (t) => {
  const { get } = await billing(t)
  const page = await (await get('?day=2026-04-01&format=html')).text()
  assert.ok(page.includes('<html lang="ja">'))
  assert.ok(page.includes('&lt;b&gt;氏名&lt;/b&gt;') && !page.includes('<b>'))
  assert.ok(page.includes('該当資格なし'))
  assert.ok(!/<script|src=|href=/.test(page))
})

test('a day that no calendar has is refused with what to write', async (t) => {
  const { get } = await billing(t)
  for (const day of ['2026-02-30', '2026-13-01', 'today'])
    assert.equal((await problem(await get(`?day=${day}`)))['code'], 'REQUEST_INVALID')
})
