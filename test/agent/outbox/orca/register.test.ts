import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bed, comparisonOf, everyWrite, ichiroInOrca } from './bed.ts'
import { aid, delivery, ichiro, ichiroMoved, koki, verification } from './example.ts'

test('a new patient is registered under the clinic’s number, with the insurance', async (t) => {
  const { deliver, orca } = await bed(t, { write: everyWrite })
  const found = comparisonOf(await deliver(delivery(verification([ichiro]))))
  assert.equal(found.result, 'written')
  assert.deepEqual(found.differences, [])
  const patient = orca.patient('00042')
  assert.equal(patient?.WholeName, '検証　一郎')
  assert.equal(patient?.WholeName_inKana, 'ケンショウ　イチロウ')
  assert.equal(patient?.HealthInsurance_Info[0]?.HealthInsuredPerson_Number, '５６７８')
  assert.equal(patient?.HealthInsurance_Info[0]?.HealthInsuredPerson_Branch_Number, '01')
  assert.deepEqual(orca.stats().violations, [])
})

test('a new patient who pays 2割 gets the insurance in a second step that can say so', async (t) => {
  const { deliver, orca } = await bed(t, { write: everyWrite })
  const found = comparisonOf(await deliver(delivery(verification([koki]))))
  assert.equal(found.result, 'written')
  assert.deepEqual(found.differences, [])
  const [insurance] = orca.patient('00042')?.HealthInsurance_Info ?? []
  assert.equal(insurance?.HealthInsuredPerson_Assistance, '2')
  assert.equal(insurance?.HealthInsuredPerson_Branch_Number, '')
})

test('where the second step is not allowed, 2割 is never registered as 1割', async (t) => {
  const { deliver, orca } = await bed(t, { write: ['new-patient'] })
  const found = comparisonOf(await deliver(delivery(verification([koki]))))
  assert.equal(found.result, 'written')
  assert.ok(found.unmapped.some(({ field }) => field === 'contributionRatio'))
  assert.deepEqual(orca.patient('00042')?.HealthInsurance_Info, [])
})

test('a new patient whose name holds ● waits for a person to type it', async (t) => {
  const { deliver, orca } = await bed(t, { write: everyWrite })
  const parked = await deliver(delivery(verification([{ ...ichiro, name: '●山　七●' }])))
  assert.deepEqual(parked, { is: 'parked', code: 'SINK_UNMAPPABLE', facts: { field: 'name' } })
  assert.deepEqual(orca.patients(), [])
})

test('a patient who has another record in ORCA is registered, and the warning is passed on', async (t) => {
  const twin = { ...ichiroInOrca, Patient_ID: '00007' }
  const { deliver } = await bed(t, { write: everyWrite, patients: [twin] })
  const found = comparisonOf(await deliver(delivery(verification([ichiro]))))
  assert.equal(found.result, 'written')
  assert.ok(found.unmapped.some(({ detail }) => detail.includes('K0')))
})

test('nobody is registered without a result, with several insurances, or by an invalid answer', async (t) => {
  const { deliver, orca } = await bed(t, { write: everyWrite })
  for (const one of [
    verification([], { outcome: 'not-found' }),
    verification([ichiro, ichiroMoved]),
    verification([ichiro], { outcome: 'invalid' }),
    verification([aid(ichiro)], { outcome: 'valid-unregistered' }),
  ])
    assert.equal(comparisonOf(await deliver(delivery(one))).result, 'unknown-patient')
  assert.deepEqual(orca.patients(), [])
})
