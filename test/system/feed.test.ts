import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Value } from 'typebox/value'
import { FeedEvent } from '../../agent/kernel/verification.ts'
import { patientByNumber } from '../../agent/sim/patients.ts'
import { startBed } from '../bed/agent.ts'
import { clientOf, problemIn, verificationIn } from '../bed/client.ts'

const faceOf = (number: string) => patientByNumber(number)?.cardFace ?? {}

test('a recheck is a new verification that supersedes the old one, which stays as it was', async (t) => {
  const { client, gateway } = await startBed(t)
  gateway.behave({ mode: 'truncated', times: 1 })
  const first = await client.ask({ ...faceOf('14'), patientNumber: '00042' })
  assert.equal(first.outcome, 'failed')
  const rechecked = await client.post(`/v1/verifications/${first.id}/recheck`, {})
  const second = verificationIn(rechecked)
  assert.equal(rechecked.status, 201)
  assert.deepEqual([second.outcome, second.supersedes], ['valid', first.id])
  assert.equal(second.patientNumber, '00042')
  assert.deepEqual(await client.verification(first.id), first)
  const ids = (await client.feed()).map((item) => item.type === 'verification' && item.verification)
  assert.deepEqual(ids, [first, second])
})

test('the patient of a card face is first seen once, and the latest of a patient is the newest', async (t) => {
  const { client } = await startBed(t)
  const asked = { ...faceOf('14'), patientNumber: '00042' }
  const first = await client.ask(asked)
  assert.equal(first.patient?.firstSeenHere, true)
  assert.equal(first.patient?.referenceNumber, '00042')
  const second = await client.ask({ ...faceOf('14') })
  assert.equal(second.patient?.firstSeenHere, false)
  assert.equal(second.patient?.id, first.patient?.id, 'known by the card without a number')
  assert.equal(second.patient?.referenceNumber, '00042')
  const latest = await client.get('/v1/patients/00042/verifications/latest')
  assert.equal(verificationIn(latest).id, second.id)
  const other = await client.ask(faceOf('17'))
  assert.equal(other.patient?.firstSeenHere, true)
  assert.notEqual(other.patient?.id, first.patient?.id)
  const wrong = await client.ask({ ...faceOf('18'), patientNumber: '00042' })
  assert.equal(wrong.outcome, 'valid')
  assert.equal(wrong.patient, null, 'another person under a known number is linked to nobody')
  assert.equal(
    problemIn(await client.get('/v1/patients/99999/verifications/latest')).code,
    'NOT_FOUND',
  )
})

test('a note is an event of its own, in its place in the feed', async (t) => {
  const { client } = await startBed(t)
  const { id } = await client.ask(faceOf('01'))
  const { cursor } = await client.events()
  const polled = client.events(`?after=${cursor}`, { prefer: 'wait=60' })
  const added = await client.post(`/v1/verifications/${id}/notes`, {
    kind: 'original-sighted',
    by: '受付 見本',
    text: '保険証の原本を確認',
  })
  assert.equal(added.status, 201, added.text)
  const [item] = (await polled).items
  assert.ok(item?.type === 'note')
  assert.deepEqual(item, Value.Parse(FeedEvent, JSON.parse(added.text)))
  assert.deepEqual(item.note, {
    verificationId: id,
    kind: 'original-sighted',
    by: '受付 見本',
    text: '保険証の原本を確認',
  })
  const nobody = await client.post('/v1/verifications/unknown/notes', {
    kind: 'closing',
    by: '見本',
  })
  assert.equal(problemIn(nobody).code, 'NOT_FOUND')
})

for (const charset of ['utf-8', 'shift_jis'] as const) {
  test(`the official message is there as it came in ${charset}, and in the other charset`, async (t) => {
    const { client } = await startBed(t, { gateway: { charset } })
    const { id } = await client.ask(faceOf('08'))
    const message = async (query: string) => {
      const reply = await client.get(`/v1/verifications/${id}/message${query}`)
      assert.equal(reply.status, 200, reply.text)
      const type = reply.headers.get('content-type') ?? ''
      assert.match(type, /^application\/xml; ?charset=/)
      const label = type.split('=')[1] ?? ''
      const text = new TextDecoder(label, { fatal: true }).decode(reply.bytes)
      assert.match(text, /<Name>髙﨑　八重<\/Name>/)
      assert.match(text, new RegExp(`encoding="${label}"`, 'i'))
      return { bytes: reply.bytes, label: label.toLowerCase(), text }
    }
    const asItCame = await message('')
    assert.equal(asItCame.label, charset)
    assert.deepEqual((await message(`?charset=${charset}`)).bytes, asItCame.bytes)
    const other = await message(`?charset=${charset === 'utf-8' ? 'Shift_JIS' : 'UTF-8'}`)
    assert.notEqual(other.label, asItCame.label)
    const identifier = /<CharacterCodeIdentifier>(.)</
    assert.equal(identifier.exec(other.text)?.[1], charset === 'utf-8' ? '1' : '0')
  })
}

