import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BehaviourError } from '../../../../agent/sim/behaviour.ts'
import { call, get, HANAKO, open, result, step, TARO } from './bed.ts'
import { listAt, send } from './client.ts'

const JSON_TYPE = { 'content-type': 'application/json' }

test('the control address steers, tells, and takes back the patients that it gave', async (t) => {
  const orca = await open(t)
  const control = (path: string, method = 'GET', body?: string) =>
    send({
      url: orca.controlUrl + path,
      method,
      headers: JSON_TYPE,
      ...(body === undefined ? {} : { body }),
    })
  const given = await control('/patients')
  const before = orca.patients()
  assert.equal((await control('/patients', 'PUT', '[]')).status, 200)
  assert.equal(orca.patients().length, 0)
  assert.equal((await control('/patients', 'PUT', given.text)).status, 200)
  assert.deepEqual(orca.patients(), before)
  const set = await control('/behaviour', 'POST', '{"mode":"busy","times":1}')
  assert.deepEqual(JSON.parse(set.text), { mode: 'busy', times: 1 })
  assert.equal((await call(orca, '/api01rv2/patientgetv2?id=1')).status, 503)
  assert.deepEqual(JSON.parse((await control('/stats')).text).faults, { busy: 1 })
  assert.equal((await control('/behaviour', 'POST', '{"mode":"sulk"}')).status, 400)
  assert.equal((await control('/elsewhere')).status, 404)
  const plain = await send({
    url: `${orca.controlUrl}/behaviour`,
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
    body: '{"mode":"drop"}',
  })
  assert.equal(plain.status, 415)
})

test('patients that are none are refused with a reason, without a name in it', async (t) => {
  const orca = await open(t)
  const seeds: readonly (readonly [Parameters<typeof orca.seed>[0][number], RegExp])[] = [
    [{ ...TARO, Patient_ID: '123456' }, /up to five digits/],
    [{ ...TARO, BirthDate: '1970-02-30' }, /BirthDate/],
    [{ ...TARO, HealthInsurance_Info: [{ InsuranceProvider_Class: '999' }] }, /not known/],
    [{ ...TARO, HealthInsurance_Info: [{ InsuranceProvider_Class: '060' }] }, /is a date/],
  ]
  for (const [seed, reason] of seeds)
    assert.throws(
      () => orca.seed([seed]),
      (error) =>
        error instanceof BehaviourError &&
        reason.test(error.message) &&
        !error.message.includes(TARO.WholeName),
    )
})

test('a list with one that is none changes nothing', async (t) => {
  const orca = await open(t)
  const before = orca.patients()
  assert.throws(() => orca.seed([HANAKO, { ...TARO, Sex: '3' }]), BehaviourError)
  assert.deepEqual(orca.patients(), before)
})

test('a person changes a patient as ORCA’s own screen does', async (t) => {
  const orca = await open(t)
  const isDone = orca.edit('00002', '受付', (patient) => ({
    ...patient,
    HealthInsurance_Info: [
      ...patient.HealthInsurance_Info,
      ...(orca.patient('00001')?.HealthInsurance_Info ?? []).map((row) => ({
        ...row,
        InsuranceProvider_Id: '0',
      })),
    ],
  }))
  assert.equal(isDone, true)
  assert.equal(orca.patient('00002')?.combinations.length, 1)
  const [record] = orca.stats().locks
  assert.deepEqual([record?.person, record?.ending], ['受付', 'closed'])
  assert.throws(() => orca.edit('00077', '受付', (patient) => patient), BehaviourError)
})

test('a person who changes their mind closes the patient', async (t) => {
  const orca = await open(t)
  const change = () => {
    throw new RangeError('not this one')
  }
  assert.throws(() => orca.edit('00001', '受付', change), RangeError)
  assert.equal(orca.stats().locks[0]?.isOpen, false)
})

test('combinations are in the order of their numbers, the newest last', async (t) => {
  const [row] = TARO.HealthInsurance_Info ?? []
  const orca = await open(t, {
    patients: [
      {
        ...TARO,
        HealthInsurance_Info: [
          { ...row, Certificate_ExpiredDate: '2024-03-31' },
          { ...row, Certificate_StartDate: '2024-04-01' },
        ],
      },
    ],
  })
  const payer = {
    PublicInsurance_Id: '0',
    PublicInsurance_Class: '054',
    PublicInsurance_Name: '難病',
    PublicInsurer_Number: '54136015',
    PublicInsuredPerson_Number: '1234566',
    Certificate_IssuedDate: '2023-01-01',
    Certificate_ExpiredDate: '2023-12-31',
    Certificate_CheckDate: '2023-01-01',
  }
  orca.edit('00001', '受付', (patient) => ({ ...patient, PublicInsurance_Info: [payer] }))
  const shown = listAt(await get(orca, '1'), 'Patient_Information', 'HealthInsurance_Information')
  assert.deepEqual(
    shown.map((one) => [
      one['Insurance_Combination_Number'],
      one['Certificate_StartDate'],
      listAt(one, 'PublicInsurance_Information').length,
    ]),
    [
      ['0001', '2020-04-01', 0],
      ['0002', '2024-04-01', 0],
      ['0003', '2020-04-01', 1],
    ],
  )
})

test('twenty thousand patients and many locks are no burden', async (t) => {
  const count = 20_000
  const orca = await open(t, {
    patients: Array.from({ length: count }, (_, at) => ({
      ...(at % 2 === 0 ? TARO : HANAKO),
      Patient_ID: String(at + 1),
    })),
  })
  assert.equal(orca.patients().length, count)
  for (let at = 1; at <= 1000; at += 1) {
    const id = String(at * 17)
    assert.equal(result(await step(orca, '01', {}, id)), '000')
  }
  assert.equal(result(await get(orca, String(count))), '00')
  assert.equal(orca.stats().locks.length, 1000)
})
