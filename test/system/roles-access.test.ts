import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from 'typebox'
import type { Role } from '../../agent/kernel/roles.ts'
import { patients } from '../../agent/sim/patients.ts'
import { type Bed, startBed } from '../bed/agent.ts'
import { type Client, checked, clientOf, eventually, problemIn } from '../bed/client.ts'
import { addConsumer, jsonIn } from '../bed/consumer.ts'
import { faceOf } from '../bed/delivery.ts'
import { fetchFrom } from '../bed/source.ts'

const INSIDE = '127.0.0.1'
const OUTSIDE = '127.0.0.2'

const Page = Type.Object({
  items: Type.Array(Type.Object({ id: Type.String() })),
  cursor: Type.String(),
})
/** A page of a role that does not see every field. */
async function page(client: Client, query: string, waitSeconds: number) {
  const reply = await client.get(`/v1/events${query}`, { prefer: `wait=${waitSeconds}` })
  assert.equal(reply.status, 200, reply.text)
  return checked(Page, JSON.parse(reply.text))
}

test('the liaison office gets first visits, changes and referrals, and is not woken by anything else', async (t) => {
  const bed = await startBed(t)
  const liaison = clientOf(bed.agent.url, await bed.addConsumer('liaison', 'liaison'))
  const asked = { ...faceOf('01'), patientNumber: '00042' }
  const first = await bed.client.ask(asked)
  assert.equal(first.patient?.firstSeenHere, true)
  const visit = await page(liaison, '', 0)
  assert.equal(visit.items.length, 1)

  let isOver = false
  const waiting = page(liaison, `?after=${visit.cursor}`, 1).finally(() => {
    isOver = true
  })
  await bed.client.ask(asked)
  await bed.client.post(`/v1/verifications/${first.id}/notes`, { kind: 'closing', by: '見本' })
  const meanwhile = isOver
  const nothing = await waiting
  assert.deepEqual([meanwhile, nothing.items], [false, []])

  const told = page(liaison, `?after=${nothing.cursor}`, 50)
  const note = { kind: 'referral', by: '連携 見本', text: '紹介状あり' }
  const ticked = await liaison.post(`/v1/verifications/${first.id}/notes`, note)
  assert.equal(ticked.status, 201, ticked.text)
  assert.doesNotMatch(ticked.text, /results|insured/i)
  const { id } = JSON.parse(ticked.text)
  assert.deepEqual(
    (await told).items.map((item) => item.id),
    [id],
  )
  const changed = patients.find(({ outcome }) => outcome === 'invalid-new-exists')
  assert.ok(changed !== undefined)
  await bed.client.ask({ ...changed.cardFace })
  assert.equal((await page(liaison, '', 0)).items.length, 3)
  assert.equal((await bed.client.feed()).length, 5)
})

test('what the liaison office may not have is not there for it, by whatever address', async (t) => {
  const bed = await startBed(t)
  const liaison = clientOf(bed.agent.url, await bed.addConsumer('liaison', 'liaison'))
  const asked = { ...faceOf('01'), patientNumber: '00042' }
  const first = await bed.client.ask(asked)
  const { id } = await bed.client.ask(asked)
  const unknown = problemIn(await liaison.get('/v1/verifications/unknown'))
  for (const path of [`/v1/verifications/${id}`, '/v1/patients/00042/verifications/latest']) {
    const reply = await liaison.get(path)
    assert.deepEqual([reply.status, problemIn(reply).code], [404, unknown.code], path)
    assert.doesNotMatch(reply.text, /検証|valid/)
  }
  assert.equal((await liaison.get(`/v1/verifications/${first.id}`)).status, 200)
  const message = await liaison.get(`/v1/verifications/${first.id}/message`)
  assert.equal(message.status, 403)
})

for (const role of ['remote-billing', 'after-hours'] as const)
  test(`a ${role} reads from its own source and from no other, and asks nowhere`, async (t) => {
    const bed = await startBed(t)
    const without = await bed.cli('consumer', 'add', 'astray', '--role', role)
    assert.deepEqual([without.code, without.stdout], [65, ''])
    assert.match(without.stderr, /sources/)
    const { token } = await addConsumer(bed, role, role, '--from', `${OUTSIDE},2001:db8::/32`)
    await bed.client.ask(faceOf('01'))
    const inside = clientOf(bed.agent.url, token, fetchFrom(INSIDE))
    const outside = clientOf(bed.agent.url, token, fetchFrom(OUTSIDE))
    assert.equal((await page(outside, '', 0)).items.length, 1)
    for (const path of ['/v1/events', '/openapi.json']) {
      const refused = await inside.get(path)
      assert.deepEqual([refused.status, problemIn(refused).code], [403, 'FORBIDDEN'], path)
      assert.doesNotMatch(refused.text, /検証/)
    }
    await asksNothing(bed, outside)
  })

