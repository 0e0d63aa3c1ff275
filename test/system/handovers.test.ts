import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from 'typebox'
import { startBed } from '../bed/agent.ts'
import { type Client, checked, clientOf } from '../bed/client.ts'
import { faceOf } from '../bed/delivery.ts'

const List = Type.Object({
  items: Type.Array(
    Type.Object({
      verificationId: Type.String(),
      reasons: Type.Array(Type.String()),
      owner: Type.Union([Type.String(), Type.Null()]),
      acknowledgedBy: Type.Union([Type.String(), Type.Null()]),
      isOverdue: Type.Boolean(),
      event: Type.Object({ verification: Type.Object({ id: Type.String() }) }),
    }),
  ),
})

async function listed(client: Client, query = '') {
  const reply = await client.get(`/v1/handovers${query}`)
  assert.equal(reply.status, 200, reply.text)
  return { text: reply.text, items: checked(List, JSON.parse(reply.text)).items }
}

test('a referral goes from reception to the liaison office and is acknowledged there, over a restart', async (t) => {
  const bed = await startBed(t)
  const as = async (role: 'reception' | 'liaison' | 'ward') =>
    clientOf(bed.agent.url, await bed.addConsumer(role, role))
  const [reception, liaison, ward] = [await as('reception'), await as('liaison'), await as('ward')]
  const asked = { ...faceOf('01'), patientNumber: '00042' }
  const first = await reception.ask(asked)
  const again = await reception.ask(asked)
  const note = (client: Client, id: string, kind: string, text: string | null = null) =>
    client.post(`/v1/verifications/${id}/notes`, { kind, by: '見本 花子', text })

  const opened = (client: Client) => client.get(`/v1/verifications/${again.id}`)
  assert.equal((await note(liaison, again.id, 'assignment')).status, 404, 'it is not handed over')
  assert.equal((await opened(liaison)).status, 404)
  assert.equal((await note(reception, again.id, 'referral', '見本病院')).status, 201)
  const { text, items } = await listed(liaison)
  assert.deepEqual(
    items.map(({ verificationId, reasons, event }) => [
      verificationId,
      reasons,
      event.verification.id,
    ]),
    [
      [first.id, ['first-visit'], first.id],
      [again.id, ['referral'], again.id],
    ],
  )
  const { insuredIdentificationNumber = '' } = first.results[0] ?? {}
  assert.ok(insuredIdentificationNumber !== '' && !text.includes(insuredIdentificationNumber))
  const alone = await opened(liaison)
  assert.ok(alone.status === 200 && alone.text.includes(again.id), alone.text)
  assert.ok(!alone.text.includes(insuredIdentificationNumber), 'nor opened by itself')
  assert.ok((await opened(reception)).text.includes(insuredIdentificationNumber))
  assert.equal((await ward.get('/v1/handovers')).status, 403)
  assert.equal((await bed.client.get('/v1/handovers')).status, 403, 'nor does a receipt computer')

  assert.equal((await note(bed.client, again.id, 'acknowledgement')).status, 403)
  assert.equal((await note(liaison, again.id, 'closing')).status, 403)
  assert.equal((await note(liaison, again.id, 'assignment', '連携 次郎')).status, 201)
  assert.equal((await note(reception, first.id, 'acknowledgement')).status, 201)

  await bed.agent.stop()
  const { url } = await bed.start()
  const back = clientOf(url, await bed.addConsumer('liaison-2', 'liaison'))
  const [open, ...others] = (await listed(back)).items
  assert.deepEqual([open?.verificationId, open?.owner, others], [again.id, '連携 次郎', []])
  const all = (await listed(back, '?state=all')).items
  assert.deepEqual(
    all.map(({ acknowledgedBy, isOverdue }) => [acknowledgedBy, isOverdue]),
    [
      ['見本 花子', false],
      [null, false],
    ],
  )
})
