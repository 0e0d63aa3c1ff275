import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkRoster } from '../../../agent/intake/roster.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'
import type { RosterChange } from '../../../agent/kernel/roster.ts'
import { checksAt } from './checks.ts'

const now = Date.parse('2026-04-10T09:00:00+09:00')
const cardFace = { insurerNumber: '06139992', insuredIdentificationNumber: '5678' }
const entry: RosterChange = {
  patientNumber: '00042',
  kind: 'home-oxygen',
  birthdate: '19500502',
  cardFace,
}
const check = (over: RosterChange) => checkRoster({ ...entry, ...over }, checksAt(now))
function mistakesOf(over: RosterChange): string[] {
  try {
    check(over)
    return []
  } catch (error) {
    assert.ok(error instanceof AgentError)
    assert.equal(error.code, 'ROSTER_INVALID')
    return error.mistakes.map(({ field }) => field)
  }
}

test('an entry is kept as typed, digits half-width, without what is empty', () => {
  const typed: RosterChange = {
    patientNumber: ' 00042 ',
    kind: 'home-oxygen',
    name: ' 見本　一郎 ',
    nameKana: ' ',
    birthdate: '１９５００５０２',
    cardFace: { ...cardFace, insurerNumber: '０６１３９９９２', insuredBranchNumber: '' },
    device: { name: '酸素濃縮器', supplier: '' },
    contractEnd: '2027-03-31',
    note: '',
  }
  assert.deepEqual(checkRoster(typed, checksAt(now)), {
    patientNumber: '00042',
    kind: 'home-oxygen',
    name: '見本　一郎',
    birthdate: '19500502',
    cardFace,
    device: { name: '酸素濃縮器' },
    contractEnd: '2027-03-31',
  })
  assert.deepEqual(
    Object.keys(
      check({ device: {}, cardFace: { insurerNumber: ' ', insuredIdentificationNumber: '' } }),
    ).sort(),
    ['birthdate', 'kind', 'patientNumber'],
  )
})

test('every field that cannot be is named at once', () => {
  assert.deepEqual(
    mistakesOf({
      patientNumber: ' ',
      name: 'あ'.repeat(101),
      owner: 'a\u0007b',
      device: { supplier: 'い'.repeat(101), contractNumber: 'K\n1' },
      contractEnd: '2027-02-29',
      cardFace: { ...cardFace, insurerNumber: '12' },
    }).sort(),
    [
      'cardFace.insurerNumber',
      'contractEnd',
      'device.contractNumber',
      'device.supplier',
      'name',
      'owner',
      'patientNumber',
    ],
  )
  const { kind: _, ...kindless } = entry
  assert.throws(() => checkRoster(kindless, checksAt(now)), { code: 'ROSTER_INVALID' })
})

test('a card can be asked about with a birth date only, and that is a date of the past', () => {
  const { birthdate: _, ...dateless } = entry
  assert.throws(() => checkRoster(dateless, checksAt(now)), { code: 'ROSTER_INVALID' })
  assert.ok(mistakesOf({ birthdate: '20260411' }).includes('birthdate'))
  assert.deepEqual(mistakesOf({ birthdate: '19501301' }).includes('birthdate'), true)
  assert.deepEqual(mistakesOf({ birthdate: '20260410' }), [])
})

test('a birth date is taken by its era, and a wrong one is said once', () => {
  assert.equal(check({ birthdate: 'S25.5.2' }).birthdate, '19500502')
  assert.deepEqual(mistakesOf({ birthdate: '20260411' }), ['birthdate'])
  assert.deepEqual(mistakesOf({ birthdate: 'H50.1.1' }), ['birthdate'])
})

test('an individual number is refused in whatever field, and not repeated', () => {
  const number = '123456789018'
  for (const over of [
    { patientNumber: number },
    { note: `番号 ${number}` },
    { owner: number },
    { device: { contractNumber: number } },
    { cardFace: { ...cardFace, insuredIdentificationNumber: number } },
  ] satisfies RosterChange[])
    assert.throws(
      () => check(over),
      (error) =>
        error instanceof AgentError &&
        error.code === 'INDIVIDUAL_NUMBER_REFUSED' &&
        !JSON.stringify([error.message, error.facts]).includes(number),
    )
})
