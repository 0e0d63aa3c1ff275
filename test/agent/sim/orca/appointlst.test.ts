import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SeedBooking } from '../../../../agent/sim/orca/book.ts'
import type { OrcaSimulator } from '../../../../agent/sim/orca/server.ts'
import { HANAKO, JIRO, open, post, result, TARO } from './bed.ts'
import { listAt, type Tree, textAt, treeAt } from './client.ts'

const DAY = '2026-04-02'
const of = (patient: { Patient_ID: string }, over: Partial<SeedBooking> = {}): SeedBooking => ({
  Appointment_Date: DAY,
  Patient_ID: patient.Patient_ID,
  ...over,
})
const list = (orca: OrcaSimulator, appointlstreq: Tree = { Appointment_Date: DAY }, kind = '01') =>
  post(orca, `/api01rv2/appointlstv2?class=${kind}`, { appointlstreq })

test('a day lists who comes by time, with the person and the main insurance as the page shows them', async (t) => {
  const appointments = [
    of(JIRO, { Appointment_Time: '15:30:00', Physician_Code: '10002' }),
    of(TARO),
    of(HANAKO, { Appointment_Date: '2026-04-03' }),
  ]
  const orca = await open(t, { appointments })
  const answer = await list(orca)
  assert.equal(result(answer), '00')
  assert.equal(textAt(answer, 'Appointment_Date'), DAY)
  const [taro, jiro, ...more] = listAt(answer, 'Appointlst_Information').filter(
    (one) => Object.keys(one).length > 0,
  )
  assert.deepEqual(more, [])
  assert.equal(taro?.['Appointment_Time'], '09:00:00')
  const person = treeAt(taro ?? {}, 'Patient_Information')
  assert.deepEqual([person['Patient_ID'], person['BirthDate']], ['00001', '1970-01-01'])
  const insurance = treeAt(treeAt(person, 'HealthInsurance_Information'), 'HealthInsurance_Info')
  assert.deepEqual(
    [insurance['InsuranceProvider_Number'], insurance['HealthInsuredPerson_Number']],
    ['138057', '１２３４５６７'],
  )
  // Self-pay is no insurance that could be checked.
  const other = treeAt(jiro ?? {}, 'Patient_Information')
  assert.equal(other['HealthInsurance_Information'], undefined)
  const ofPhysician = await list(orca, { Appointment_Date: DAY, Physician_Code: '10002' })
  assert.equal(
    listAt(ofPhysician, 'Appointlst_Information').filter((one) => Object.keys(one).length > 0)
      .length,
    1,
  )
})

test('what is wrong has the code of the page; nobody is 21, and 500 are too many', async (t) => {
  const orca = await open(t, { appointments: [of(TARO)] })
  for (const [wrong, code] of [
    [{ Appointment_Date: '2026-02-30' }, '11'],
    [{ Appointment_Date: DAY, Physician_Code: '9' }, '12'],
    [{ Appointment_Date: DAY, Medical_Information: '50' }, '13'],
    [{ Appointment_Date: DAY, Patient_ID: '1' }, '97'],
    [{ Appointment_Date: '2026-04-05' }, '21'],
    [{ Appointment_Date: DAY, Medical_Information: '07' }, '21'],
    [{}, '21'],
  ] as const)
    assert.equal(result(await list(orca, wrong)), code, JSON.stringify(wrong))
  assert.equal(result(await list(orca, { Appointment_Date: DAY }, '02')), '91')
  orca.book(Array.from({ length: 499 }, () => of(TARO)))
  assert.equal(result(await list(orca)), '00')
  orca.book(Array.from({ length: 500 }, () => of(TARO)))
  assert.equal(result(await list(orca)), '20')
})

test('the control address takes the appointments that it gives, and says what is wrong with others', async (t) => {
  const orca = await open(t, { appointments: [of(TARO)] })
  const put = (body: unknown) =>
    fetch(`${orca.controlUrl}/appointments`, {
      method: 'PUT',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    })
  const given = await (await fetch(`${orca.controlUrl}/appointments`)).json()
  assert.deepEqual(given, orca.appointments())
  assert.equal((await put(given)).status, 200)
  for (const wrong of [
    {},
    [{}],
    [of(TARO, { Appointment_Date: '20260402' })],
    [of(TARO, { Appointment_Time: '9:00' })],
    [of(TARO, { Physician_Code: '1' })],
    [of({ Patient_ID: 'x' })],
  ])
    assert.equal((await put(wrong)).status, 400, JSON.stringify(wrong))
  assert.deepEqual(orca.appointments(), given)
})
