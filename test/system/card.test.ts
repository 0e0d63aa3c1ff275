import assert from 'node:assert/strict'
import { test } from 'node:test'
import { whyNoPcscd } from '../../agent/sim/card/pcscd.ts'
import { patientByNumber } from '../../agent/sim/patients.ts'
import { startBed } from '../bed/agent.ts'
import { type Presentation, problemIn } from '../bed/client.ts'

const isWaiting = ({ kind, state }: Presentation) =>
  kind === 'my-number-card' && state === 'waiting'

for (const reader of ['sim', 'pcsc'] as const) {
  const skip = reader === 'pcsc' ? (whyNoPcscd() ?? false) : false
  test(`a card tapped on a reader of driver \`${reader}\` and confirmed by sight is read by a receipt computer that long-polls`, {
    skip,
  }, async (t) => {
    const { client, card, gateway } = await startBed(t, { reader })
    await card.tap({ kind: 'my-number', patient: '01' })
    const tap = await client.presentation(isWaiting)
    assert.equal(tap.reader, 'desk-1')
    assert.equal(tap.certificateExpired, false)
    assert.equal(gateway.stats().questions, 0, 'a tap that nobody confirmed asks nothing')
    const polled = client.events('', { prefer: 'wait=60' })
    const confirmed = await client.confirm(tap.id, '受付 見本')
    const [item] = (await polled).items
    assert.ok(item?.type === 'verification')
    assert.deepEqual(item.verification, confirmed)
    assert.equal(confirmed.outcome, 'valid')
    assert.deepEqual(confirmed.source, {
      kind: 'card',
      authentication: 'visual',
      reader: 'desk-1',
      line: 'sim-line',
    })
    assert.equal(confirmed.confirmation?.by, '受付 見本')
    assert.equal(confirmed.results[0]?.name, '検証　一郎')
    assert.deepEqual(card.state().touched, [], 'no applet or file that no clinic may touch')
    await card.remove()
    // pcscd looks every 0.4 s; no hand changes cards more quickly than that.
    await client.presentation(({ id, cardPresent }) => id === tap.id && !cardPresent)

    await card.tap({ kind: 'my-number', patient: '02' })
    const second = await client.presentation((one) => isWaiting(one) && one.id !== tap.id)
    assert.equal((await client.confirm(second.id)).results[0]?.name, '検証　二葉')
    const again = await client.confirm(second.id)
    assert.equal(again.results[0]?.name, '検証　二葉', 'a second confirmation gets the first one')
    assert.equal((await client.feed()).length, 2)
  })

  test(`a card pulled half way is an event on \`${reader}\`, and reading goes on`, {
    skip,
  }, async (t) => {
    const { client, card } = await startBed(t, { reader })
    await card.tap({ kind: 'my-number', patient: '01', pullAfterApdus: 4 })
    const pulled = await client.presentation(({ kind }) => kind === 'unreadable')
    assert.equal(pulled.fault?.code, 'CARD_GONE')
    const refused = await client.post(`/v1/presentations/${pulled.id}/confirmation`, { by: '見本' })
    assert.equal(problemIn(refused).code, 'PRESENTATION_GONE')
    await card.tap({ kind: 'my-number', patient: '01' })
    const tap = await client.presentation(isWaiting)
    assert.equal((await client.confirm(tap.id)).outcome, 'valid')
  })
}

test('an expired card is asked about all the same: the official answer decides, and the fact is told', async (t) => {
  const { client, card } = await startBed(t, { reader: 'sim' })
  await card.tap({ kind: 'my-number', patient: '03', expired: true })
  const tap = await client.presentation(isWaiting)
  assert.equal(tap.certificateExpired, true)
  const got = await client.confirm(tap.id)
  assert.deepEqual(got.card, { certificateExpired: true })
  assert.deepEqual([got.outcome, got.fault?.code], ['failed', 'OFFICIAL_PERSON_ERROR'])
  assert.equal(got.official?.code, 'SIM0101E')
})

test('a driving licence is named as such, and cannot be confirmed', async (t) => {
  const { client, card, gateway } = await startBed(t, { reader: 'sim' })
  await card.tap({ kind: 'driving-licence' })
  const licence = await client.presentation(({ kind }) => kind === 'other-card')
  assert.equal(licence.fault, null)
  const refused = await client.post(`/v1/presentations/${licence.id}/confirmation`, { by: '見本' })
  assert.equal(problemIn(refused).code, 'PRESENTATION_GONE')
  assert.equal(gateway.stats().questions, 0)
})

test('two confirmations of one tap at once join in one verification', async (t) => {
  const { client, card, gateway } = await startBed(t, { reader: 'sim' })
  await card.tap({ kind: 'my-number', patient: '12' })
  const tap = await client.presentation(isWaiting)
  gateway.behave({ mode: 'normal', delayMs: 200 })
  const both = await Promise.all([client.confirm(tap.id), client.confirm(tap.id)])
  assert.equal(both[0].id, both[1].id)
  assert.equal(gateway.stats().questions, 1)
  assert.equal((await client.feed()).length, 1)
})

test('with card queries off a tap shows, its confirmation is refused, and card faces are asked', async (t) => {
  const { client, card, gateway } = await startBed(t, {
    reader: 'sim',
    gatewayKeys: 'card_queries = false\n',
  })
  await card.tap({ kind: 'my-number', patient: '01' })
  const tap = await client.presentation(isWaiting)
  const refused = await client.post(`/v1/presentations/${tap.id}/confirmation`, { by: '見本' })
  assert.equal(refused.status, 409)
  assert.equal(problemIn(refused).code, 'CARD_QUERY_OFF')
  assert.equal(gateway.stats().questions, 0)
  assert.deepEqual((await client.events()).items, [])
  assert.equal((await client.ask(patientByNumber('01')?.cardFace ?? {})).outcome, 'valid')
})

test('a card question is never asked again without its card', async (t) => {
  const { client, card } = await startBed(t, { reader: 'sim' })
  await card.tap({ kind: 'my-number', patient: '01' })
  const tap = await client.presentation(isWaiting)
  const { id } = await client.confirm(tap.id)
  const refused = await client.post(`/v1/verifications/${id}/recheck`, {})
  assert.equal(refused.status, 409)
  assert.equal(problemIn(refused).code, 'CARD_NEEDED')
})

test('the readers are listed with their state, over HTTP and on the console', async (t) => {
  const { client, card, cli } = await startBed(t, { reader: 'sim' })
  const reader = async () => JSON.parse((await client.get('/v1/readers')).text).items[0]
  await card.tap({ kind: 'my-number', patient: '01' })
  await client.presentation(isWaiting)
  const shown = await reader()
  assert.deepEqual([shown.name, shown.driver, shown.state], ['desk-1', 'sim', 'card-present'])
  assert.equal(shown.fault, null)
  const { code, stdout } = await cli('readers', '--json')
  assert.equal(code, 0)
  assert.equal(JSON.parse(stdout).items[0].name, 'desk-1')
})
