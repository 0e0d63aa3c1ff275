import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OfficialResult } from '../../../../agent/kernel/official.ts'
import type { JsonObject, Stored } from '../../../../agent/outbox/fhir/json.ts'
import {
  layPatient,
  officialTraits,
  patientOf,
  resultOfPatient,
  traitsOf,
} from '../../../../agent/outbox/fhir/patient.ts'
import { CHART_SYSTEM, insurance, openBeside, verified } from './stage.ts'

const CHART = { system: CHART_SYSTEM, value: '00042' }
const stored = (more: JsonObject = {}): Stored => ({
  ...patientOf(insurance, CHART),
  resourceType: 'Patient',
  id: 'chart-1',
  ...more,
})
const name = (form: string, text: string, more: JsonObject = {}): JsonObject => ({
  extension: [
    {
      url: 'http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation',
      valueCode: form,
    },
  ],
  text,
  ...more,
})

test('a Patient has chart number, both names, sex, birth date and address', () => {
  assert.deepEqual(patientOf(insurance, CHART), {
    resourceType: 'Patient',
    identifier: [CHART],
    active: true,
    name: [
      { ...name('IDE', '検証 一郎'), use: 'official', family: '検証', given: ['一郎'] },
      {
        ...name('SYL', 'ケンショウ イチロウ'),
        use: 'official',
        family: 'ケンショウ',
        given: ['イチロウ'],
      },
    ],
    gender: 'male',
    birthDate: '1980-05-02',
    address: [{ use: 'home', text: '東京都架空区見本町１丁目２番３号', postalCode: '100-0000' }],
  })
})

test('what an answer leaves out is not made up', () => {
  const bare = patientOf({ name: '検証', birthdate: '19800230', postNumber: '1', sex1: '3' }, CHART)
  assert.deepEqual(bare, {
    resourceType: 'Patient',
    identifier: [CHART],
    active: true,
    name: [{ ...name('IDE', '検証'), use: 'official' }],
    gender: 'unknown',
  })
})

test('a Patient read back is the person that was written', () => {
  const read = traitsOf(patientOf(insurance, CHART))
  const official = officialTraits(insurance)
  const flat = (text: string) => text.normalize('NFKC')
  assert.equal(flat(read.name), flat(official.name))
  assert.equal(flat(read.nameKana), flat(official.nameKana))
  assert.deepEqual(
    { birthdate: read.birthdate, sex: read.sex },
    { birthdate: official.birthdate, sex: official.sex },
  )
})

test('a name with ● never takes the place of a good one, and gives way to one', () => {
  const good = stored()
  assert.deepEqual(layPatient(good, { ...insurance, name: '検証　●郎' }, true), good)
  const bad = stored({ name: [name('IDE', '検証 ●郎', { family: '検証', given: ['●郎'] })] })
  const laid = layPatient(bad, { ...insurance, nameKana: '' }, true)
  assert.deepEqual(laid['name'], [name('IDE', '検証 一郎', { family: '検証', given: ['一郎'] })])
})

test('a new family name is written into a Patient of ours, and a former one stays as what it is', () => {
  const former = name('IDE', '旧姓 一郎', { use: 'maiden' })
  const current = name('IDE', '検証 一郎', { use: 'usual', period: { start: '2020-01-01' } })
  const official = { ...insurance, name: '見本　一郎', nameKana: '' }
  const laid = layPatient(stored({ name: [former, current] }), official, true)
  assert.deepEqual(laid['name'], [
    former,
    name('IDE', '見本 一郎', {
      use: 'usual',
      period: { start: '2020-01-01' },
      family: '見本',
      given: ['一郎'],
    }),
  ])
})

