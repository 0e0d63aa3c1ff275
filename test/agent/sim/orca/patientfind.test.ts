import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OrcaSimulator } from '../../../../agent/sim/orca/server.ts'
import { HANAKO, open, post, result, TARO } from './bed.ts'
import { listAt, type Tree, textAt } from './client.ts'

const find = (orca: OrcaSimulator, patientlst3req: Tree, kind = '01') =>
  post(orca, `/api01rv2/patientlst3v2?class=${kind}`, { patientlst3req })

const idsOf = (answer: Tree) =>
  listAt(answer, 'Patient_Information').flatMap(({ Patient_ID }) => Patient_ID ?? [])

test('patients are found by the beginning of a name or of its kana, as the page shows them', async (t) => {
  const orca = await open(t)
  const all = await find(orca, { WholeName: '試験' })
  assert.equal(result(all), '00')
  assert.equal(textAt(all, 'Target_Patient_Count'), '003')
  assert.deepEqual(idsOf(all), ['00001', '00002', '00003'])
  const [hanako] = listAt(await find(orca, { WholeName: 'シケン　ハナコ' }), 'Patient_Information')
  assert.equal(hanako?.['WholeName'], HANAKO.WholeName)
  assert.equal(hanako?.['BirthDate'], HANAKO.BirthDate)
})

test('a birth date and a sex narrow it down, and nobody is 20', async (t) => {
  const orca = await open(t)
  const born = (from: string, to: string, more: Tree = {}) =>
    find(orca, { WholeName: '試験', Birth_StartDate: from, Birth_EndDate: to, ...more })
  assert.deepEqual(idsOf(await born('1970-01-01', '')), [TARO.Patient_ID])
  assert.deepEqual(idsOf(await born('1970-01-02', '1990-10-10')), ['00002', '00003'])
  assert.deepEqual(idsOf(await born('1970-01-02', '1990-10-10', { Sex: '2' })), ['00002'])
  assert.equal(result(await born('1970-01-02', '1970-01-02')), '20')
  assert.equal(result(await find(orca, { WholeName: '試験', InOut: '1' })), '20')
})

test('a search that is wrong has the code of the page, and a hundred are too many', async (t) => {
  const orca = await open(t)
  const WholeName = '試験'
  for (const [wrong, code] of [
    [{ WholeName: ' ' }, '17'],
    [{ WholeName, Birth_StartDate: '1970-02-30' }, '11'],
    [{ WholeName, Birth_StartDate: '1970-01-01', Birth_EndDate: '1970-02-30' }, '12'],
    [{ WholeName, Birth_EndDate: '1970-01-01' }, '13'],
    [{ WholeName, Birth_StartDate: '1970-01-02', Birth_EndDate: '1970-01-01' }, '14'],
    [{ WholeName, Sex: '3' }, '15'],
    [{ WholeName, InOut: '3' }, '16'],
    [{ WholeName, Fuzzy: '1' }, '97'],
  ] as const)
    assert.equal(result(await find(orca, wrong)), code, JSON.stringify(wrong))
  assert.equal(result(await find(orca, { WholeName }, '02')), '91')
  orca.seed(
    Array.from({ length: 100 }, (_, at) => ({
      ...TARO,
      Patient_ID: String(at + 1).padStart(5, '0'),
    })),
  )
  assert.equal(result(await find(orca, { WholeName })), '21')
})
