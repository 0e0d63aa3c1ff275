import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { cardKeyOf, personOf } from '../../../agent/eligibility/person.ts'
import type { CardFace } from '../../../agent/kernel/card-face.ts'
import type { OfficialResult } from '../../../agent/kernel/official.ts'
import type { Outcome, Verification } from '../../../agent/kernel/verification.ts'
import { end, judged, open, question, scratch, verification } from './fixtures.ts'

const ichiro: OfficialResult = {
  insurerNumber: '  138057',
  insuredCardSymbol: '１２・３４',
  insuredIdentificationNumber: '0056',
  insuredBranchNumber: '01',
  name: '見本　一郎',
  nameKana: 'ﾐﾎﾝ ｲﾁﾛｳ',
  birthdate: '19800502',
  sex1: '1',
}
const face: CardFace = {
  insurerNumber: '138057',
  insuredCardSymbol: '12・34',
  insuredIdentificationNumber: '56',
  birthdate: '19800502',
}
const at = Date.parse('2026-04-01T09:30:02+09:00')

async function deskOf(t: TestContext) {
  const store = await open(scratch(t))
  t.after(() => store.close())
  const put = async (
    outcome: Outcome,
    typed: CardFace | null,
    results: readonly OfficialResult[] = [],
  ): Promise<Verification> => {
    const { id } = await store.accept(question())
    await store.end(
      judged(
        store,
        end(id, {
          at,
          verification: verification(id, outcome),
          numbers: { asked: typed?.patientNumber ?? null, returned: null },
          subject: personOf(results),
          card: typed && cardKeyOf(typed),
        }),
      ),
    )
    const item = store.find(id)
    assert.ok(item instanceof Uint8Array)
    return JSON.parse(Buffer.from(item).toString()).verification
  }
  return { store, put }
}

test('a patient who is known by number is shown with the last verification and its date, never as valid', async (t) => {
  const { put } = await deskOf(t)
  const numbered = { ...face, patientNumber: '00042' }
  const known = await put('valid', numbered, [ichiro])
  assert.equal(known.lastKnown, null, 'an answer needs no earlier one')
  const offline = await put('offline', numbered)
  assert.deepEqual(offline.lastKnown, {
    id: known.id,
    at: '2026-04-01T09:30:02+09:00',
    outcome: 'valid',
  })
  assert.deepEqual([offline.outcome, offline.results], ['offline', []])
  assert.equal((await put('failed', numbered)).lastKnown, null, 'only where nobody could be asked')
})

test('the newest verification that was decided counts, whatever it said', async (t) => {
  const { put } = await deskOf(t)
  const numbered = { ...face, patientNumber: '00042' }
  await put('valid', numbered, [ichiro])
  const ended = await put('invalid', numbered, [ichiro])
  await put('failed', numbered)
  await put('pending', numbered)
  await put('offline', numbered)
  const { lastKnown } = await put('offline', numbered)
  assert.deepEqual([lastKnown?.id, lastKnown?.outcome], [ended.id, 'invalid'])
})

test('a patient is known by the card, in any width and with or without branch', async (t) => {
  const { put } = await deskOf(t)
  const { id } = await put('valid', face, [ichiro])
  for (const typed of [
    face,
    { ...face, insurerNumber: '00138057', insuredCardSymbol: '１２・３４' },
    { ...face, insuredIdentificationNumber: '００５６', insuredBranchNumber: '01' },
    { ...face, patientNumber: 'nobody has this number' },
  ])
    assert.equal((await put('offline', typed)).lastKnown?.id, id, JSON.stringify(typed))
  for (const typed of [
    { ...face, birthdate: '19800503' },
    { ...face, insuredBranchNumber: '02' },
    { ...face, insuredIdentificationNumber: '5' },
    { ...face, insuredIdentificationNumber: '567' },
    { ...face, insuredCardSymbol: '12' },
    { ...face, insurerNumber: '138058' },
  ])
    assert.equal((await put('offline', typed)).lastKnown, null, JSON.stringify(typed))
})

test('two who could be meant are nobody: twins on one card, a number and a card of two people', async (t) => {
  const { put } = await deskOf(t)
  const twin = { ...ichiro, insuredBranchNumber: '02', name: '見本　二郎', nameKana: 'ﾐﾎﾝ ｼﾞﾛｳ' }
  const one = await put('valid', { ...face, patientNumber: '00042' }, [ichiro])
  const other = await put('valid', { ...face, patientNumber: '00043' }, [twin])
  assert.equal((await put('offline', face)).lastKnown, null)
  const branched = { ...face, insuredBranchNumber: '02' }
  assert.equal((await put('offline', branched)).lastKnown?.id, other.id)
  const numbered = { ...face, patientNumber: '00042' }
  assert.equal((await put('offline', numbered)).lastKnown?.id, one.id)
  assert.equal((await put('offline', { ...branched, patientNumber: '00042' })).lastKnown, null)
  const wrongDay = { ...numbered, birthdate: '19800503' }
  assert.equal((await put('offline', wrongDay)).lastKnown, null, 'the number is another person’s')
  assert.equal((await put('offline', null)).lastKnown, null)
})
