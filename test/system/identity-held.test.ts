import assert from 'node:assert/strict'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { FeedEvent } from '../../agent/kernel/verification.ts'
import { startBed } from '../bed/agent.ts'
import {
  type Client,
  checked,
  clientOf,
  eventually,
  problemIn,
  verificationIn,
} from '../bed/client.ts'
import { addConsumer } from '../bed/consumer.ts'
import { faceOf } from '../bed/delivery.ts'

/** A clinic that took down the number of one patient for another. */
async function mixedUp(t: TestContext) {
  const bed = await startBed(t)
  const { url } = bed.agent
  const folder = join(bed.folder, 'face')
  mkdirSync(folder)
  await addConsumer(bed, 'receipt', 'receipt-computer', '--sink', 'face-folder', '--folder', folder)
  const billing = clientOf(url, await bed.addConsumer('billing', 'billing'))
  const ehr = clientOf(url, await bed.addConsumer('ehr', 'ehr'))
  const files = () => readdirSync(folder).filter((name) => name.endsWith('.xml'))
  const known = await billing.ask({ ...faceOf('01'), patientNumber: '00042' })
  await eventually('the first face file', async () => files().length === 1 || undefined)
  const other = await billing.ask({ ...faceOf('03'), patientNumber: '00042' })
  return { billing, ehr, files, known, other }
}

const note = (client: Client, id: string, kind: string) =>
  client.post(`/v1/verifications/${id}/notes`, { kind, by: '受付 山田' })

test('trouble 10: another person under a patient’s number is held: nobody but billing sees who it is', async (t) => {
  const { billing, ehr, files, known, other } = await mixedUp(t)
  assert.equal(known.held, false)
  assert.equal(other.held, true)
  assert.equal(other.patient, null)
  assert.equal(other.identity?.patientId, known.patient?.id)
  assert.ok((other.identity?.count ?? 0) >= 2)
  assert.ok(other.advisories.some(({ code }) => code === 'IDENTITY_HELD'))
  assert.equal(other.results[0]?.name, '架空　三子', 'billing decides, and sees what is in it')
  const seen = await ehr.verification(other.id)
  assert.deepEqual([seen.held, seen.results, seen.identity], [true, [], null])
  assert.deepEqual([...new Set(seen.advisories.map(({ field }) => field))], [null])
  assert.equal(problemIn(await ehr.get(`/v1/verifications/${other.id}/message`)).status, 409)
  assert.equal(files().length, 1, 'the receipt computer gets nothing')
  const latest = verificationIn(await billing.get('/v1/patients/00042/verifications/latest'))
  assert.equal(latest.id, known.id)
})

test('trouble 10: a release by a person brings it to everybody, once, linked to the patient', async (t) => {
  const { billing, ehr, files, known, other } = await mixedUp(t)
  const refused = problemIn(await note(ehr, other.id, 'release'))
  assert.equal(refused.status, 403, 'who does not see it cannot say whose it is')
  const released = await note(billing, other.id, 'release')
  assert.equal(released.status, 201, released.text)
  const event = checked(FeedEvent, JSON.parse(released.text))
  assert.ok(event.type === 'note' && event.verification !== undefined)
  assert.equal(event.verification.held, false)
  assert.equal(event.verification.patient?.id, known.patient?.id)
  await eventually('the face file', async () => files().length === 2 || undefined)
  const [last] = (await ehr.feed()).slice(-1)
  assert.equal(last?.verification?.results[0]?.name, '架空　三子')
  const now = await ehr.verification(other.id)
  assert.deepEqual([now.held, now.results.length], [false, 1])
  assert.equal(problemIn(await note(billing, other.id, 'release')).code, 'HOLD_DECIDED')
})

test('a rejection keeps it from everybody, and the patient’s newest stays theirs', async (t) => {
  const { billing, ehr, files, known, other } = await mixedUp(t)
  assert.equal((await note(billing, other.id, 'rejection')).status, 201)
  assert.equal((await ehr.verification(other.id)).held, true)
  assert.equal(files().length, 1)
  const latest = verificationIn(await ehr.get('/v1/patients/00042/verifications/latest'))
  assert.equal(latest.id, known.id)
  assert.equal(problemIn(await note(billing, other.id, 'release')).code, 'HOLD_DECIDED')
})

test('a person may hold what the agent did not, and release it again', async (t) => {
  const { billing, ehr, known } = await mixedUp(t)
  assert.equal((await note(ehr, known.id, 'hold')).status, 201)
  const held = await ehr.verification(known.id)
  assert.deepEqual([held.held, held.results], [true, []])
  assert.equal((await note(billing, known.id, 'release')).status, 201)
  const again = await ehr.verification(known.id)
  assert.deepEqual([again.held, again.patient], [false, known.patient])
})

test('no list and no later answer tells what is in a held one to who does not decide', async (t) => {
  const { billing, ehr, known } = await mixedUp(t)
  await note(ehr, known.id, 'hold')
  const event = (await ehr.feed()).find(({ verification }) => verification?.id === known.id)
  assert.deepEqual([event?.verification?.held, event?.verification?.results], [true, []])
  for (const path of ['/v1/worklist', `/v1/worklist?month=${known.askedAt.slice(0, 7)}`]) {
    const { items } = JSON.parse((await ehr.get(path)).text)
    for (const one of items.filter(({ kind }: { kind: string }) => kind === 'held')) {
      assert.equal(one.nameKana, null)
      assert.ok(one.advisories.every(({ field }: { field: string | null }) => field === null))
    }
  }
  const again = await billing.ask({ ...faceOf('01'), patientNumber: '00042' })
  assert.deepEqual([again.patient?.id, again.history?.changes], [known.patient?.id, {}])
  assert.equal(again.history?.lastVisitAt, null, 'a doubted visit is none')
})