for (const role of ['liaison', 'ward', 'general-affairs', 'it', 'vendor'] as const)
  test(`a ${role} asks nothing`, async (t) => {
    const bed = await startBed(t)
    await bed.client.ask(faceOf('01'))
    if (role === 'vendor') {
      const words = ['--minutes', '30', '--reason', '調査', '--plan', 'M-1']
      assert.equal((await bed.cli('vendor', 'open', ...words)).code, 0)
    }
    await asksNothing(bed, clientOf(bed.agent.url, await bed.addConsumer(role, role)))
  })

/** Whatever would ask, or decide, is refused, and nothing came of it. */
async function asksNothing(bed: Bed & { readonly client: Client }, client: Client): Promise<void> {
  const [first, ...others] = await bed.client.feed()
  assert.ok(first?.type === 'verification' && others.length === 0)
  const before = bed.gateway.stats().questions
  for (const [path, body] of [
    ['/v1/verifications', faceOf('05')],
    [`/v1/verifications/${first.verification.id}/recheck`, {}],
    ['/v1/presentations/1/confirmation', { by: '見本' }],
    ['/v1/deliveries/1/retry', { by: '見本' }],
    ['/v1/deliveries/1/drop', { by: '見本' }],
    ['/v1/offline-intakes', { by: '見本' }],
  ] as const) {
    const reply = await client.post(path, body)
    assert.deepEqual([reply.status, problemIn(reply).code], [403, 'FORBIDDEN'], path)
  }
  assert.equal(bed.gateway.stats().questions, before)
  assert.equal((await bed.client.feed()).length, 1)
}

test('health and metrics are for clinic IT, a vendor who was let in and named monitors, from anywhere else nobody', async (t) => {
  const bed = await startBed(t)
  const statusFor = async (role: Role, path: string) => {
    const token = await bed.addConsumer(role, role)
    return (await clientOf(bed.agent.url, token, fetchFrom(OUTSIDE)).get(path)).status
  }
  const nobody = clientOf(bed.agent.url, 'no-token', fetchFrom(OUTSIDE))
  for (const path of ['/health', '/metrics']) {
    assert.equal((await nobody.get(path)).status, 401)
    assert.equal((await clientOf(bed.agent.url, 'no-token').get(path)).status, 200)
  }
  assert.equal(await statusFor('it', '/metrics'), 200)
  const token = await bed.addConsumer('vendor', 'vendor')
  const vendor = clientOf(bed.agent.url, token, fetchFrom(OUTSIDE))
  assert.equal((await vendor.get('/health')).status, 403, 'until staff let the vendor in')
  const words = ['--minutes', '30', '--reason', '調査', '--plan', 'M-1']
  assert.equal((await bed.cli('vendor', 'open', ...words)).code, 0)
  assert.equal((await vendor.get('/health')).status, 200)
  assert.equal(await statusFor('billing', '/metrics'), 403)
  assert.equal(await statusFor('ward', '/health'), 403)
})

const Listed = Type.Object({
  items: Type.Array(
    Type.Object({
      name: Type.String(),
      uses: Type.Integer(),
      usedAt: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
})
const usesOf = async ({ cli }: Pick<Bed, 'cli'>, wanted: string) => {
  const { items } = checked(Listed, jsonIn(await cli('consumer', 'list')))
  const found = items.find(({ name }) => name === wanted)
  return [found?.uses, found?.usedAt ?? null] as const
}

test('uses of a token are counted and dated, across restarts, and wrong ones are not its uses', async (t) => {
  const bed = await startBed(t)
  const token = await bed.addConsumer('ehr', 'ehr')
  assert.deepEqual(await usesOf(bed, 'ehr'), [0, null])
  const startedAt = Date.now()
  const client = clientOf(bed.agent.url, token)
  for (let use = 1; use <= 3; use += 1) await client.get('/v1/events')
  assert.equal((await client.get('/v1/nowhere')).status, 404)
  assert.equal((await clientOf(bed.agent.url, `${token}x`).get('/v1/events')).status, 401)
  const [uses, usedAt] = await usesOf(bed, 'ehr')
  assert.equal(uses, 3)
  // Shown in whole seconds.
  assert.ok(Date.parse(usedAt ?? '') >= startedAt - 1_000)
  assert.equal((await bed.agent.stop()).code, 0)
  assert.deepEqual(await usesOf(bed, 'ehr'), [3, usedAt])
  const { url } = await bed.start()
  await clientOf(url, token).get('/v1/events')
  await eventually('one more', async () => ((await usesOf(bed, 'ehr'))[0] === 4 ? true : undefined))
})
