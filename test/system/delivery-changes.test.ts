import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { startBed } from '../bed/agent.ts'
import { clientOf, eventually } from '../bed/client.ts'
import { jsonIn } from '../bed/consumer.ts'
import { addWebhook, deliveriesOf, faceOf, listedOn, outboxTables } from '../bed/delivery.ts'
import { makeTerminalBed } from '../bed/terminal.ts'
import type { Behaviour } from '../bed/webhook-receiver.ts'

test('a consumer that is added gets what comes from then on, one that is revoked nothing more', async (t) => {
  const bed = await startBed(t, { tables: outboxTables })
  await bed.client.ask(faceOf('01'))
  const kept = await addWebhook(t, bed, { name: 'kept' })
  let isAway = true
  const behave = (): Behaviour => ({ is: 'answer', status: isAway ? 503 : 204 })
  const left = await addWebhook(t, bed, { name: 'left', behave })
  const { id } = await bed.client.ask(faceOf('05'))
  await kept.until(() => kept.history().length === 1)
  assert.match(kept.history()[0]?.text ?? '', new RegExp(id), 'not what came before')
  const [, later] = await bed.client.feed()
  await left.until(() => left.attempts(later?.id ?? '') >= 2)

  assert.equal((await bed.cli('consumer', 'revoke', 'left')).code, 0)
  isAway = false
  const attempted = left.attempts(later?.id ?? '')
  await bed.client.ask(faceOf('06'))
  await kept.until(() => kept.history().length === 2)
  assert.deepEqual([left.taken(), left.attempts(later?.id ?? '')], [[], attempted])
  const { items, open } = await listedOn(bed)
  assert.deepEqual([items.map(({ consumer }) => consumer.name), open], [['kept'], []])
  assert.doesNotMatch(JSON.stringify(await bed.client.health()), /"left"/)

  await bed.agent.stop()
  const agent = await bed.start()
  await clientOf(agent.url, bed.token).ask(faceOf('10'))
  await kept.until(() => kept.history().length === 3)
  assert.deepEqual([left.taken(), left.attempts(later?.id ?? '')], [[], attempted])
})

test('revoking ends an open stream, a long poll and a wait for an answer, and nothing more is in them', async (t) => {
  const bed = await startBed(t)
  const token = await bed.addConsumer('leaver', 'billing')
  const leaver = clientOf(bed.agent.url, token)
  await bed.client.ask(faceOf('01'))
  const { cursor } = await leaver.events()
  const stream = await fetch(`${bed.agent.url}/v1/events`, {
    headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
  })
  const poll = leaver.events(`?after=${cursor}`, { prefer: 'wait=50' })
  const polled = assert.rejects(poll, /401/)
  bed.gateway.behave({ mode: 'normal', delayMs: 8_000 })
  const open = await bed.client.post('/v1/verifications', faceOf('05'), { prefer: 'wait=0' })
  const { id } = JSON.parse(open.text)
  const read = leaver.get(`/v1/verifications/${id}`, { prefer: 'wait=50' })
  const asked = leaver.post('/v1/verifications', faceOf('06'), { prefer: 'wait=50' })
  await eventually('both questions are asked', async () =>
    bed.gateway.stats().questions === 3 ? true : undefined,
  )

  assert.equal((await bed.cli('consumer', 'revoke', 'leaver')).code, 0)
  await polled
  const said = await stream.text()
  assert.equal([...said.matchAll(/^data:/gm)].length, 1, 'what it got while it might')
  const answers = [await read, await asked]
  assert.deepEqual(
    answers.map(({ status }) => status),
    [401, 401],
  )
  for (const { text } of answers) assert.doesNotMatch(text, /results|outcome/)
  await eventually('both questions ended all the same', async () =>
    (await bed.client.feed()).length === 3 ? true : undefined,
  )
})

test('a face folder that the agent watches is refused, whichever way it is named', async (t) => {
  const bed = await makeTerminalBed(t)
  const elsewhere = join(bed.folder, 'elsewhere')
  mkdirSync(elsewhere)
  const add = (name: string, folder: string) =>
    bed.cli(
      ...['consumer', 'add', name, '--role', 'receipt-computer'],
      ...['--sink', 'face-folder', '--folder', folder],
    )
  const refused = async () => {
    for (const folder of [
      join(bed.root, 'face'),
      join(bed.root, 'face', 'inside'),
      bed.root,
      `${bed.root}/req/../face`,
    ]) {
      const { code, stdout, stderr } = await add('loop', folder)
      assert.match(stderr, /FOLDER_LOOP/, folder)
      assert.deepEqual([code !== 0, stdout], [true, ''])
    }
  }
  const agent = await bed.start()
  await refused()
  assert.equal((await add('folder', elsewhere)).code, 0)
  const twice = await add('second', elsewhere)
  assert.equal(twice.code, 65)
  assert.match(twice.stderr, /sink\.folder/)
  await agent.stop()
  await refused()
  assert.equal((await add('second', elsewhere)).code, 65)
  const { items } = Object(jsonIn(await bed.cli('consumer', 'list')))
  assert.equal(items.length, 1)
})

test('a consumer of the same name that comes after a revoked one begins anew', async (t) => {
  const bed = await startBed(t, { tables: outboxTables })
  const behave = (): Behaviour => ({ is: 'answer', status: 422 })
  const old = await addWebhook(t, bed, { name: 'ehr', behave })
  await bed.client.ask(faceOf('01'))
  await eventually('a dead letter', async () => (await listedOn(bed)).open[0])
  assert.equal((await bed.cli('consumer', 'revoke', old.name)).code, 0)
  const fresh = await addWebhook(t, bed, { name: 'ehr' })
  await bed.client.ask(faceOf('05'))
  await fresh.until(() => fresh.history().length === 1)
  const own = await eventually('settled', async () => {
    const list = await deliveriesOf(clientOf(bed.agent.url, fresh.token))
    return list.items[0]?.delivered === 1 ? list : undefined
  })
  assert.deepEqual([own.items.length, own.items[0]?.refused, own.open], [1, 0, []])
  assert.equal((await clientOf(bed.agent.url, old.token).get('/v1/events')).status, 401)
})
