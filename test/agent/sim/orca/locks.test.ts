import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OrcaSimulator } from '../../../../agent/sim/orca/server.ts'
import {
  HANAKO,
  handClock,
  JIRO,
  lock,
  modify,
  newRow,
  open,
  personOf,
  post,
  result,
  step,
  TARO,
} from './bed.ts'
import { listAt, type Tree, textAt } from './client.ts'

const HANAKO_ID = '00002'

const violations = (orca: OrcaSimulator) => orca.stats().violations.map(({ kind }) => kind)

test('one patient is locked once: E90 for the next, 90 for patientmodv2', async (t) => {
  const orca = await open(t)
  const Orca_Uid = await lock(orca)
  for (const Karte_Uid of ['karte-2', 'karte-1']) {
    const busy = await step(orca, '01', { Karte_Uid })
    assert.equal(result(busy), 'E90')
    assert.equal(textAt(busy, 'Response_Number'), '01')
  }
  assert.equal(result(await modify(orca, '02', personOf(TARO))), '90')
  assert.equal(result(await step(orca, '00', { Karte_Uid: 'karte-2' })), '000')
  assert.equal(
    orca.edit('00001', '受付', (patient) => patient),
    false,
  )
  assert.equal(result(await step(orca, '99', { Orca_Uid })), '000')
  assert.equal(result(await modify(orca, '02', personOf(TARO))), '00')
  assert.equal(
    orca.edit('00001', '受付', (patient) => patient),
    true,
  )
})

test('of many clients at once one gets the patient', async (t) => {
  const orca = await open(t)
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, at) => step(orca, '01', { Karte_Uid: `karte-${at}` })),
  )
  const results = answers.map(result).sort()
  assert.deepEqual(results, ['000', ...Array.from({ length: 19 }, () => 'E90')])
  assert.equal(orca.stats().locks.length, 1)
})

test('where it is asked for, a client gets the patient again that it has', async (t) => {
  const orca = await open(t, { relock: 'again' })
  const first = await lock(orca)
  const second = await lock(orca)
  assert.notEqual(first, second)
  assert.equal(result(await step(orca, '01', { Karte_Uid: 'karte-2' })), 'E90')
  assert.equal(result(await step(orca, '02', { Orca_Uid: first, ...newRow() })), 'E07')
})

test('a person who has the patient open keeps clients out', async (t) => {
  const orca = await open(t)
  orca.behave({ mode: 'lock', patient: '00001', by: '受付１' })
  assert.equal(result(await step(orca, '01')), 'E90')
  assert.equal(orca.lockBy('00001', '受付２'), false)
  orca.behave({ mode: 'unlock', patient: '00001', by: '受付１' })
  await lock(orca)
})

test('an unlock that names nobody closes the patient for whoever has it open', async (t) => {
  const orca = await open(t)
  orca.behave({ mode: 'lock', patient: '00001', by: '受付１' })
  orca.behave({ mode: 'unlock', patient: '00001' })
  await lock(orca)
  orca.behave({ mode: 'unlock', patient: '00001' })
  assert.equal(orca.lockBy('00001', '受付１'), false, 'the lock of a client is not a person’s')
})

test('numbers, uids and the patient have to be those that were given', async (t) => {
  const orca = await open(t)
  assert.equal(result(await step(orca, '01', { Karte_Uid: '' })), 'E06')
  const Orca_Uid = await lock(orca)
  assert.equal(result(await step(orca, '03', { Orca_Uid, ...newRow() })), 'E91')
  assert.equal(result(await step(orca, '02', newRow())), 'E05')
  assert.equal(result(await step(orca, '02', { Orca_Uid, Karte_Uid: 'karte-2' })), 'E07')
  assert.equal(result(await step(orca, '02', { Orca_Uid }, '2')), 'E07')
  assert.equal(result(await step(orca, '02', { Orca_Uid: 'nobody-gave-it' })), 'E07')
  assert.equal(result(await step(orca, '04', { Orca_Uid })), 'E91')
  assert.deepEqual(violations(orca), [
    'wrong-request-number',
    'foreign-lock',
    'foreign-lock',
    'submit-without-lock',
  ])
  await step(orca, '99', { Orca_Uid })
  assert.equal(result(await step(orca, '02', { Orca_Uid, ...newRow() })), 'E07')
  assert.equal(result(await step(orca, '99', { Orca_Uid })), 'E07')
  assert.equal(violations(orca).length, 5)
})

