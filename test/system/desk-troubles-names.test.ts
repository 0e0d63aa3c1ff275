import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ClaimForm } from '../../agent/kernel/claim-form.ts'
import { objectIn } from '../../agent/outbox/fhir/json.ts'
import { traitsOf } from '../../agent/outbox/fhir/patient.ts'
import { startFhirSimulator } from '../../agent/sim/fhir/server.ts'
import { insurers, type Person } from '../../agent/sim/patients/case.ts'
import { checked, eventually, problemIn } from '../bed/client.ts'
import { addConsumer } from '../bed/consumer.ts'
import { outboxTables } from '../bed/delivery.ts'
import { startDesks, told, toldOf } from '../bed/desks.ts'

const person = (over: Partial<Person> = {}): Person => ({
  name: '検見川　徳子',
  kana: 'ｹﾐｶﾞﾜ ﾉﾘｺ',
  sex: '2',
  birthdate: '19690417',
  ...over,
})
const ofSociety = { insurer: insurers.society, symbol: '検', number: '4101', branch: '00' }
const ofCity = { insurer: insurers.city, symbol: '架空', number: '0041010', branch: '01' }

test('trouble 1: ● in the name: the good name of the last visit is kept, and shown', async (t) => {
  const { client, register, asNarrow } = await startDesks(t)
  const [ward, liaison] = [await asNarrow('ward'), await asNarrow('liaison')]
  const first = await client.ask(register.enter('her', { person: person(), cover: ofSociety }))
  assert.equal(first.patient?.name, '検見川　徳子')

  const broken = person({ name: '●見川　●子' })
  const { id } = await client.ask(register.enter('her', { person: broken, cover: ofCity }))
  const seen = await client.verification(id)
  assert.equal(seen.results[0]?.name, '●見川　●子', 'the official name is as it came')
  assert.deepEqual(
    [seen.patient?.id, seen.patient?.name, seen.patient?.firstSeenHere, seen.held],
    [first.patient?.id, '検見川　徳子', false, false],
    'the clinic knows who it is, and how she is written',
  )
  assert.ok(told(seen).includes('NAME_HAS_PLACEHOLDER results[0].name'))
  assert.deepEqual(seen.identity?.differences, {})
  for (const office of [ward, liaison]) {
    const theirs = await office.sees(id)
    assert.deepEqual(
      [theirs.results[0]?.name, theirs.patient?.name],
      ['●見川　●子', '検見川　徳子'],
    )
    assert.ok(told(theirs).includes('NAME_HAS_PLACEHOLDER results[0].name'))
  }
})

test('trouble 1: an EHR that hears of her with ● for the first time gets the name of the clinic’s record', async (t) => {
  const fhir = await startFhirSimulator({ token: 'token-of-the-ehr' })
  t.after(() => fhir.close())
  const desks = await startDesks(t, { tables: outboxTables })
  const { client, register } = desks
  const patientNumber = '00042'
  await client.ask({
    ...register.enter('her', { person: person(), cover: ofSociety }),
    patientNumber,
  })
  const to = ['--sink', 'fhir', '--url', fhir.url, '--write-patient']
  const secret = ['--token-file', desks.secretFile('token-of-the-ehr')]
  await addConsumer(desks, 'ehr', 'ehr', ...to, ...secret)
  const broken = person({ name: '●見川　●子' })
  await client.ask({ ...register.enter('her', { person: broken, cover: ofCity }), patientNumber })
  const written = await eventually(
    'the patient in the EHR',
    async () => fhir.resources('Patient')[0],
  )
  assert.deepEqual(traitsOf(objectIn(written)).name, '検見川 徳子')
})

test('trouble 1: a patient who came first with ● gets the whole name when an insurer has it', async (t) => {
  const { client, register } = await startDesks(t)
  const broken = person({ name: '検●川　徳●' })
  const first = await client.ask(register.enter('her', { person: broken, cover: ofSociety }))
  assert.equal(first.patient?.name, '検●川　徳●')
  const next = await client.ask(register.enter('her', { person: person(), cover: ofCity }))
  assert.deepEqual([next.patient?.id, next.patient?.name], [first.patient?.id, '検見川　徳子'])
})

