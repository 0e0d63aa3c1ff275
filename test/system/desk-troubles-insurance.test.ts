import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WorkList } from '../../agent/api/worklist.ts'
import { insurers, type Person } from '../../agent/sim/patients/case.ts'
import type { Registration } from '../../agent/sim/register.ts'
import { type Client, checked } from '../bed/client.ts'
import { faceOf } from '../bed/delivery.ts'
import { startDesks, told, toldOf } from '../bed/desks.ts'

const person = (over: Partial<Person> = {}): Person => ({
  name: '見本　資子',
  kana: 'ﾐﾎﾝ ﾓﾄｺ',
  sex: '2',
  birthdate: '19880303',
  ...over,
})
const city = { insurer: insurers.city, symbol: '架空', number: '0042010', branch: '02' }

const worklist = async (client: Client) =>
  checked(WorkList, JSON.parse((await client.get('/v1/worklist')).text)).items

test('trouble 4: 該当資格なし does not mean uninsured: staff read what to try, and the lookup that finds her ends it', async (t) => {
  const { client, register, asNarrow } = await startDesks(t)
  const ward = await asNarrow('ward')
  const card = register.enter('her', { person: person(), cover: city })
  const typed = { ...card, insuredBranchNumber: '08', patientNumber: '00060' }
  const missing = await client.ask(typed)
  assert.equal(missing.outcome, 'not-found')
  const [advice] = missing.advisories
  assert.equal(advice?.code, 'ELIGIBILITY_NOT_FOUND')
  assert.match(advice.title, /無効とは限りません/)
  assert.match(advice.action, /枝番を空にして.*登録前.*①.*②.*③/)
  assert.deepEqual(told(await ward.sees(missing.id)), ['ELIGIBILITY_NOT_FOUND official.validity'])
  const [item, ...others] = await worklist(client)
  assert.deepEqual(
    [item?.verificationId, item?.kind, others.length],
    [missing.id, 'unresolved', 0],
    'it is asked again by itself, until somebody finds her',
  )

  const { insuredBranchNumber: _, ...without } = typed
  const found = await client.ask(without)
  assert.deepEqual([found.outcome, found.results[0]?.insuredBranchNumber], ['valid', '02'])
  assert.deepEqual(await worklist(client), [])
})

test('trouble 5: 複数該当: nobody is picked of twins on one card, and the branch tells them apart', async (t) => {
  const { client, register } = await startDesks(t)
  const born = { sex: '1', birthdate: '20180606' } as const
  const twin = (name: string, kana: string, branch: string): Registration => ({
    person: { ...born, name, kana },
    cover: { ...city, number: '0042020', branch, householder: '双子　太郎' },
  })
  const one = register.enter('one', twin('双子　一太', 'ﾌﾀｺﾞ ｲﾁﾀ', '03'))
  register.enter('other', twin('双子　二太', 'ﾌﾀｺﾞ ﾆﾀ', '04'))
  const { insuredBranchNumber: _, ...without } = one
  const several = await client.ask(without)
  assert.deepEqual(
    [several.outcome, several.results, several.patient],
    ['multiple', [], null],
    'the official side says no more than that there are several',
  )
  assert.deepEqual(told(several), ['ELIGIBILITY_MULTIPLE official.validity'])
  assert.match(several.advisories[0]?.action ?? '', /枝番/)
  assert.equal((await client.ask(one)).results[0]?.name, '双子　一太')
})

test('trouble 6: a lost qualification says since when and why, and what to do in the official order', async (t) => {
  const { client, asNarrow } = await startDesks(t)
  const [ward, liaison] = [await asNarrow('ward'), await asNarrow('liaison')]
  const lost = await client.ask(faceOf('29'))
  assert.equal(lost.outcome, 'invalid')
  const [result] = lost.results
  assert.deepEqual([result?.reasonOfLoss, result?.disqualificationDate?.length], ['03', 8])
  assert.deepEqual(toldOf(lost, /^LOST|^QUALIFICATION/), [
    'LOST_TO_OTHER_INSURANCE results[0].reasonOfLoss',
  ])
  const action = lost.advisories[0]?.action ?? ''
  assert.match(action, /①.*資格確認書.*②.*旧資格情報.*③.*被保険者資格申立書.*「7」/)
  const nursing = await ward.sees(lost.id)
  assert.equal(nursing.results[0]?.disqualificationDate, result?.disqualificationDate)
  assert.deepEqual(toldOf(nursing, /^LOST/), ['LOST_TO_OTHER_INSURANCE results[0].reasonOfLoss'])

  const moved = await client.ask(faceOf('31'))
  assert.equal(moved.outcome, 'invalid-new-exists')
  assert.deepEqual(toldOf(moved, /^NEW_INSURER/), ['NEW_INSURER_EXISTS official.validity'])
  assert.equal(moved.results.length, 2, 'the old one, and the one that holds')
  const told1 = await liaison.sees(moved.id)
  assert.deepEqual(
    told1.results.map(({ insurerName }) => insurerName),
    moved.results.map(({ insurerName }) => insurerName),
  )
  assert.deepEqual(toldOf(told1, /^NEW_INSURER/), ['NEW_INSURER_EXISTS official.validity'])

  const dead = await client.ask(faceOf('27'))
  assert.deepEqual(
    dead.advisories.filter(({ severity }) => severity === 'stop').map(({ code }) => code),
    ['LOST_BY_DEATH'],
    'somebody who is dead does not stand at the desk',
  )
})

test('trouble 29: the number that was sent and the one that the official side has for the patient are two: nothing is linked', async (t) => {
  const { client, register } = await startDesks(t)
  const registration: Registration = {
    person: person(),
    cover: city,
    more: () => ({ ReferenceNumber: '00777' }),
  }
  const card = register.enter('her', registration)
  const first = await client.ask(card)
  assert.equal(first.patient?.referenceNumber, '00777', 'the link comes back with the answer')
  const wrong = await client.ask({ ...card, patientNumber: '00078' })
  assert.equal(wrong.patient, null)
  assert.deepEqual(toldOf(wrong, /^REFERENCE/), [
    'REFERENCE_NUMBER_DIFFERS results[0].referenceNumber',
  ])
  const right = await client.ask({ ...card, patientNumber: '777' })
  assert.equal(right.patient?.id, first.patient?.id)
})

test('trouble 29: a number that was given to somebody else later is not taken for the old patient’s', async (t) => {
  const { client, register, as } = await startDesks(t)
  const billing = await as('billing')
  const old = register.enter('old', { person: person(), cover: city })
  await client.ask({ ...old, patientNumber: '00090' })
  const sister = person({ name: '見本　花枝', kana: 'ﾐﾎﾝ ﾊﾅｴ', birthdate: '19920909' })
  const other = register.enter('new', { person: sister, cover: { ...city, number: '0042090' } })
  const reused = await client.ask({ ...other, patientNumber: '00090' })
  assert.deepEqual([reused.held, reused.results], [true, []])
  const { identity } = await billing.verification(reused.id)
  assert.deepEqual(identity?.differences, {
    name: { known: '見本　資子', returned: '見本　花枝' },
    nameKana: { known: 'ﾐﾎﾝ ﾓﾄｺ', returned: 'ﾐﾎﾝ ﾊﾅｴ' },
    birthdate: { known: '19880303', returned: '19920909' },
  })
})
