import assert from 'node:assert/strict'
import { test } from 'node:test'
import { get, HANAKO, insurance, JIRO, modify, open, personOf, result, TARO } from './bed.ts'
import type { Tree } from './client.ts'

test('class 02 replaces the basic data of the very person and leaves insurance alone', async (t) => {
  const orca = await open(t)
  await get(orca, '1')
  const changed = { ...personOf(TARO), WholeName: '改名　太郎', ...insurance({}) }
  assert.equal(result(await modify(orca, '02', changed)), '00')
  const kept = orca.patient('00001')
  assert.equal(kept?.WholeName, '改名　太郎')
  assert.equal(kept?.HealthInsurance_Info[0]?.InsuranceProvider_Class, '060')
  assert.deepEqual(
    orca.stats().violations.map(({ kind }) => kind),
    ['insurance-in-update'],
  )
  assert.equal(result(await modify(orca, '02', { ...changed, Sex: '2' })), '50')
  const byNames = { Mod_Key: '2', ...changed, BirthDate: '1971-01-01' }
  assert.equal(result(await modify(orca, '02', byNames)), '00')
  assert.equal(orca.patient('00001')?.BirthDate, '1971-01-01')
  assert.equal(result(await modify(orca, '02', { ...byNames, WholeName: '別人　太郎' })), '50')
  assert.equal(result(await modify(orca, '02', { ...changed, Patient_ID: '99' })), '10')
})

test('class 03 takes the very person away', async (t) => {
  const orca = await open(t)
  assert.equal(result(await modify(orca, '03', { ...personOf(TARO), Sex: '2' })), '81')
  assert.equal(result(await modify(orca, '03', personOf(TARO))), '00')
  assert.equal(result(await get(orca, '1')), '10')
})

test('class 04 adds insurance only where there is none or self-pay', async (t) => {
  const orca = await open(t)
  const add = (person: Tree, changes: Tree = {}) =>
    modify(orca, '04', { ...person, ...insurance(changes) })
  assert.equal(result(await modify(orca, '04', personOf(HANAKO))), '61')
  assert.equal(result(await add({ ...personOf(HANAKO), WholeName: '別人　花子' })), '60')
  assert.equal(result(await add(personOf(HANAKO))), '00')
  assert.equal(result(await add(personOf(HANAKO))), '62')
  assert.equal(result(await add(personOf(HANAKO), { HealthInsuredPerson_Number: '９' })), 'P2')
  assert.equal(result(await add(personOf(JIRO))), '00')
  assert.equal(orca.patient('00003')?.HealthInsurance_Info.length, 2)
  assert.equal(result(await add(personOf(TARO))), 'P2')
})

const selfPay = (count: number) =>
  Array.from({ length: count }, () => ({
    InsuranceProvider_Class: '980',
    Certificate_StartDate: '2026-01-05',
  }))

const publics = (count: number) =>
  Array.from({ length: count }, (_, at) => ({
    PublicInsurance_Class: '054',
    PublicInsurer_Number: '54136015',
    PublicInsuredPerson_Number: String(1_000_000 + at),
    Certificate_IssuedDate: `${1950 + at}-01-01`,
    Certificate_ExpiredDate: `${1950 + at}-12-31`,
  }))

test('there is an end to what a patient can have', async (t) => {
  const orca = await open(t, {
    patients: [
      { ...HANAKO, HealthInsurance_Info: selfPay(19) },
      { ...JIRO, HealthInsurance_Info: selfPay(40) },
      { ...TARO, HealthInsurance_Info: [], PublicInsurance_Info: publics(60) },
    ],
  })
  const add = (person: Tree, more: Tree) => modify(orca, '04', { ...person, ...more })
  assert.equal(result(await add(personOf(HANAKO), insurance({}))), 'K4')
  assert.equal(result(await add(personOf(JIRO), insurance({}))), '64')
  const recipient = {
    PublicInsurer_Number: '54136015',
    PublicInsuredPerson_Number: '1000059',
    Certificate_IssuedDate: '2009-01-01',
    Certificate_ExpiredDate: '2009-12-31',
  }
  const publicOnly = (one: Tree) => ({
    HealthInsurance_Information: { PublicInsurance_Information: [one] },
  })
  assert.equal(result(await add(personOf(TARO), publicOnly(recipient))), '65')
  const fewer = { ...TARO, HealthInsurance_Info: [], PublicInsurance_Info: publics(60).slice(1) }
  orca.seed([fewer])
  assert.equal(result(await add(personOf(TARO), publicOnly(recipient))), '63')
  const other = { ...recipient, PublicInsuredPerson_Number: '2000000' }
  assert.equal(result(await add(personOf(TARO), publicOnly(other))), 'P2')
  assert.equal(
    result(await add(personOf(TARO), publicOnly({ ...other, PublicInsurer_Number: '5413601' }))),
    'H1',
  )
})

test('a patient that somebody has open is 90, and stays as it is', async (t) => {
  const orca = await open(t)
  assert.equal(orca.lockBy('00002', '受付１'), true)
  const add = () => modify(orca, '04', { ...personOf(HANAKO), ...insurance({}) })
  assert.equal(result(await add()), '90')
  assert.equal(orca.unlockBy('00002', '受付２'), false)
  assert.equal(orca.unlockBy('00002', '受付１'), true)
  assert.equal(result(await add()), '00')
})

test('writes in the dark are noted: never read, or changed by somebody since', async (t) => {
  const orca = await open(t)
  const kinds = () => orca.stats().violations.map(({ kind }) => kind)
  await modify(orca, '02', personOf(TARO))
  assert.deepEqual(kinds(), ['blind-write'])
  await get(orca, '2')
  await modify(orca, '02', personOf(HANAKO))
  await modify(orca, '02', personOf(HANAKO))
  assert.deepEqual(kinds(), ['blind-write'])
  assert.equal(
    orca.edit('00002', '受付１', (patient) => ({ ...patient, Comment1: '書換' })),
    true,
  )
  await modify(orca, '02', personOf(HANAKO))
  assert.deepEqual(kinds(), ['blind-write', 'stale-write'])
})
