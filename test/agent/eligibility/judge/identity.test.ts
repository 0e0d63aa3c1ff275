import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Known } from '../../../../agent/kernel/known.ts'
import type { OfficialResult } from '../../../../agent/kernel/official.ts'
import {
  answer,
  byBirthdate,
  byNumber,
  hanako,
  matched,
  renamedIn,
  terminal,
  told,
} from './identity-bed.ts'

test('the patient of a number is linked, however the answer spells the name', () => {
  for (const result of [
    {},
    { nameKana: 'ﾔﾏﾀﾞ ﾊﾅｺ', name: '●田　花●' },
    { name: '山田花子', nameKana: '' },
    { sex1: '3' },
    { name: '田中　マリ', nameKana: 'ﾀﾅｶ ﾏﾘ', nameOfOther: '山田　花子' },
  ]) {
    const match = byNumber(result)
    assert.deepEqual(told(match), ['known'])
    assert.equal(match.patient, hanako)
    assert.deepEqual(match.identity, {
      comparedWith: 'patient',
      patientId: 'hanako',
      candidates: 1,
      differences: {},
      count: 0,
    })
    assert.equal(renamedIn(match), null)
  }
})

test('another person under the number is held, and linked to nobody', () => {
  for (const result of [
    { name: '佐藤　健', nameKana: 'ｻﾄｳ ｹﾝ', birthdate: '19990101' },
    { name: '山田　太郎', nameKana: 'ﾔﾏﾀﾞ ﾀﾛｳ', sex1: '1' },
    { name: '鈴木　花子', nameKana: 'ｽｽﾞｷ ﾊﾅｺ', birthdate: '19990101' },
    { birthdate: '19990101', sex1: '1' },
  ]) {
    const match = byNumber(result)
    assert.deepEqual(told(match), ['none', 'IDENTITY_HELD'])
    assert.equal(match.isHeld, true)
    assert.equal(match.identity?.count, 2)
    assert.equal(match.patient, hanako, 'it shows with whom it was compared')
  }
  assert.equal(
    byNumber({ name: '佐藤　健', nameKana: '', birthdate: '1', sex1: '1' }).identity?.count,
    3,
  )
})

test('one difference is told; of the given name or the birth date it is not linked', () => {
  const cases: [Partial<OfficialResult>, string[]][] = [
    [{ name: '山田　太郎', nameKana: 'ﾔﾏﾀﾞ ﾀﾛｳ' }, ['none', 'GIVEN_NAME_DIFFERS results[0].name']],
    [{ name: '山田　花恵', nameKana: '' }, ['none', 'GIVEN_NAME_DIFFERS results[0].name']],
    [{ name: '佐藤　健', nameKana: 'ｻﾄｳ ｹﾝ' }, ['none', 'GIVEN_NAME_DIFFERS results[0].name']],
    [{ name: '山田　華子' }, ['none', 'GIVEN_NAME_DIFFERS results[0].name']],
    [{ name: '●●　●●', nameKana: 'ﾔﾏﾀﾞ ﾏﾘ' }, ['none', 'GIVEN_NAME_DIFFERS results[0].nameKana']],
    [{ birthdate: '19800503' }, ['none', 'BIRTHDATE_DIFFERS results[0].birthdate']],
    [{ sex1: '1' }, ['known', 'IDENTITY_DIFFERS results[0].sex1']],
  ]
  for (const [result, expected] of cases) {
    const match = byNumber(result)
    assert.deepEqual(told(match), expected)
    assert.equal(match.isHeld, false)
    assert.equal(match.identity?.count, 1)
    if (match.link.is === 'known') assert.equal(renamedIn(match), null, 'sex is left to a person')
  }
})

test('the same kana on the same card is the same person, told that the kanji differ', () => {
  const results = [{ ...answer, name: '山田　華子' }]
  const ofCard = { ...hanako, identity: '6139992||5||19800502|ヤマダハナコ' }
  for (const by of ['card', 'number'] as const) {
    const match = matched({ known: { patients: [ofCard], by }, results, patientNumber: '42' })
    assert.deepEqual(told(match), ['known', 'IDENTITY_DIFFERS results[0].name'])
    assert.equal(renamedIn(match), null)
  }
  const otherCard = { ...ofCard, identity: '6139992||6||19800502|ヤマダハナコ' }
  assert.deepEqual(told(matched({ known: { patients: [otherCard], by: 'number' }, results })), [
    'none',
    'GIVEN_NAME_DIFFERS results[0].name',
  ])
})

test('without number and card, exactly one of the same birth date and name is found by itself', () => {
  const sister = { ...hanako, id: 'sister', name: '山田 月子', nameKana: 'ヤマダ ツキコ' }
  const match = byBirthdate([sister, hanako])
  assert.deepEqual(told(match), ['known'])
  assert.equal(match.patient?.id, 'hanako')
  assert.equal(match.candidates, 1)
  assert.equal(told(byBirthdate([hanako], { name: '●●　●●' }))[0], 'known', 'by kana')
  assert.equal(told(byBirthdate([hanako], { nameKana: '' }))[0], 'known', 'by kanji')
})

test('two of the same birth date and name are never told apart by the agent', () => {
  const match = byBirthdate([hanako, { ...hanako, id: 'second', nameKana: '' }])
  assert.deepEqual(told(match), ['none', 'PATIENT_AMBIGUOUS'])
  assert.equal(match.patient, null)
  assert.deepEqual(match.identity, {
    comparedWith: 'card-face',
    patientId: null,
    candidates: 2,
    differences: {},
    count: 0,
  })
})

