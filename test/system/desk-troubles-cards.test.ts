import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBed } from '../bed/agent.ts'
import { eventually, type Presentation, problemIn } from '../bed/client.ts'
import { told } from '../bed/desks.ts'
import { makeHurriedBed } from '../bed/hurried.ts'

const DAY = 24 * 60 * 60_000
const CERTIFICATE = /^CARD_CERTIFICATE/
const isWaiting = ({ kind, state }: Presentation) =>
  kind === 'my-number-card' && state === 'waiting'

test('trouble 11: the card’s certificate ends: reminded for three months, then eligibility only, then the way by paper', async (t) => {
  const bed = await makeHurriedBed(t, Date.now(), { reader: 'sim' })
  const { card, clock } = bed
  const { client } = await bed.run()
  const tapped = async (patient: string) => {
    await card.tap({ kind: 'my-number', patient })
    const { id, certificateExpired } = await client.presentation(isWaiting)
    const verification = await client.confirm(id)
    await card.remove()
    await client.presentation((one) => one.id === id && !one.cardPresent)
    const advisories = verification.advisories.filter(({ code }) => CERTIFICATE.test(code))
    return { certificateExpired, verification, advisories }
  }

  assert.deepEqual((await tapped('01')).advisories, [], 'years to go')
  const ending = await tapped('04')
  assert.deepEqual(told(ending), ['CARD_CERTIFICATE_ENDING card.certificateExpired'])
  assert.match(ending.advisories[0]?.action ?? '', /市区町村.*更新/)
  assert.deepEqual([ending.certificateExpired, ending.verification.outcome], [false, 'valid'])

  clock.hurry(61 * DAY)
  const grace = await tapped('04')
  assert.deepEqual(told(grace), ['CARD_CERTIFICATE_IN_GRACE card.certificateExpired'])
  assert.match(grace.advisories[0]?.title ?? '', /資格の確認だけ/)
  assert.equal(grace.certificateExpired, true)

  clock.hurry(130 * DAY)
  const lapsed = await tapped('04')
  assert.deepEqual(told(lapsed), ['CARD_CERTIFICATE_LAPSED card.certificateExpired'])
  assert.equal(lapsed.advisories[0]?.severity, 'stop')
  assert.match(lapsed.advisories[0]?.action ?? '', /資格確認書/)
  assert.equal((await client.feed()).length, 4, 'it was asked each time: the official side decides')
})

test('trouble 20: a card that is no マイナンバーカード is named, and a card that was pulled too soon has a code for the phone', async (t) => {
  const { client, card, gateway } = await startBed(t, { reader: 'sim' })
  await card.tap({ kind: 'driving-licence' })
  const licence = await client.presentation(({ kind }) => kind === 'other-card')
  assert.deepEqual([licence.name, licence.fault], ['運転免許証', null])
  await card.remove()
  await card.tap({ kind: 'my-number', patient: '01', pullAfterApdus: 4 })
  const pulled = await client.presentation(({ kind }) => kind === 'unreadable')
  assert.match(pulled.fault?.number ?? '', /^E\d{3}$/)
  assert.match(`${pulled.fault?.title} ${pulled.fault?.action}`, /カード/)
  assert.equal(gateway.stats().questions, 0)
})

test('trouble 25: a smartphone on a card reader is named as such, and asks nothing', async (t) => {
  const { client, card, gateway } = await startBed(t, { reader: 'sim' })
  await card.tap({ kind: 'phone' })
  const phone = await client.presentation(({ kind }) => kind === 'not-a-card')
  assert.equal(phone.fault, null)
  const refused = await client.post(`/v1/presentations/${phone.id}/confirmation`, { by: '見本' })
  assert.equal(problemIn(refused).code, 'PRESENTATION_GONE')
  assert.equal(gateway.stats().questions, 0)
})

test('trouble 28: the desk sees who is at which step of a reader, and so who is stuck', async (t) => {
  const { client, card } = await startBed(t, { reader: 'sim', pad: true })
  await card.tap({ kind: 'my-number', patient: '01' })
  const tap = await client.presentation(isWaiting)
  assert.deepEqual([tap.pin, tap.cardPresent], ['possible', true])
  assert.ok(tap.lapsesAt > tap.at)
  const answer = client.post(`/v1/presentations/${tap.id}/confirmation`, { method: 'pin' })
  await client.presentation(({ id, pin }) => id === tap.id && pin === 'entering')
  await eventually('the pad', async () => card.pad?.isAsking() || undefined)
  assert.equal(card.pad?.type('1234'), true)
  assert.equal((await answer).status, 201)
  await client.presentation(({ id, state }) => id === tap.id && state === 'confirmed')
})