const deletion = (orca: OrcaSimulator, more: Tree = {}, number = '01') =>
  post(orca, '/api21/medicalmodv37', {
    medicalv3req7: { Request_Number: number, Karte_Uid: 'karte-9', ...more },
  })

test('a lock that was left is deleted after a minute, and after a question', async (t) => {
  const clock = handClock()
  const orca = await open(t, { now: clock.now })
  assert.equal(result(await deletion(orca, {}, '00')), 'E10')
  const Orca_Uid = await lock(orca)
  const listed = await deletion(orca, {}, '00')
  assert.equal(listAt(listed, 'Lock_Information')[0]?.['Lock_Orca_Uid'], Orca_Uid)
  const wanted = {
    Delete_Information: { Delete_Karte_Uid: 'karte-1', Delete_Orca_Uid: Orca_Uid },
  }
  assert.equal(result(await deletion(orca, wanted)), 'E14')
  clock.advance(59_999)
  assert.equal(result(await deletion(orca, wanted)), 'E14')
  assert.deepEqual(violations(orca), [])
  clock.advance(1)
  assert.equal(
    result(await deletion(orca, { Delete_Information: { Delete_Orca_Uid: Orca_Uid } })),
    'E13',
  )
  const question = await deletion(orca, wanted)
  assert.equal(result(question), 'S40')
  assert.equal(orca.stats().locks[0]?.isOpen, true)
  const ok = { Orca_Uid: textAt(question, 'Orca_Uid'), Select_Answer: 'Ok', ...wanted }
  assert.equal(result(await deletion(orca, ok)), '000')
  assert.equal(orca.stats().locks[0]?.ending, 'deleted')
  assert.deepEqual(violations(orca), ['lock-left'])
  assert.equal(result(await step(orca, '02', { Orca_Uid, ...newRow() })), 'E07')
  assert.deepEqual(violations(orca), ['lock-left'])
  await lock(orca)
})

test('a deletion of all that grew since its question is asked anew', async (t) => {
  const clock = handClock()
  const fourth = { ...TARO, Patient_ID: '00004' }
  const orca = await open(t, { now: clock.now, patients: [TARO, HANAKO, JIRO, fourth] })
  const all = { Delete_Information: { Delete_Class: 'All' } }
  await lock(orca)
  await lock(orca, HANAKO_ID)
  clock.advance(30_000)
  await lock(orca, '00003')
  assert.equal(result(await deletion(orca, all)), 'E14')
  clock.advance(60_000)
  const asked = await deletion(orca, all)
  const ok = { Orca_Uid: textAt(asked, 'Orca_Uid'), Select_Answer: 'Ok', ...all }
  await lock(orca, '00004')
  clock.advance(60_000)
  assert.equal(result(await deletion(orca, ok)), 'E05')
  assert.ok(orca.stats().locks.every(({ isOpen }) => isOpen))
})

test('nothing ends a lock by time, and one that stays open is noted', async (t) => {
  const clock = handClock()
  const orca = await open(t, { now: clock.now, patients: [TARO, HANAKO] })
  await lock(orca)
  clock.advance(86_400_000)
  assert.equal(result(await step(orca, '01', { Karte_Uid: 'karte-2' })), 'E90')
  const { longestHeldMs, locks } = orca.stats()
  assert.equal(longestHeldMs, 86_400_000)
  assert.equal(locks[0]?.releasedAt, null)
  assert.deepEqual(violations(orca), ['lock-left'])
})

test('a restart loses the locks and what was submitted, but no patient', async (t) => {
  const orca = await open(t)
  const Orca_Uid = await lock(orca, HANAKO_ID)
  await step(orca, '02', { Orca_Uid, ...newRow() }, HANAKO_ID)
  orca.restart()
  assert.equal(result(await step(orca, '03', { Orca_Uid, ...newRow() }, HANAKO_ID)), 'E07')
  assert.equal(orca.patient(HANAKO_ID)?.HealthInsurance_Info.length, 0)
  assert.deepEqual(violations(orca), [])
  await lock(orca, HANAKO_ID)
})
