import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OfficialResult } from '../../../agent/kernel/official.ts'
import { officeOf, person } from './office-bed.ts'

test('what one difference kept from its patient is linked by a person: held, then released', async (t) => {
  const { read, answered, note } = await officeOf(t)
  const first = await answered(person)
  const { id, held, patient } = await answered({ ...person, birthdate: '19800503' })
  assert.deepEqual([held, patient], [false, null])
  await note(id, 'hold')
  assert.equal(read(id).held, true)
  await note(id, 'release')
  const now = read(id)
  assert.deepEqual([now.held, now.patient.id], [false, first.patient.id])
})

const known = ({ patient, held, advisories }: ReturnType<typeof JSON.parse>) => [
  patient?.id,
  held,
  advisories.filter(({ number }: { number: string }) => /^A5/.test(number)),
]

test('who was said to be the same person is not asked about again at the next visit', async (t) => {
  const { answered, note } = await officeOf(t)
  const { patient } = await answered(person)
  const corrected: OfficialResult[] = [
    { ...person, name: '見本　一郎', nameKana: 'ﾐﾎﾝ ｲﾁﾛｳ', sex1: '2' },
    { ...person, birthdate: '19800503' },
    { ...person, name: '検証　市郎', insuredIdentificationNumber: '5679' },
  ]
  for (const result of corrected) {
    const told = await answered(result)
    assert.equal(told.patient, null)
    if (!told.held) await note(told.id, 'hold')
    await note(told.id, 'release')
    assert.deepEqual(known(await answered(result)), [patient.id, false, []])
  }
})

test('a good name stays when a person says that an answer with ● is about the patient', async (t) => {
  const { read, answered, note } = await officeOf(t)
  await answered(person)
  const poor = await answered({ ...person, name: '●● 次郎', nameKana: '', birthdate: '19800503' })
  assert.equal(poor.held, true)
  await note(poor.id, 'release')
  assert.equal(read(poor.id).patient.name, '検証　一郎')
  assert.equal((await answered({ ...person, birthdate: '19800503' })).held, false)
})
