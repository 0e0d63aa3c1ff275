import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OfficialResult } from '../../../agent/kernel/official.ts'
import type { Verification } from '../../../agent/kernel/verification.ts'
import { officeOf, person } from './office-bed.ts'

const codes = ({ advisories }: Verification) => advisories.map(({ code }) => code)
const stranger: OfficialResult = {
  ...person,
  insurerNumber: '01130012',
  insuredIdentificationNumber: '9',
  name: '別人　花子',
  nameKana: 'ﾍﾞﾂｼﾞﾝ ﾊﾅｺ',
  sex1: '2',
}

test('of several who fit a release picks nobody and makes nobody; with a number it is whose it is', async (t) => {
  const { answered, note, read } = await officeOf(t)
  const vague = { ...person, insurerNumber: '', insuredIdentificationNumber: '' }
  const first = await answered(vague, '00001')
  await answered(vague, '00002')
  const open = await answered(vague, null)
  assert.deepEqual(codes(open).slice(0, 1), ['PATIENT_AMBIGUOUS'])
  await note(open.id, 'hold')
  await note(open.id, 'release')
  assert.deepEqual([read(open.id).held, read(open.id).patient], [false, null])
  assert.ok(codes(read(open.id)).includes('PATIENT_AMBIGUOUS'))
  assert.equal((await answered(vague, null)).patient, null, 'there are the same two')
  await note(open.id, 'hold')
  await note(open.id, 'release', '00001')
  const now = read(open.id)
  assert.deepEqual([now.patient.id, now.patient.referenceNumber], [first.patient.id, '00001'])
  assert.ok(!codes(now).includes('PATIENT_AMBIGUOUS'))
})

test('a number that no patient has decides nothing', async (t) => {
  const { answered, note, read } = await officeOf(t)
  await answered(person)
  const other = await answered(stranger)
  await assert.rejects(note(other.id, 'release', '00099'), { code: 'PATIENT_UNKNOWN' })
  assert.equal(read(other.id).held, true)
})

test('released to another patient it says nothing of the one that it was compared with', async (t) => {
  const { answered, note, read, store } = await officeOf(t)
  await answered(person)
  const theirs = await answered(stranger, '00043')
  const mistyped = await answered(stranger)
  assert.equal(mistyped.held, true)
  await note(mistyped.id, 'release', '00043')
  const now: Verification = read(mistyped.id)
  assert.equal(now.patient?.id, theirs.patient.id)
  assert.equal(now.patient?.referenceNumber, '00043')
  assert.deepEqual(now.history?.changes, {})
  assert.deepEqual([now.identity?.patientId, now.identity?.count], [theirs.patient.id, 0])
  assert.ok(!codes(now).includes('INSURER_CHANGED'))
  const latest = store.latest('00042')
  assert.ok(latest !== undefined)
  assert.notEqual(JSON.parse(Buffer.from(latest).toString()).verification.id, mistyped.id)
})

test('a number that was mistyped is not taken down for the patient whose the answer is', async (t) => {
  const { answered, note, store } = await officeOf(t)
  await answered(person)
  const mistyped = await answered({ ...person, birthdate: '19800503' }, '00024')
  await note(mistyped.id, 'hold')
  await note(mistyped.id, 'release', '00042')
  assert.equal(store.isKnownNumber('00024'), false)
})

test('what was not said while it was held is said with the release', async (t) => {
  const { answered, note, read } = await officeOf(t)
  await answered(person)
  const moved = { ...person, insurerNumber: '01130012', birthdate: '19800503', sex1: '2' }
  const held = await answered(moved)
  assert.deepEqual(codes(held), ['IDENTITY_HELD'])
  await note(held.id, 'release')
  const now: Verification = read(held.id)
  assert.ok(codes(now).includes('INSURER_CHANGED'))
  assert.ok(!codes(now).includes('IDENTITY_HELD'))
  assert.equal(now.patient?.insurerChanged, true)
  assert.deepEqual(now.reception, held.reception)
})

test('a release looks back from when it was asked, not from today', async (t) => {
  const { answered, note, read } = await officeOf(t)
  await answered(person)
  const held = await answered({ ...person, birthdate: '19800503', sex1: '2' })
  await answered({ ...person, insurerNumber: '01130012' })
  await note(held.id, 'release')
  assert.deepEqual(read(held.id).history.changes, {})
})

test('held and released once more it stays whose it was', async (t) => {
  const { answered, note, read } = await officeOf(t)
  const { patient } = await answered(person)
  const held = await answered(stranger)
  await note(held.id, 'release')
  await note(held.id, 'hold')
  assert.deepEqual([read(held.id).held, read(held.id).patient.id], [true, patient.id])
  await note(held.id, 'release')
  assert.deepEqual([read(held.id).held, read(held.id).patient.id], [false, patient.id])
})

test('a rejection gives back the number that a wrong answer brought', async (t) => {
  const { answered, note, read, store } = await officeOf(t)
  const wrong = await answered(stranger)
  assert.equal(wrong.patient.referenceNumber, '00042')
  await note(wrong.id, 'hold')
  await note(wrong.id, 'rejection')
  assert.equal(read(wrong.id).patient, null)
  assert.equal(store.latest('00042'), undefined, 'what is somebody else’s is nobody’s newest')
  const right = await answered(person)
  assert.deepEqual([right.held, right.patient.referenceNumber], [false, '00042'])
  assert.notEqual(right.patient.id, wrong.patient.id)
  const again = await answered(person)
  await note(again.id, 'hold')
  await note(again.id, 'rejection')
  assert.equal((await answered(person)).patient.id, right.patient.id, 'others came with it, too')
})

test('what a person doubts is no history of the patient', async (t) => {
  const { answered, note } = await officeOf(t)
  await answered(person)
  const doubted = await answered({ ...person, insurerNumber: '01130012' })
  await note(doubted.id, 'hold')
  const next: Verification = await answered(person)
  assert.deepEqual(next.history?.changes, {})
})

test('what waits beside a held answer is answered by its release, and not before', async (t) => {
  const { answered, note, store } = await officeOf(t)
  await answered(person)
  await answered(null)
  const form = { name: stranger.name, birthdate: stranger.birthdate, sex: '2', address: '見本市１' }
  const { id: intakeId } = await store.intakes.add({
    ...{ id: 'i1', at: Date.now(), body: JSON.stringify(form), key: null, actor: 'test' },
  })
  const waiting = () => [
    store.followUps.open(0).length,
    store.intakes.find(intakeId)?.proposal?.verificationId,
  ]
  const held = await answered(stranger)
  assert.deepEqual(waiting(), [1, undefined])
  await note(held.id, 'release')
  assert.deepEqual(waiting(), [0, held.id])
})