test('a question without an official answer has no message', async (t) => {
  const { client, gateway } = await startBed(t)
  gateway.behave({ mode: 'not-xml' })
  const { id } = await client.ask(faceOf('01'))
  const reply = await client.get(`/v1/verifications/${id}/message`)
  assert.deepEqual([reply.status, problemIn(reply).code], [404, 'NO_OFFICIAL_ANSWER'])
})

test('an Idempotency-Key gives the same verification, joins at once, and refuses another body', async (t) => {
  const { client, gateway, addConsumer, agent } = await startBed(t)
  gateway.behave({ mode: 'normal', delayMs: 150 })
  const key = { 'idempotency-key': 'k-1' }
  const both = await Promise.all([client.ask(faceOf('01'), key), client.ask(faceOf('01'), key)])
  assert.equal(both[0].id, both[1].id)
  assert.equal((await client.ask(faceOf('01'), key)).id, both[0].id)
  const other = await client.post('/v1/verifications', faceOf('02'), key)
  assert.deepEqual([other.status, problemIn(other).code], [422, 'IDEMPOTENCY_KEY_REUSED'])
  const second = clientOf(agent.url, await addConsumer('ehr'))
  assert.notEqual(
    (await second.ask(faceOf('01'), key)).id,
    both[0].id,
    'a key is its consumer’s own',
  )
  assert.equal(gateway.stats().questions, 2)
})

test('what cannot be a card face is refused before anything is asked', async (t) => {
  const { client, gateway } = await startBed(t)
  const face = faceOf('01')
  for (const [wrong, code] of [
    [{ ...face, insurerNumber: '123' }, 'CARD_FACE_INVALID'],
    [{ ...face, birthdate: '20250230' }, 'CARD_FACE_INVALID'],
    [{ ...face, insuredBranchNumber: '1' }, 'CARD_FACE_INVALID'],
    [{ ...face, extra: 1 }, 'CARD_FACE_INVALID'],
    [{ ...face, arbitraryIdentifier: '123456789018' }, 'INDIVIDUAL_NUMBER_REFUSED'],
  ] as const) {
    const reply = await client.post('/v1/verifications', wrong)
    assert.deepEqual([reply.status, problemIn(reply).code], [422, code])
  }
  assert.equal(gateway.stats().questions, 0)
  assert.deepEqual((await client.events()).items, [])
})

test('a stream gives the same items as the page, and goes on from the last id', async (t) => {
  const { client, agent, token } = await startBed(t)
  await client.ask(faceOf('01'))
  await client.ask(faceOf('02'))
  const [first, second] = (await client.events()).items
  const response = await fetch(`${agent.url}/v1/events`, {
    headers: {
      authorization: `Bearer ${token}`,
      accept: 'text/event-stream',
      'last-event-id': first?.cursor ?? '',
    },
  })
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let said = ''
  while (!/\ndata: .*\n\n/.test(said)) said += (await reader?.read())?.value ?? ''
  await reader?.cancel()
  const [, data = ''] = /\ndata: (.*)\n/.exec(`\n${said}`) ?? []
  assert.deepEqual(JSON.parse(data), second)
})

test('consumers are added, listed and revoked on the console, while the agent runs and while it does not', async (t) => {
  const bed = await startBed(t)
  const token = await bed.addConsumer('ehr')
  const ehr = clientOf(bed.agent.url, token)
  assert.equal((await ehr.get('/v1/events')).status, 200)
  const names = async () => {
    const { code, stdout } = await bed.cli('consumer', 'list')
    assert.equal(code, 0)
    assert.doesNotMatch(stdout, /oa_|secret|hash/i, 'a token is shown once')
    return [...stdout.matchAll(/"name": "([^"]+)"/g)].map(([, name]) => name)
  }
  assert.deepEqual(await names(), ['receipt-computer', 'ehr'])
  const taken = await bed.cli('consumer', 'add', 'ehr', '--role', 'ehr')
  assert.notEqual(taken.code, 0)
  const polled = ehr.get('/v1/events', { prefer: 'wait=60' })
  assert.equal((await bed.cli('consumer', 'revoke', 'ehr')).code, 0)
  assert.equal((await ehr.get('/v1/events')).status, 401, 'refused at once')
  assert.equal((await polled).status, 401, 'also where it waited already')
  assert.equal((await bed.client.get('/v1/events')).status, 200)
  assert.equal((await bed.cli('consumer', 'revoke', 'nobody')).code, 65)

  await bed.agent.stop()
  const offline = await bed.addConsumer('dispensary')
  assert.deepEqual(await names(), ['receipt-computer', 'ehr', 'dispensary'])
  assert.equal((await bed.cli('consumer', 'revoke', 'receipt-computer')).code, 0)
  const { url } = await bed.start()
  assert.equal((await clientOf(url, offline).get('/v1/events')).status, 200)
  assert.equal((await clientOf(url, bed.token).get('/v1/events')).status, 401)
})

test('the listing of consumers has one shape, whether the agent runs or not', async (t) => {
  const bed = await startBed(t)
  const running = await bed.cli('consumer', 'list')
  await bed.agent.stop()
  const stopped = await bed.cli('consumer', 'list')
  assert.deepEqual(JSON.parse(stopped.stdout), JSON.parse(running.stdout))
})
