import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askable, checkAppointments, isKeepable } from '../../../agent/intake/appointments.ts'
import type { AppointmentItem } from '../../../agent/kernel/appointment.ts'
import { checksAt } from './checks.ts'

const NOW = Date.parse('2026-04-01T09:00:00+09:00')
const cardFace = {
  insurerNumber: '06139992',
  insuredIdentificationNumber: '5678',
  birthdate: '19800502',
}
const checks = checksAt(NOW)
const checked = (items: readonly AppointmentItem[]) => checkAppointments(items, checks)
/** Its check digit is that of an individual number. */
const INDIVIDUAL = '123456789018'

test('blanks go, digits are half-width, and an item says the same in one way', () => {
  const [one, other] = checked([
    { time: '09:30', patientNumber: ' 00042 ', cardFace },
    {
      cardFace: { ...cardFace, insurerNumber: '０６１３９９９２', insuredCardSymbol: ' ' },
      patientNumber: '00042',
      time: '09:30',
    },
  ])
  assert.deepEqual(one, { time: '09:30', patientNumber: '00042', cardFace })
  assert.equal(JSON.stringify(one), JSON.stringify(other))
  assert.deepEqual(checked([{ patientNumber: ' ' }]), [{}])
})

test('an individual number costs the whole list, and nothing of it is kept', () => {
  const of = (insuredCardSymbol: string) => [{}, { cardFace: { ...cardFace, insuredCardSymbol } }]
  assert.throws(() => checked(of(INDIVIDUAL)), {
    code: 'INDIVIDUAL_NUMBER_REFUSED',
    facts: { field: 'items[1].cardFace.insuredCardSymbol' },
  })
  assert.throws(() => checked([{ patientNumber: INDIVIDUAL }]), {
    code: 'INDIVIDUAL_NUMBER_REFUSED',
  })
  assert.equal(isKeepable({ patientNumber: INDIVIDUAL }), false)
  assert.equal(isKeepable({ patientNumber: '00042', cardFace }), true)
})

test('a control character is refused with the field that has it', () => {
  const items = [{ patientNumber: 'a\u0000' }, { cardFace: { ...cardFace, birthdate: '\u0007' } }]
  assert.throws(
    () => checked(items),
    (error: Error & { code?: string; mistakes?: { field: string }[] }) => {
      assert.equal(error.code, 'REQUEST_INVALID')
      assert.deepEqual(
        error.mistakes?.map(({ field }) => field),
        ['items[0].patientNumber', 'items[1].cardFace.birthdate'],
      )
      return true
    },
  )
})

test('a card face that cannot be one is kept, and its wrong fields are told once each', () => {
  const wrong = { ...cardFace, birthdate: '20991231', insurerNumber: '1' }
  assert.equal(checked([{ cardFace: wrong }]).length, 1)
  assert.deepEqual(askable(wrong, checks), ['insurerNumber', 'birthdate'])
  assert.deepEqual(askable({ ...cardFace, birthdate: '１９８００５０２' }, checks), cardFace)
})
