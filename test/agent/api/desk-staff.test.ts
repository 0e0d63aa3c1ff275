import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { json, problem, serve } from './served.ts'

async function desk(t: TestContext) {
  const served = await serve(t)
  const { headers } = served.sessions.signedIn('it')
  const send = async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(served.url + path, {
      method,
      headers: { ...headers, ...(body !== undefined && json) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: answer.status, body: Object(await answer.clone().json()), answer }
  }
  return { ...served, send }
}

test('an administrator adds, resets and disables people, and each change says by whom', async (t) => {
  const { send, staff } = await desk(t)
  const added = await send('POST', '/desk/staff', { name: ' 受付　花子 ', role: 'reception' })
  assert.equal(added.status, 201)
  const { id } = added.body.staff
  assert.deepEqual(added.body, {
    staff: { id, name: '受付 花子' },
    oneTimeCode: 'AAAA-BBBB-CCCC-DDDD',
  })
  assert.equal(
    (await send('POST', `/desk/staff/${id}/reset`)).body.oneTimeCode,
    'EEEE-FFFF-GGGG-HHHH',
  )
  const disabled = await send('POST', `/desk/staff/${id}/disable`)
  assert.equal(disabled.body.disabledAt, '1970-01-01T09:00:01+09:00')
  assert.deepEqual(staff.actors, ['staff-it', 'staff-it', 'staff-it'])
  assert.equal((await send('POST', '/desk/staff/nobody/reset')).status, 404)
})

test('the list has who may sign in, what they have set, and who was not there for 90 days', async (t) => {
  const { send, staff, clock } = await desk(t)
  await staff.add({ name: '受付 花子', role: 'reception', sources: [] }, 'test')
  await staff.add({ name: '医事 太郎', role: 'billing', sources: [] }, 'test')
  const [first] = staff.people
  if (first !== undefined) staff.people[0] = { ...first, usedAt: clock.now() }
  const { items } = (await send('GET', '/desk/staff')).body
  assert.deepEqual(
    items.map((one: Record<string, unknown>) => [
      one['name'],
      one['roleTitle'],
      one['unusedFor90Days'],
    ]),
    [
      ['受付 花子', '受付', false],
      ['医事 太郎', '医事', true],
    ],
  )
  assert.doesNotMatch(JSON.stringify(items), /"(secret|pin|secondFactor|oneTime)"/)
})

test('a name that cannot be typed again, a role of programs and a missing source are refused', async (t) => {
  const { send, staff } = await desk(t)
  const wrong = [
    [{ name: '<b>', role: 'reception' }, 'name'],
    [{ name: '', role: 'reception' }, 'name'],
    [{ name: 'staff-0123456789ab', role: 'reception' }, 'name'],
    [{ name: 'x', role: 'receipt-computer' }, 'role'],
    [{ name: 'x', role: 'after-hours' }, 'sources'],
    [{ name: 'x', role: 'reception', sources: ['nowhere'] }, 'sources'],
  ] as const
  for (const [body, field] of wrong) {
    const { answer } = await send('POST', '/desk/staff', body)
    const { code, mistakes } = Object(await problem(answer))
    assert.deepEqual([code, mistakes[0].field], ['REQUEST_INVALID', field])
  }
  const { answer } = await send('POST', '/desk/staff', {
    name: '１２３４５６７８９０１８',
    role: 'reception',
  })
  assert.equal((await problem(answer))['code'], 'INDIVIDUAL_NUMBER_REFUSED')
  assert.deepEqual(staff.people, [])
})