test('trouble 2: 德 passes the lookup and is sent back with the claim: staff are warned at the desk, and see the form for the claim', async (t) => {
  const { client, register, asNarrow } = await startDesks(t, { gateway: { charset: 'shift_jis' } })
  const ward = await asNarrow('ward')
  const his = person({ name: '德永　髙司', kana: 'ﾄｸﾅｶﾞ ﾀｶｼ', sex: '1' })
  const got = await client.ask(register.enter('him', { person: his, cover: ofSociety }))
  assert.equal(got.results[0]?.name, '德永　髙司')
  assert.deepEqual(toldOf(got, /^CHARACTER/), [
    'CHARACTER_OUTSIDE_JIS_X_0208 results[0].name',
    'CHARACTER_OUTSIDE_JIS_X_0213 results[0].name',
  ])
  const path = `/v1/verifications/${got.id}/claim-form`
  const form = checked(ClaimForm, JSON.parse((await client.get(path)).text))
  const name = form.fields.find(({ field }) => field === 'results[0].name')
  assert.deepEqual(name, {
    field: 'results[0].name',
    official: '德永　髙司',
    text: '徳永　高司',
    replaced: [
      { from: '德', to: '徳' },
      { from: '髙', to: '高' },
    ],
    left: [],
  })
  assert.equal(problemIn(await ward.get(path)).status, 403)
  assert.deepEqual(toldOf(await ward.sees(got.id), /^CHARACTER/), [
    'CHARACTER_OUTSIDE_JIS_X_0208 results[0].name',
    'CHARACTER_OUTSIDE_JIS_X_0213 results[0].name',
  ])
})

test('trouble 3: ショウイチ comes as シヨウイチ: the same patient, and why a search finds nobody', async (t) => {
  const { client, register } = await startDesks(t)
  const his = person({ name: '見本　章一', kana: 'ﾐﾎﾝ ｼｮｳｲﾁ', sex: '1' })
  const first = await client.ask(register.enter('him', { person: his, cover: ofSociety }))
  assert.deepEqual(toldOf(first, /^KANA/), [])
  const large = { ...his, kana: 'ﾐﾎﾝ ｼﾖｳｲﾁ' }
  const next = await client.ask(register.enter('him', { person: large, cover: ofCity }))
  assert.deepEqual([next.patient?.id, next.identity?.count], [first.patient?.id, 0])
  assert.equal(next.results[0]?.nameKana, 'ﾐﾎﾝ ｼﾖｳｲﾁ')
  assert.deepEqual(toldOf(next, /^KANA/), ['KANA_SEARCH_MISSES results[0].nameKana'])

  const new1 = person({ name: '見本　龍治', kana: 'ﾐﾎﾝ ﾘﾕｳｼﾞ', sex: '1', birthdate: '19720808' })
  const unknown = await client.ask(
    register.enter('another', { person: new1, cover: { ...ofSociety, number: '4103' } }),
  )
  assert.equal(unknown.patient?.firstSeenHere, true)
  assert.deepEqual(toldOf(unknown, /^KANA/), ['KANA_SEARCH_MISSES results[0].nameKana'])
})

