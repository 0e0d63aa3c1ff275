import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { WorkList } from '../../agent/api/worklist.ts'
import { toRfc3339 } from '../../agent/kernel/time.ts'
import { crowdByCardFace, crowdPatient } from '../../agent/sim/patients/crowd.ts'
import type { CardFace } from '../../agent/sim/patients/element.ts'
import type { BedOptions } from '../bed/agent.ts'
import { type Client, checked, eventually } from '../bed/client.ts'
import { makeHurriedBed, nineOn } from '../bed/hurried.ts'

const HOUR = 60 * 60_000
const DAY = 24 * HOUR
/** Far from the month’s end, before which everything is asked once more. */
const MID_MONTH = '06-10'

/** An insurer that registers late. */
async function hurriedAgent(t: TestContext, options: BedOptions = {}) {
  const registered = new Set<string>()
  const alsoKnown = (asked: CardFace) =>
    registered.has(asked.insuredIdentificationNumber) ? crowdByCardFace(asked) : undefined
  const bed = await makeHurriedBed(t, nineOn(MID_MONTH), { ...options, gateway: { alsoKnown } })
  const register = (face: CardFace) => registered.add(face.insuredIdentificationNumber)
  return Object.assign(bed, { register })
}

const faceOf = (person: number): CardFace => crowdPatient(person, 0).cardFace

const worklist = async (client: Client, query = '') => {
  const { status, text } = await client.get(`/v1/worklist${query}`)
  assert.equal(status, 200, text)
  return checked(WorkList, JSON.parse(text)).items
}
const inPlaceOf = (client: Client, id: string) =>
  eventually('what was asked again', async () => {
    const item = (await client.feed()).find(
      (one) => one.type === 'verification' && one.verification.supersedes === id,
    )
    return item?.type === 'verification' ? item.verification : undefined
  })

test('trouble 7: a card that the insurer registers two hours later is found without anybody asking', async (t) => {
  const bed = await hurriedAgent(t)
  const { clock, run, register } = bed
  const { client } = await run()
  const face = faceOf(1)
  const first = await client.ask({ ...face, patientNumber: '00042' })
  assert.equal(first.outcome, 'not-found')
  await client.post(`/v1/verifications/${first.id}/notes`, {
    kind: 'paid-in-full',
    by: '受付 見本',
  })
  const [item] = await worklist(client)
  assert.deepEqual(
    [item?.kind, item?.verificationId, item?.patientNumber, item?.asked, item?.notes],
    ['unresolved', first.id, '00042', 0, ['paid-in-full']],
  )
  assert.equal(item?.nextAskAt?.slice(11, 13), '10')

  clock.hurry(HOUR)
  const second = await inPlaceOf(client, first.id)
  assert.equal(second.outcome, 'not-found')
  register(face)
  clock.hurry(HOUR)
  const third = await inPlaceOf(client, second.id)
  assert.deepEqual(
    [third.outcome, third.patientNumber, third.results[0]?.insuredIdentificationNumber],
    ['valid', '00042', face.insuredIdentificationNumber],
  )
  const [refund, ...rest] = await worklist(client)
  assert.deepEqual([refund?.kind, refund?.verificationId, rest], ['refund', third.id, []])
  const closing = { kind: 'closing', by: '受付 見本', text: '返金しました' }
  await client.post(`/v1/verifications/${third.id}/notes`, closing)
  assert.deepEqual(await worklist(client), [])
  clock.hurry(DAY)
  assert.equal((await client.ask(face)).outcome, 'valid')
  assert.equal(bed.gateway.stats().questions, 4, 'what has resolved is not asked again')
})

test('a clinic that cuts the power at closing has it asked at the next start, once', async (t) => {
  const bed = await hurriedAgent(t)
  const { clock, run, register } = bed
  const { agent, client } = await run()
  const [found, missing] = [faceOf(1), faceOf(2)]
  const { id } = await client.ask(found)
  const lost = await client.ask(missing)
  await agent.close()
  register(found)
  clock.hurry(DAY)
  const next = await run()
  assert.equal((await inPlaceOf(next.client, id)).outcome, 'valid')
  const again = await inPlaceOf(next.client, lost.id)
  assert.equal(again.outcome, 'not-found')
  const [item] = await worklist(next.client)
  assert.equal(item?.nextAskAt, `${toRfc3339(clock.now() + DAY).slice(0, 10)}T08:00:00+09:00`)
  assert.equal(bed.gateway.stats().questions, 4)
})

test('while the lines are down nothing is asked again; when one is back, what is due', async (t) => {
  const gatewayKeys = 'timeout_ms = 4000\nconnect_timeout_ms = 1000\n'
  const bed = await hurriedAgent(t, { gatewayKeys })
  const { clock, run, register } = bed
  const { client } = await run()
  const face = faceOf(3)
  const { id } = await client.ask(face)
  await bed.cutGateway()
  const offline = await client.ask(faceOf(4))
  assert.equal(offline.outcome, 'offline')
  clock.hurry(2 * HOUR)
  assert.equal((await client.feed()).length, 2)
  assert.deepEqual(
    (await worklist(client)).map(({ outcome, nextAskAt }) => [outcome, nextAskAt?.slice(11, 13)]),
    [
      ['not-found', '10'],
      ['offline', undefined],
    ],
  )
  register(face)
  await bed.restoreGateway()
  assert.equal((await inPlaceOf(client, id)).outcome, 'valid')
  assert.equal((await inPlaceOf(client, offline.id)).outcome, 'not-found')
  const month = toRfc3339(clock.now()).slice(0, 7)
  assert.deepEqual(
    (await worklist(client, `?month=${month}`)).map(({ outcome }) => outcome),
    ['not-found'],
  )
})
