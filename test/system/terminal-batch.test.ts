import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { ShownBatch } from '../../agent/api/batches.ts'
import { ShownReferenceNumber } from '../../agent/api/reference-numbers.ts'
import { patientByNumber } from '../../agent/sim/patients.ts'
import { startBed } from '../bed/agent.ts'
import { type Client, checked, eventually, problemIn } from '../bed/client.ts'
import { makeTerminalBed, type TerminalBedOptions } from '../bed/terminal.ts'

const faceOf = (number: string) => {
  const patient = patientByNumber(number)
  if (patient === undefined) throw new Error(`no patient ${number}`)
  return patient.cardFace
}
const items = ['01', '02', '03'].map((number) => ({
  ...faceOf(number),
  patientNumber: `000${number}`,
  arbitraryIdentifier: `theirs_${number}`,
}))

async function startBeside(t: TestContext, options: TerminalBedOptions = {}) {
  const bed = await makeTerminalBed(t, {
    ...options,
    terminal: { pendingFetches: 0, ...options.terminal },
  })
  const agent = await bed.start()
  return { ...bed, agent, client: await bed.clientOf(agent) }
}

const idIn = (text: string): string => {
  const [, id = ''] = /"id":"([^"]+)"/.exec(text) ?? []
  return id
}
const batchOf = async (client: Client, id: string) =>
  checked(ShownBatch, JSON.parse((await client.get(`/v1/batches/${id}`)).text))
const ended = (client: Client, id: string) =>
  eventually('the bulk question has ended', async () => {
    const batch = await batchOf(client, id)
    return batch.state === 'ended' ? batch : undefined
  })
const verificationsOf = async (client: Client) =>
  (await client.feed()).flatMap((item) => (item.type === 'verification' ? [item.verification] : []))
const requests = (names: object) => Object.keys(names).map((name) => name.slice(0, 13))

test('many are asked at once through the terminal, and each is a verification of its own', async (t) => {
  for (const charset of ['utf-8', 'shift_jis'] as const) {
    const { client, terminal } = await startBeside(t, { terminal: { charset, zip: true } })
    const accepted = await client.post('/v1/batches', { items })
    assert.equal(accepted.status, 202, accepted.text)
    const id = idIn(accepted.text)
    assert.equal(accepted.headers.get('location'), `/v1/batches/${id}`)
    const batch = await ended(client, id)
    assert.match(batch.receptionNumber ?? '', /^\d+$/)
    const feed = await verificationsOf(client)
    assert.deepEqual(
      feed.map(({ id: one, outcome }) => ({ verificationId: one, outcome })),
      batch.items,
    )
    assert.deepEqual(
      feed.map((one) => [one.source.kind, one.source.authentication, one.arbitraryIdentifier]),
      items.map(({ arbitraryIdentifier }) => ['batch', 'none', arbitraryIdentifier]),
    )
    assert.equal(feed[0]?.outcome, 'valid')
    assert.deepEqual(
      feed.map(({ patientNumber }) => patientNumber),
      items.map(({ patientNumber }) => patientNumber),
    )
    const message = await client.get(`/v1/verifications/${feed[0]?.id}/message`)
    assert.match(message.text, /<ResultOfQualificationConfirmation>/)
    const recheck = await client.post(`/v1/verifications/${feed[0]?.id}/recheck`, {})
    assert.equal(recheck.status, 201, recheck.text)
    assert.deepEqual(terminal.stats().refused, {})
  }
})

test('what cannot be asked is refused with every mistake, and nothing is written', async (t) => {
  const { client, terminal } = await startBeside(t, { tables: '' })
  const [first, second, third] = items
  const reply = await client.post('/v1/batches', {
    items: [
      { ...first, birthdate: '19801350' },
      { ...second, qualificationConfirmationDate: '20300101' },
      {
        ...third,
        insuredCardSymbol: 'あ'.repeat(21),
        limitApplicationCertificateRelatedConsFlg: '1',
      },
    ],
  })
  assert.equal(reply.status, 422)
  const { code, mistakes = [] } = problemIn(reply)
  assert.equal(code, 'CARD_FACE_INVALID')
  assert.deepEqual(
    mistakes.map(({ field }) => field),
    [
      'items[0].birthdate',
      'items[1].qualificationConfirmationDate',
      'items[2].insuredCardSymbol',
      'items[2].limitApplicationCertificateRelatedConsFlg',
    ],
  )
  const held = await client.post('/v1/batches', {
    items: [first, { ...second, patientNumber: '123456789018' }],
  })
  assert.equal(problemIn(held).code, 'INDIVIDUAL_NUMBER_REFUSED')
  assert.match(problemIn(held).detail, /^items\[1\]\.patientNumber /)
  assert.equal(terminal.stats().pickedUp, 0)
})

