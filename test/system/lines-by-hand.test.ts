import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { LineQuality } from '../../agent/api/desk-shapes.ts'
import { LineList } from '../../agent/api/lines.ts'
import { openDatabase } from '../../agent/store/database.ts'
import { makeBed } from '../bed/agent.ts'
import { checked, clientOf, problemIn } from '../bed/client.ts'
import { addConsumer } from '../bed/consumer.ts'

test('a line that was switched to by hand stays so over a restart, and the audit says by whom', async (t) => {
  const bed = await makeBed(t)
  const billing = await addConsumer(bed, 'billing', 'billing')
  const first = await bed.start()
  const client = clientOf(first.url, billing.token)
  const held = async (from: typeof client) =>
    checked(LineList, JSON.parse((await from.get('/v1/lines')).text)).items.map(
      ({ isHeldByHand }) => isHeldByHand,
    )
  assert.deepEqual(await held(client), [false])
  assert.equal((await client.post('/v1/lines/sim-line/use', {})).status, 200)
  assert.equal(problemIn(await client.post('/v1/lines/other/use', {})).code, 'NOT_FOUND')
  await first.stop('SIGKILL')

  const second = await bed.start()
  const again = clientOf(second.url, billing.token)
  assert.deepEqual(await held(again), [true])
  assert.equal((await again.post('/v1/lines/sim-line/release', {})).status, 200)
  assert.deepEqual(await held(again), [false])
  const quality = checked(
    LineQuality,
    JSON.parse((await again.get('/v1/lines/sim-line/quality')).text),
  )
  assert.equal(quality.items.at(-1)?.standing, 'up', 'the minute that runs is there')
  await second.stop()

  const key = Buffer.from(bed.storeKey, 'hex')
  const db = openDatabase(join(bed.state, 'agent.db'), key, 'read-only')
  t.after(() => db.close())
  const rows = db
    .prepare("SELECT actor, action, subject FROM audit WHERE action LIKE 'line-%' ORDER BY seq")
    .raw()
    .all()
  assert.deepEqual(rows, [
    [billing.id, 'line-use', 'sim-line'],
    [billing.id, 'line-release', 'sim-line'],
  ])
})
