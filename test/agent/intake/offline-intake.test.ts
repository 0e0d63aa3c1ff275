import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkOfflineIntake } from '../../../agent/intake/offline-intake.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'
import type { IntakeForm } from '../../../agent/kernel/offline-intake.ts'
import { checksAt } from './checks.ts'

const now = checksAt(Date.parse('2026-04-01T09:00:00+09:00'))
const form: IntakeForm = {
  name: '見本　一郎',
  birthdate: '19800502',
  sex: '1',
  address: '東京都千代田区霞が関１－２－３',
}
const cardFace = { insurerNumber: '06139992', insuredIdentificationNumber: '5678' }

const refusal = (over: object, code: string): AgentError => {
  try {
    checkOfflineIntake({ ...form, ...over }, now)
  } catch (error) {
    assert.ok(error instanceof AgentError)
    assert.equal(error.code, code)
    return error
  }
  throw new Error('it was kept')
}
const wrongFields = (over: object) =>
  refusal(over, 'INTAKE_INVALID').mistakes.map(({ field }) => field)

test('a form is kept as it was typed, its digits half-width and empty fields left out', () => {
  const typed = {
    cardFace: {
      insuredBranchNumber: '０１',
      insuredIdentificationNumber: ' 5678 ',
      insuredCardSymbol: '',
      insurerNumber: '０６１３９９９２',
    },
    ...form,
    name: ' 見本　一郎 ',
    birthdate: '１９８００５０２',
    sex: '２',
    nameKana: '',
    patientNumber: ' 00107 ',
    consent: false,
  }
  const kept = checkOfflineIntake(typed, now)
  assert.deepEqual(kept, {
    ...form,
    sex: '2',
    consent: false,
    patientNumber: '00107',
    cardFace: { ...cardFace, insuredBranchNumber: '01' },
  })
  const reordered = Object.fromEntries(Object.entries(typed).reverse())
  assert.equal(
    JSON.stringify(checkOfflineIntake({ ...typed, ...reordered }, now)),
    JSON.stringify(kept),
    'the order of the fields changes nothing',
  )
})

test('a card face whose fields are all empty is none', () => {
  const empty = { insurerNumber: '', insuredCardSymbol: ' ', insuredIdentificationNumber: '' }
  assert.deepEqual(checkOfflineIntake({ ...form, cardFace: empty }, now), form)
})

test('every mistake is told at once, in Japanese and English, under the name of its field', () => {
  const { mistakes } = refusal(
    {
      name: ' ',
      birthdate: '19800230',
      sex: '男',
      address: '',
      cardFace: { insurerNumber: '123', insuredIdentificationNumber: '' },
    },
    'INTAKE_INVALID',
  )
  assert.deepEqual(
    mistakes.map(({ field }) => field),
    [
      'name',
      'sex',
      'address',
      'cardFace.insurerNumber',
      'cardFace.insuredIdentificationNumber',
      'birthdate',
    ],
  )
  for (const { title, detail } of mistakes) {
    assert.match(title, /。$/)
    assert.match(detail, /^[\x20-\x7e]+$/)
  }
})

test('a misread card and a birth date outside its era are refused with what to look at', () => {
  const { mistakes } = refusal(
    { birthdate: 'H310501', cardFace: { ...cardFace, insurerNumber: '06159992' } },
    'INTAKE_INVALID',
  )
  const [birth, insurer] = mistakes
  assert.deepEqual([birth?.field, insurer?.field], ['birthdate', 'cardFace.insurerNumber'])
  assert.match(birth?.title ?? '', /平成は元年1月8日から31年4月30日まで/)
  assert.deepEqual(insurer?.proposals, ['06139992'])
  assert.equal(checkOfflineIntake({ ...form, birthdate: 'S550502' }, now).birthdate, '19800502')
})

test('nobody is born tomorrow or before 1868, has another sex, or a name without end', () => {
  assert.deepEqual(wrongFields({ birthdate: '20260402' }), ['birthdate'])
  assert.deepEqual(wrongFields({ birthdate: '18671231' }), ['birthdate'])
  assert.deepEqual(wrongFields({ sex: '4' }), ['sex'])
  assert.deepEqual(wrongFields({ name: '名'.repeat(101) }), ['name'])
  assert.deepEqual(wrongFields({ nameKana: 'ﾅ'.repeat(101) }), ['nameKana'])
  assert.deepEqual(wrongFields({ address: '町'.repeat(201) }), ['address'])
  assert.equal(checkOfflineIntake({ ...form, birthdate: '20260401' }, now).birthdate, '20260401')
})

test('control characters are refused in every field', () => {
  for (const field of ['name', 'nameKana', 'address', 'patientNumber'])
    assert.deepEqual(wrongFields({ [field]: 'あ\u0007い' }), [field])
  assert.deepEqual(wrongFields({ address: '東京都\n千代田区' }), ['address'])
  assert.deepEqual(wrongFields({ cardFace: { ...cardFace, insuredCardSymbol: '1\u00002' } }), [
    'cardFace.insuredCardSymbol',
  ])
})

test('an individual number is refused wherever it stands, and not repeated', () => {
  const number = '123456789018'
  for (const over of [
    { name: number },
    { address: `東京都 ${number}` },
    { patientNumber: '１２３４－５６７８－９０１８' },
    { cardFace: { ...cardFace, insuredIdentificationNumber: number } },
    { cardFace: { ...cardFace, insuredCardSymbol: number } },
  ]) {
    const { message, facts } = refusal(over, 'INDIVIDUAL_NUMBER_REFUSED')
    assert.ok(!`${message}${JSON.stringify(facts)}`.includes(number))
  }
})