test('trouble 9: another address, reading or sex than on record: each field with both values, and the record stays', async (t) => {
  const { client, register, asNarrow } = await startDesks(t)
  const ward = await asNarrow('ward')
  const before = { person: person(), cover: ofSociety }
  const first = await client.ask({ ...register.enter('her', before), patientNumber: '00042' })
  const card = register.enter('her', {
    ...before,
    person: person({ kana: 'ｹﾐｶﾞﾜ ﾄｸｺ', sex: '1' }),
    more: () => ({ Address: '見本県架空市９丁目９番' }),
  })
  const { id } = await client.ask({ ...card, patientNumber: '00042' })
  const seen = await client.verification(id)
  assert.equal(seen.held, false, 'the kanji are the same, so only the sex differs')
  assert.equal(seen.identity?.patientId, first.patient?.id)
  assert.deepEqual(seen.identity?.differences, {
    nameKana: { known: 'ｹﾐｶﾞﾜ ﾉﾘｺ', returned: 'ｹﾐｶﾞﾜ ﾄｸｺ' },
    sex1: { known: '2', returned: '1' },
  })
  const { address } = seen.history?.changes ?? {}
  assert.deepEqual(
    [address?.before.value, address?.before.verificationId, address?.now.value],
    ['東京都架空区見本町１丁目２番３号', first.id, '見本県架空市９丁目９番'],
  )
  assert.match(address?.before.at ?? '', /\+09:00$/)
  assert.equal(address?.before.source, 'card-face')
  assert.deepEqual(toldOf(seen, /DIFFERS|CHANGED/), [
    'IDENTITY_DIFFERS results[0].sex1',
    'ADDRESS_CHANGED results[0].address',
  ])

  const theirs = await ward.sees(id)
  assert.deepEqual(theirs.identity?.differences, seen.identity?.differences)
  assert.equal(theirs.history?.changes.address, undefined)
  assert.deepEqual(toldOf(theirs, /DIFFERS|CHANGED/), ['IDENTITY_DIFFERS results[0].sex1'])

  const back = await client.ask({ ...register.enter('her', before), patientNumber: '00042' })
  assert.deepEqual(
    back.identity?.differences,
    {},
    'sex and reading on record are a person’s to change',
  )
})

test('trouble 10: a name that a marriage changed is not another person: linked, told, and the record follows', async (t) => {
  const { client, register, asNarrow } = await startDesks(t)
  const ward = await asNarrow('ward')
  const first = await client.ask({
    ...register.enter('her', { person: person(), cover: ofSociety }),
    patientNumber: '00042',
  })
  const married = person({ name: '架空　徳子', kana: 'ｶｸｳ ﾉﾘｺ' })
  const cover = { ...ofCity, householder: '架空　太郎' }
  const { id } = await client.ask({
    ...register.enter('her', { person: married, cover }),
    patientNumber: '00042',
  })
  const seen = await ward.sees(id)
  assert.deepEqual(
    [seen.held, seen.patient?.id, seen.patient?.name, seen.identity?.count],
    [false, first.patient?.id, '架空　徳子', 1],
  )
  assert.deepEqual(seen.identity?.differences.name, {
    known: '検見川　徳子',
    returned: '架空　徳子',
  })
  assert.ok(told(seen).includes('IDENTITY_DIFFERS results[0].name'))
})

test('trouble 10: twins of one reading are two patients, and one is never taken for the other', async (t) => {
  const { client, register } = await startDesks(t)
  const born = { kana: 'ﾌﾀｺﾞ ﾖｳｺ', sex: '2', birthdate: '20180606' } as const
  const one = register.enter('one', {
    person: { ...born, name: '双子　陽子' },
    cover: { ...ofCity, branch: '03', householder: '双子　太郎' },
  })
  const other = register.enter('other', {
    person: { ...born, name: '双子　洋子' },
    cover: { ...ofCity, branch: '04', householder: '双子　太郎' },
  })
  const first = await client.ask(one)
  const second = await client.ask(other)
  assert.notEqual(second.patient?.id, first.patient?.id)
  assert.equal(second.patient?.firstSeenHere, true)
  assert.ok(told(second).includes('LOOK_ALIKE_PATIENT results[0].name'))
  const again = await client.ask(one)
  assert.equal(again.patient?.id, first.patient?.id)

  await client.ask({ ...one, patientNumber: '00051' })
  const wrong = await client.ask({ ...other, patientNumber: '00051' })
  assert.equal(wrong.patient, null, 'her sister’s number')
  assert.ok(told(wrong).includes('GIVEN_NAME_DIFFERS results[0].name'))
})
