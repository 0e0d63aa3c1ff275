import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RosterWriter } from '../../../agent/eligibility/roster-desk.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'
import type { RosterChange } from '../../../agent/kernel/roster.ts'
import { billing, entryOf, KNOWN_NUMBER, overTerminal } from './roster-bed.ts'

const generalAffairs: RosterWriter = { ...billing, consumerId: 'c2', role: 'general-affairs' }
const ehr: RosterWriter = { ...billing, consumerId: 'c3', role: 'ehr' }

test('two offices keep one entry, each its own fields', async (t) => {
  const { desk, add } = await overTerminal(t)
  const id = await add(entryOf('1'))
  const contract = { contractEnd: '2027-03-31', owner: '総務 見本', device: { supplier: '業者' } }
  await desk.change(id, contract, null, generalAffairs)
  const changed = await desk.change(id, { ...entryOf('1'), note: '火曜' }, null, ehr)
  const { form } = changed.entry
  assert.deepEqual(form, { ...entryOf('1'), note: '火曜', ...contract })
  await assert.rejects(desk.change(id, { note: '水曜' }, null, generalAffairs), (error) => {
    assert.ok(error instanceof AgentError)
    assert.equal(error.code, 'FORBIDDEN')
    return error.mistakes[0]?.field === 'note'
  })
  await assert.rejects(desk.add({ ...entryOf('2'), contractEnd: '2027-03-31' }, ehr), {
    code: 'FORBIDDEN',
  })
})

test('an entry that was changed since it was read is not written over', async (t) => {
  const { desk, add } = await overTerminal(t)
  const id = await add(entryOf('1'))
  const version = desk.find(id, null)?.entry.version ?? 0
  await desk.change(id, { owner: '総務' }, version, generalAffairs)
  await assert.rejects(desk.change(id, entryOf('1'), version, billing), {
    code: 'ROSTER_CHANGED',
  })
  await assert.rejects(desk.change('none', entryOf('1'), null, billing), { code: 'NOT_FOUND' })
})

test('a write that is repeated under its key finds what it made', async (t) => {
  const { desk } = await overTerminal(t)
  const keyed = { ...billing, idempotencyKey: 'k1' }
  const first = await desk.add(entryOf('1'), keyed)
  assert.equal((await desk.add(entryOf('1'), keyed)).entry.id, first.entry.id)
  await assert.rejects(desk.add(entryOf('2'), keyed), { code: 'IDEMPOTENCY_KEY_REUSED' })
  const { id, version } = first.entry
  const change = { ...billing, idempotencyKey: 'k2' }
  const changed = await desk.change(id, { ...entryOf('1'), note: '火曜' }, version, change)
  const again = await desk.change(id, { ...entryOf('1'), note: '火曜' }, version, change)
  assert.deepEqual(again, changed)
})

test('a whole list knows who is there, keeps what is of others, and removes who is not in it', async (t) => {
  const { desk, add } = await overTerminal(t)
  const [one, two, three] = [
    await add(entryOf('1')),
    await add(entryOf('2')),
    await add(entryOf('3')),
  ]
  await desk.change(one, { owner: '総務 見本' }, null, generalAffairs)
  const rows = [
    { id: null, sent: entryOf('1', { note: '火曜' }) },
    { id: two ?? null, sent: entryOf('22') },
    { id: null, sent: entryOf('4') },
  ]
  await desk.replace(rows, desk.list(null).version, ehr)
  const forms = new Map(desk.list(null).items.map(({ entry }) => [entry.id, entry.form]))
  assert.deepEqual(forms.get(one ?? ''), { ...entryOf('1'), note: '火曜', owner: '総務 見本' })
  assert.equal(forms.get(two ?? '')?.patientNumber, '000022')
  assert.equal(forms.has(three ?? ''), false)
  assert.equal(forms.size, 3)
})

test('of a whole list every mistake is told with its row, and nothing is kept', async (t) => {
  const { desk } = await overTerminal(t)
  const rows = [
    { id: null, sent: entryOf('1') },
    { id: 'none', sent: entryOf('2') },
    { id: null, sent: entryOf('3', { contractEnd: 'soon' }) },
  ]
  const fieldsOf = async (sent: typeof rows) => {
    const fields: string[] = []
    await assert.rejects(desk.replace(sent, null, billing), (error) => {
      assert.ok(error instanceof AgentError)
      fields.push(...error.mistakes.map(({ field }) => field))
      return error.code === 'ROSTER_INVALID'
    })
    return fields
  }
  assert.deepEqual(await fieldsOf(rows), ['items[1].id', 'items[2].contractEnd'])
  const twice = [rows[0], rows[0]].flatMap((row) => row ?? [])
  assert.deepEqual(await fieldsOf(twice), ['items[1].patientNumber'])
  assert.deepEqual(desk.list(null).items, [])
})

test('an individual number in a list is told with its row; a number that a patient has is none', async (t) => {
  const { desk } = await overTerminal(t)
  const number = '123456789018'
  const rows = (over: RosterChange) => [
    { id: null, sent: entryOf('1') },
    { id: null, sent: entryOf('2', over) },
  ]
  for (const [over, field] of [
    [{ note: number }, 'items[1].note'],
    [{ patientNumber: number }, 'items[1].patientNumber'],
  ] as const)
    await assert.rejects(desk.replace(rows(over), null, billing), (error) => {
      assert.ok(error instanceof AgentError)
      assert.equal(error.code, 'INDIVIDUAL_NUMBER_REFUSED')
      assert.ok(!JSON.stringify([error.message, error.mistakes]).includes(number))
      return error.mistakes[0]?.field === field
    })
  await desk.replace(rows({ patientNumber: KNOWN_NUMBER }), null, billing)
  assert.equal(desk.list(null).items.length, 2)
})

test('nobody consents in the future, revokes before consenting, or writes a number as their name', async (t) => {
  const { desk, add, clock } = await overTerminal(t)
  const id = await add(entryOf('1', { kind: 'home-visit' }))
  const at = clock.now()
  const act = (is: 'given' | 'revoked', by: string, when: number | null) =>
    desk.consent(id, { is, by, at: when }, billing)
  await assert.rejects(act('given', '見本', at + 1), { code: 'ROSTER_INVALID' })
  await assert.rejects(act('given', '123456789018', null), { code: 'INDIVIDUAL_NUMBER_REFUSED' })
  await assert.rejects(act('given', 'a\u0007', null), { code: 'ROSTER_INVALID' })
  await act('given', ' 見本 ', at - 1_000)
  await assert.rejects(act('revoked', '見本', at - 1_001), { code: 'ROSTER_INVALID' })
  const { entry } = await act('revoked', '家族', null)
  assert.deepEqual(entry.standingConsent, {
    given: { at: at - 1_000, by: '見本' },
    revoked: { at, by: '家族' },
  })
})