test('a patient of another name, birth date or sex is not found, and a new one is made', () => {
  for (const other of [
    { name: '鈴木 花子', nameKana: 'スズキ ハナコ' },
    { name: '山田 太郎', nameKana: 'ヤマダ タロウ' },
    { name: '', nameKana: '' },
    { name: '山田 ●●', nameKana: '' },
    { birthdate: '19800503' },
  ])
    assert.deepEqual(told(byBirthdate([{ ...hanako, ...other }])), ['new'])
})

test('a look-alike is shown and not linked: the same kana in other kanji, or another sex', () => {
  for (const other of [{ name: '山田 華子' }, { name: '耶麻田 花子' }, { sex: '1' }]) {
    const match = byBirthdate([{ ...hanako, ...other }])
    assert.deepEqual(told(match), ['new', 'LOOK_ALIKE_PATIENT results[0].name'])
    assert.equal(match.lookAlike, true)
  }
  const both = byBirthdate([hanako, { ...hanako, id: 'other', name: '山田 華子' }])
  assert.deepEqual(told(both), ['known', 'LOOK_ALIKE_PATIENT results[0].name'])
  assert.equal(both.patient?.id, 'hanako')
  const blotted = byBirthdate([hanako, { ...hanako, id: 'other', name: '山田 華子' }], {
    name: '山田　●子',
  })
  assert.equal(blotted.link.is, 'none', '● fits both')
})

test('numbers that differ link nothing, whomever they point at', () => {
  const known: Partial<Known> = { patients: [hanako], by: 'number' }
  const results = [{ ...answer, referenceNumber: '43' }]
  const match = matched({ known, results, patientNumber: '42' })
  assert.deepEqual(told(match), ['none', 'REFERENCE_NUMBER_DIFFERS results[0].referenceNumber'])
  assert.equal(match.identity?.count, 0)
  const second = { ...hanako, id: 'second' }
  const two = matched({
    known: { patients: [hanako, second], by: 'number' },
    results,
    patientNumber: '42',
  })
  assert.deepEqual(told(two), ['none', 'REFERENCE_NUMBER_DIFFERS results[0].referenceNumber'])
  assert.equal(two.candidates, 2)
  assert.equal(matched({ results, patientNumber: '42' }).link.is, 'none', 'nobody is made either')
  for (const referenceNumber of ['42', '００４２', ' 42', ''])
    assert.deepEqual(
      told(matched({ known, results: [{ ...answer, referenceNumber }], patientNumber: '0042' })),
      ['known'],
    )
})

test('several patients of one card are never told apart by the agent', () => {
  const known: Partial<Known> = { patients: [hanako, { ...hanako, id: 'second' }], by: 'card' }
  assert.deepEqual(told(matched({ known })), ['none', 'PATIENT_AMBIGUOUS'])
})

test('without a patient the answer is compared with who was received offline, else with the card face', () => {
  const received = { name: '山田 花子', nameKana: '', birthdate: '19800502', sex: '2' }
  const offline = (intake: object, result: Partial<OfficialResult> = {}) =>
    matched({
      known: { intake: { ...received, ...intake } },
      results: [{ ...answer, ...result }],
    })
  assert.equal(offline({}).identity?.comparedWith, 'intake')
  assert.deepEqual(told(offline({})), ['new'])
  assert.deepEqual(told(offline({ name: '佐藤 健', sex: '1' })), ['none', 'IDENTITY_HELD'])
  assert.deepEqual(told(offline({ name: '佐藤 健' })), [
    'none',
    'GIVEN_NAME_DIFFERS results[0].name',
  ])
  const byEar = offline({ name: '山田 華子', nameKana: 'やまだ はなこ' })
  assert.deepEqual(told(byEar), ['new', 'IDENTITY_DIFFERS results[0].name'])
  const other = matched({ results: [{ ...answer, birthdate: '19800503' }] })
  assert.deepEqual(told(other), ['none', 'BIRTHDATE_DIFFERS results[0].birthdate'])
  assert.equal(other.identity?.comparedWith, 'card-face')
  assert.equal(matched({ question: terminal }).identity, null)
})

test('an answer that names nobody links by its number alone, one that names several by nothing', () => {
  const known: Partial<Known> = { patients: [hanako], by: 'number' }
  const nobody = matched({ known, results: [], patientNumber: '42' })
  assert.deepEqual([told(nobody), nobody.identity, renamedIn(nobody)], [['known'], null, null])
  assert.equal(matched({ known: { ...known, by: 'card' }, results: [] }).link.is, 'none')
  assert.equal(matched({ results: [], patientNumber: '43' }).link.is, 'none')
  const several = matched({
    known,
    results: [answer, { ...answer, name: '佐藤　健', nameKana: '' }],
  })
  assert.deepEqual([told(several), several.patient, several.identity], [['none'], null, null])
})

test('a new patient is made only where something would find it again', () => {
  const nameless = { name: '●●　●●', nameKana: '', birthdate: '19800502' }
  assert.equal(matched({ results: [nameless] }).link.is, 'none')
  assert.equal(matched({ results: [nameless], patientNumber: '42' }).link.is, 'new')
  assert.equal(matched({ results: [{ ...nameless, nameKana: 'ﾔﾏﾀﾞ ﾊﾅｺ' }] }).link.is, 'new')
})

test('医療扶助 beside 医療保険 is one person in two spellings; the field is that of the result that names', () => {
  const match = matched({
    known: { patients: [hanako], by: 'number' },
    results: [
      { insuredCardClassification: 'A1' },
      { ...answer, name: '髙田　花子', nameKana: 'ﾀｶﾀﾞ ﾊﾅｺ' },
      { ...answer, name: '高田花子', nameKana: '' },
    ],
  })
  assert.deepEqual(told(match), ['known', 'IDENTITY_DIFFERS results[1].name'])
})
