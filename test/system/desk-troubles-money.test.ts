import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WorkList } from '../../agent/api/worklist.ts'
import { insurers, type Person } from '../../agent/sim/patients/case.ts'
import { elderlyRecipient } from '../../agent/sim/patients/certificates.ts'
import { type Client, checked, eventually } from '../bed/client.ts'
import { told, toldOf } from '../bed/desks.ts'
import { startOn } from '../bed/hurried.ts'

const HOUR = 60 * 60_000
const DAY = 24 * HOUR

const old = (birthdate: string): Person => ({
  name: '見本　高士',
  kana: 'ﾐﾎﾝ ﾀｶｼ',
  sex: '1',
  birthdate,
})
const city = { insurer: insurers.city, symbol: '架空', number: '0043010', branch: '01' }
const RATIO = /^(BURDEN|RENEWAL|LATE_ELDERLY|AGE_RULE|ELDERLY)/
const ELDERLY_RATIO = 'results[0].elderlyRecipientCertificateInfo.elderlyRecipientContributionRatio'

test('trouble 8: the burden ratio differs from the card, from last time, from the age: told with both values, and never replaced', async (t) => {
  const { client, clock, register, year } = await startOn(t, '07-20')
  const him = { person: old(`${year - 73}0505`), cover: city }
  const card = register.enter('him', { ...him, more: elderlyRecipient('020') })
  const july = await client.ask({ ...card, insuredPartialContributionRatio: '3割' })
  assert.deepEqual(toldOf(july, RATIO), [
    `BURDEN_RATIO_DIFFERS_FROM_TYPED ${ELDERLY_RATIO}`,
    `RENEWAL_EXPECTED ${ELDERLY_RATIO}`,
  ])

  clock.hurry(14 * DAY)
  register.enter('him', { ...him, more: elderlyRecipient('030') })
  const august = await client.ask(card)
  assert.deepEqual(toldOf(august, RATIO), [`BURDEN_RATIO_CHANGED ${ELDERLY_RATIO}`])
  const change = august.history?.changes.elderlyRecipientContributionRatio
  assert.deepEqual(
    [change?.before.value, change?.before.verificationId, change?.now.value],
    ['020', july.id, '030'],
  )
  assert.ok((change?.before.at ?? '') < (change?.now.at ?? ''))
  const { elderlyRecipientCertificateInfo } = august.results[0] ?? {}
  assert.equal(elderlyRecipientCertificateInfo?.elderlyRecipientContributionRatio, '030')

  register.enter('him', { ...him, more: elderlyRecipient('010') })
  assert.ok(told(await client.ask(card)).includes(`BURDEN_RATIO_UNUSUAL ${ELDERLY_RATIO}`))
})

test('trouble 8: in August a certificate that was not renewed is told', async (t) => {
  const { client, register, year } = await startOn(t, '08-03')
  const stale = register.enter('him', {
    person: old(`${year - 73}0505`),
    cover: city,
    more: (asked) => elderlyRecipient('020')({ ...asked, on: `${year}0731` }),
  })
  assert.deepEqual(toldOf(await client.ask(stale), RATIO), [`RENEWAL_EXPECTED ${ELDERLY_RATIO}`])
})

test('trouble 8: who turns seventy-five is told before, and on the day whose insurance must be another', async (t) => {
  const { client, clock, register, year } = await startOn(t, '10-01')
  const person = old(`${year - 75}1002`)
  const card = register.enter('him', { person, cover: city, more: elderlyRecipient('020') })
  const eve = await client.ask({ ...card, patientNumber: '00075' })
  assert.deepEqual(toldOf(eve, RATIO), ['AGE_RULE_CHANGES_SOON results[0].birthdate'])
  clock.hurry(DAY)
  const birthday = await client.ask({ ...card, patientNumber: '00075' })
  assert.deepEqual(toldOf(birthday, RATIO), ['LATE_ELDERLY_EXPECTED results[0].insurerNumber'])

  const renewed = register.enter('him', {
    person,
    cover: { insurer: insurers.elderly, number: '04300075', since: `${year}1002` },
    more: () => ({ InsuredPartialContributionRatio: '010' }),
  })
  const now = await client.ask({ ...renewed, patientNumber: '00075' })
  assert.equal(now.patient?.id, eve.patient?.id)
  assert.deepEqual(toldOf(now, /CHANGED$|CHANGED |LATE/), [
    'INSURER_CHANGED results[0].insurerNumber',
    'BURDEN_RATIO_CHANGED results[0].insuredPartialContributionRatio',
  ])
})

const worklist = async (client: Client) =>
  checked(WorkList, JSON.parse((await client.get('/v1/worklist')).text)).items
const inPlaceOf = (client: Client, id: string) =>
  eventually('what was asked again', async () => {
    const item = (await client.feed()).find(
      (one) => one.type === 'verification' && one.verification.supersedes === id,
    )
    return item?.type === 'verification' ? item.verification : undefined
  })
const notePaid = (client: Client, id: string) =>
  client.post(`/v1/verifications/${id}/notes`, { kind: 'paid-in-full', by: '受付 見本' })

test('trouble 27: who paid 10割 is listed for the refund when the insurance appears within the month', async (t) => {
  const { client, billing, clock, register } = await startOn(t, '11-10')
  const paid = { person: old('19750410'), cover: city }
  const card = register.enter('him', paid)
  register.strike('him')
  const missing = await client.ask({ ...card, patientNumber: '00027' })
  assert.equal((await notePaid(client, missing.id)).status, 201)
  const [waits] = await worklist(billing)
  assert.deepEqual([waits?.kind, waits?.notes], ['unresolved', ['paid-in-full']])
  register.enter('him', paid)
  clock.hurry(HOUR)
  const found = await inPlaceOf(client, missing.id)
  assert.deepEqual(toldOf(found, /^REFUND/), ['REFUND_DUE'])
  assert.match(
    found.advisories.find(({ code }) => code === 'REFUND_DUE')?.action ?? '',
    /当月中の精算/,
  )
  const [refund, ...others] = await worklist(billing)
  assert.deepEqual([refund?.kind, refund?.verificationId, others], ['refund', found.id, []])
})

test('trouble 27: an insurance that appears in the next month is the insurer’s to pay back', async (t) => {
  const { client, billing, clock, register } = await startOn(t, '11-30')
  const paid = { person: old('19750410'), cover: city }
  const card = register.enter('him', paid)
  register.strike('him')
  const missing = await client.ask({ ...card, patientNumber: '00027' })
  await notePaid(client, missing.id)
  register.enter('him', paid)
  clock.hurry(DAY)
  const found = await inPlaceOf(client, missing.id)
  assert.deepEqual(toldOf(found, /^REFUND/), ['REFUND_BY_INSURER'])
  assert.deepEqual(await worklist(billing), [])
})