test('a name that the EHR wrote stays as it is spelt, and one that it lacks is filled in', () => {
  const own = name('IDE', '髙橋 一郎')
  const official = { ...insurance, name: '高橋　一郎' }
  const laid = layPatient(stored({ name: [own] }), official, false)
  const kana = name('SYL', 'ケンショウ イチロウ', {
    use: 'official',
    family: 'ケンショウ',
    given: ['イチロウ'],
  })
  assert.deepEqual(laid['name'], [own, kana])
  const empty = layPatient(stored({ name: [name('IDE', ''), kana] }), official, false)
  assert.deepEqual(empty['name'], [
    name('IDE', '高橋 一郎', { family: '高橋', given: ['一郎'] }),
    kana,
  ])
})

test('a name in a chart of the EHR’s own is not rewritten by a delivery, one of ours is', async () => {
  await using on = await openBeside({ knows: false, settings: { writePatient: true } })
  const married = { ...insurance, name: '見本　一郎' }
  const nameNow = () => traitsOf(on.server.all('Patient')[0] ?? {}).name
  await on.deliver(verified('valid', [insurance]))
  await on.deliver(verified('valid', [married], { id: 'v-2' }))
  assert.equal(nameNow(), '見本 一郎')
  const [made] = on.server.all('Patient')
  assert.ok(made)
  const { meta: _, ...bare } = made
  on.server.put(bare, made.id)
  await on.deliver(verified('valid', [insurance], { id: 'v-3' }))
  assert.equal(nameNow(), '見本 一郎')
})

test('names of one width and spacing or another are the same', () => {
  const kept = stored({
    name: [name('IDE', '検証　一郎'), name('SYL', 'ｹﾝｼｮｳ ｲﾁﾛｳ')],
  })
  assert.deepEqual(layPatient(kept, insurance, true), kept)
})

test('address, birth date and sex of the chart stay; what it leaves out is filled in', () => {
  const kept = stored({ address: [{ text: '転居先' }], gender: 'female', birthDate: '1980-05' })
  assert.deepEqual(layPatient(kept, insurance, true), kept)
  const { address: _, birthDate: __, ...bare } = patientOf({ ...insurance, sex1: '3' }, CHART)
  const laid = layPatient({ ...bare, resourceType: 'Patient', id: 'chart-1' }, insurance, false)
  assert.equal(laid['birthDate'], '1980-05-02')
  assert.equal(laid['gender'], 'male')
  assert.ok(laid['address'])
})

test('a chart without name forms is read as kanji, from its parts too', () => {
  const traits = traitsOf({ name: [{ family: '検証', given: ['一郎'] }], birthDate: '1980' })
  assert.deepEqual(traits, { name: '検証 一郎', nameKana: '', birthdate: '', sex: '3' })
})

test('a patient is made where that is allowed, once, and never otherwise', async () => {
  await using on = await openBeside({ knows: false, settings: { writePatient: true } })
  await on.deliver(verified('not-found', []))
  assert.equal(on.server.all('Patient').length, 0)
  await on.deliver(verified('valid', [insurance], { id: 'v-2' }))
  await on.deliver(verified('valid', [{ ...insurance, name: '検証　●郎' }], { id: 'v-3' }))
  const [patient, ...others] = on.server.all('Patient')
  assert.deepEqual(others, [])
  assert.deepEqual(traitsOf(patient ?? {}).name, '検証 一郎')
  assert.equal(on.server.writes().filter((one) => one.endsWith('Patient')).length, 1)
})

test('where the official name has ● and the clinic’s record a whole one, the EHR is told that', () => {
  const broken = { ...insurance, name: '検証　●郎' }
  const link = { id: 'p', referenceNumber: null, firstSeenHere: false, insurerChanged: false }
  const nameOf = (name: string | null, result: OfficialResult = broken) =>
    resultOfPatient({ results: [result], patient: { ...link, name } })?.name
  assert.equal(nameOf('検証　一郎'), '検証　一郎')
  assert.equal(nameOf('検証　●郎'), '検証　●郎')
  assert.equal(nameOf(null), '検証　●郎')
  assert.equal(nameOf('検證　一郎', insurance), insurance.name, 'a whole official name is whole')
  assert.equal(
    resultOfPatient({ results: [], patient: { ...link, name: '検証　一郎' } }),
    undefined,
  )
})