test('a kill in the first phase: the answer that lies there is used, and nobody is asked twice', async (t) => {
  const bed = await startBeside(t)
  const { client, agent, terminal } = bed
  terminal.behave({ mode: 'slow', delayMs: 1_500, at: 'answer', times: 1 })
  const id = idIn((await client.post('/v1/batches', { items })).text)
  await eventually(
    'the request is picked up',
    async () => terminal.stats().pickedUp > 0 || undefined,
  )
  await agent.stop('SIGKILL')
  await eventually('the answer', async () => readdirSync(`${bed.root}/res`).length > 0 || undefined)
  const again = await bed.clientOf(await bed.start(), 'second')
  const batch = await ended(again, id)
  assert.deepEqual(requests(terminal.stats().pickedUpByName), ['OQSmuquc01req', 'OQSmuquc02req'])
  assert.equal(batch.items[0]?.outcome, 'valid')
  assert.equal((await verificationsOf(again)).length, items.length)
})

test('a kill in the second phase: it is fetched on, and answers that come late are not taken in again', async (t) => {
  const bed = await startBeside(t)
  const { client, agent, terminal, root } = bed
  terminal.behave({ mode: 'busy-bulk', times: 1 })
  const id = idIn((await client.post('/v1/batches', { items })).text)
  await eventually('it is fetched once', async () => terminal.stats().answered === 2 || undefined)
  await eventually('the number is kept', async () =>
    (await batchOf(client, id)).state === 'asked' ? true : undefined,
  )
  await agent.stop('SIGKILL')
  terminal.behave({ mode: 'slow', delayMs: 1_000, at: 'answer', times: 1 })
  const second = await bed.start()
  await eventually('it is fetched again', async () => terminal.stats().pickedUp === 3 || undefined)
  await second.stop('SIGKILL')
  await eventually('its answer lies there', async () =>
    terminal.stats().answered === 3 ? true : undefined,
  )
  const third = await bed.start()
  const again = await bed.clientOf(third, 'third')
  await ended(again, id)
  await third.stop('SIGKILL')
  const last = await bed.clientOf(await bed.start(), 'fourth')
  await terminal.face('04')
  await eventually(
    'what comes later is taken in',
    async () =>
      (await verificationsOf(last)).some(({ source }) => source.kind === 'terminal') || undefined,
  )
  assert.equal(readdirSync(`${root}/res`).length, 4)
  assert.deepEqual(requests(terminal.stats().pickedUpByName), [
    'OQSmuquc01req',
    ...Array(3).fill('OQSmuquc02req'),
  ])
  const kinds = (await verificationsOf(last)).map(({ source }) => source.kind)
  assert.deepEqual(kinds.sort(), ['batch', 'batch', 'batch', 'terminal'])
})

test('trouble 29: the official side is told a patient’s number once, and names the patient by it from then on', async (t) => {
  const { client, terminal } = await startBeside(t)
  const { birthdate: _, ...insured } = faceOf('01')
  const body = { ...insured, referenceNumber: '00777' }
  const key = { 'idempotency-key': 'k1' }
  const first = await client.post('/v1/reference-numbers', body, key)
  assert.equal(first.status, 201, first.text)
  const shown = checked(ShownReferenceNumber, JSON.parse(first.text))
  assert.deepEqual([shown.outcome, shown.official?.status, shown.fault], ['registered', '1', null])
  assert.equal((await client.post('/v1/reference-numbers', body, key)).text, first.text)
  assert.equal(terminal.stats().pickedUp, 1)
  assert.equal((await client.get(`/v1/reference-numbers/${shown.id}`)).text, first.text)
  const refused = await client.post('/v1/reference-numbers', { ...body, referenceNumber: '' })
  assert.equal(refused.status, 422)
  const { results } = await client.ask(faceOf('01'))
  assert.equal(results[0]?.referenceNumber, '00777')
})

test('over lines neither is there', async (t) => {
  const { client } = await startBed(t)
  const { birthdate: _, ...insured } = faceOf('01')
  for (const [path, body] of [
    ['/v1/batches', { items }],
    ['/v1/reference-numbers', { ...insured, referenceNumber: '1' }],
  ] as const) {
    const reply = await client.post(path, body)
    assert.equal(reply.status, 409)
    assert.equal(problemIn(reply).code, 'TERMINAL_NEEDED')
  }
})
