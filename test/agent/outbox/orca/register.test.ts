import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AgentError } from '../../../../agent/kernel/errors.ts'
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

const parkedAsKnown = {
  is: 'parked',
  code: 'ORCA_IDENTITY_DIFFERS',
  facts: { isUnderOtherNumber: true },
}

test('a person whom ORCA has under another number waits: the number may be mistyped', async (t) => {
  for (const kept of [
    {},
    { WholeName: '検證　一郎' },
    { WholeName_inKana: 'ケンシヨウ　イチロウ' },
    { WholeName: '検証　一朗', WholeName_inKana: 'ケンショウ　イチロウ' },
  ]) {
    const patients = [{ ...ichiroInOrca, ...kept, Patient_ID: '00024' }]
    const { deliver, orca } = await bed(t, { write: everyWrite, patients })
    assert.deepEqual(await deliver(delivery(verification([ichiro]))), parkedAsKnown)
    assert.deepEqual(orca.stats().writes, {})
    assert.deepEqual(orca.stats().violations, [])
  }
})

test('a namesake of another birth date and a twin of another name are other people', async (t) => {
  for (const kept of [
    { BirthDate: '1981-05-02' },
    { WholeName: '検証　次郎', WholeName_inKana: 'ケンショウ　ジロウ' },
    { Sex: '2' },
  ]) {
    const patients = [{ ...ichiroInOrca, ...kept, Patient_ID: '00024' }]
    const { deliver } = await bed(t, { write: everyWrite, patients })
    assert.equal(comparisonOf(await deliver(delivery(verification([ichiro])))).result, 'written')
  }
})

test('a search that ORCA cannot do registers nobody, and a name that it cannot look for stops nobody', async (t) => {
  for (const result of ['89', '97', '55', '90', '21']) {
    const place = await bed(t, { write: everyWrite })
    place.orca.behave({ mode: 'result', result, at: 'patientlst3v2' })
    const parked = await place.deliver(delivery(verification([ichiro]))).catch((error: unknown) => {
      assert.ok(error instanceof AgentError, result)
      return parkedAsKnown
    })
    assert.deepEqual(parked, parkedAsKnown, result)
    assert.deepEqual(place.orca.patients(), [])
  }
  const { deliver, orca } = await bed(t, { write: everyWrite })
  orca.behave({ mode: 'result', result: '10', at: 'patientlst3v2', times: 1 })
  assert.equal(comparisonOf(await deliver(delivery(verification([ichiro])))).result, 'written')
})

test('a namesake who comes between the search and the registration is passed on as a warning', async (t) => {
  const reception = { register: () => {} }
  const { deliver, orca } = await bed(t, {
    write: everyWrite,
    onServed: ({ call }) => {
      if (call === 'patientlst3v2 01') reception.register()
    },
  })
  let searches = 0
  reception.register = () => {
    searches += 1
    if (searches === 2) orca.seed([{ ...ichiroInOrca, Patient_ID: '00007' }])
  }
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
