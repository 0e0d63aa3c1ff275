import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OrcaSimulator } from '../../../../agent/sim/orca/server.ts'
import { get, handClock, KYOKAI, lock, newRow, open, result, step } from './bed.ts'
import { listAt, type Tree, textAt, treeAt } from './client.ts'

const HANAKO_ID = '00002'

const violations = (orca: OrcaSimulator) => orca.stats().violations.map(({ kind }) => kind)

/** The rows of an answer, with what they are called by. */
const rows = (answer: Tree) =>
  listAt(answer, 'HealthInsurance_Information', 'HealthInsurance_Info').map((row) => [
    row['InsuranceProvider_Mode'] ?? '',
    row['InsuranceProvider_Id'],
    row['InsuranceProvider_Class'],
  ])

const messages = (answer: Tree) =>
  listAt(answer, 'Patient_Message_Information', 'Patient_Message_Info').map(
    (one) => one['Patient_Result'],
  )

test('00 reads without a lock, and what is not there is E10', async (t) => {
  const orca = await open(t)
  const answer = await step(orca, '00')
  assert.equal(result(answer), '000')
  assert.equal(textAt(answer, 'Response_Number'), '00')
  assert.equal(textAt(answer, 'Orca_Uid'), '')
  assert.deepEqual(rows(answer), [['', '0000000001', '060']])
  assert.equal(result(await step(orca, '00', {}, '77')), 'E10')
  assert.deepEqual(orca.stats().locks, [])
})

test('read, submit and confirm change insurance, and the lock is given back', async (t) => {
  const clock = handClock()
  const orca = await open(t, { now: clock.now })
  const answer = await step(orca, '01')
  assert.equal(textAt(answer, 'Response_Number'), '02')
  const Orca_Uid = textAt(answer, 'Orca_Uid')
  const [row] = listAt(answer, 'HealthInsurance_Information', 'HealthInsurance_Info')
  clock.advance(1000)
  const ended = { ...row, InsuranceProvider_Mode: 'Modify', Certificate_ExpiredDate: '2026-03-31' }
  const added = { InsuranceProvider_Mode: 'New', InsuranceProvider_Id: '0', ...KYOKAI }
  const submission = {
    Orca_Uid,
    HealthInsurance_Information: { HealthInsurance_Info: [added, ended] },
    PublicInsurance_Information: {
      PublicInsurance_Info: [
        {
          PublicInsurance_Mode: 'New',
          PublicInsurance_Id: '0',
          PublicInsurer_Number: '54136015',
          PublicInsuredPerson_Number: '1234566',
        },
      ],
    },
  }
  const staged = await step(orca, '02', submission)
  assert.equal(result(staged), '000')
  assert.equal(textAt(staged, 'Response_Number'), '03')
  assert.deepEqual(rows(staged), [
    ['New', '0000000000', '009'],
    ['Modify', '0000000001', '060'],
  ])
  assert.equal(orca.patient('00001')?.HealthInsurance_Info.length, 1)
  clock.advance(500)
  const confirmed = await step(orca, '03', {
    Orca_Uid,
    HealthInsurance_Information: treeAt(staged, 'HealthInsurance_Information'),
    PublicInsurance_Information: treeAt(staged, 'PublicInsurance_Information'),
  })
  assert.equal(result(confirmed), '000')
  assert.equal(textAt(confirmed, 'Response_Number'), '00')
  assert.deepEqual(
    orca
      .patient('00001')
      ?.HealthInsurance_Info.map((one) => [
        one.InsuranceProvider_Id,
        one.InsuranceProvider_Class,
        one.HealthInsuredPerson_Branch_Number,
        one.Certificate_ExpiredDate,
      ]),
    [
      ['0000000001', '060', '', '2026-03-31'],
      ['0000000002', '009', '01', '9999-12-31'],
    ],
  )
  const { locks, longestHeldMs } = orca.stats()
  assert.equal(longestHeldMs, 1500)
  assert.deepEqual(
    locks.map(({ Patient_ID, Karte_Uid, ending, heldMs, isOpen }) => [
      Patient_ID,
      Karte_Uid,
      ending,
      heldMs,
      isOpen,
    ]),
    [['00001', 'karte-1', 'confirmed', 1500, false]],
  )
  assert.deepEqual(violations(orca), [])
  const read = await get(orca, '1')
  assert.equal(listAt(read, 'Patient_Information', 'HealthInsurance_Information').length, 3)
})

test('a row that is not submitted stays, and Delete takes only its own', async (t) => {
  const orca = await open(t)
  const first = await lock(orca, HANAKO_ID)
  await step(orca, '02', { Orca_Uid: first, ...newRow() }, HANAKO_ID)
  assert.equal(result(await step(orca, '03', { Orca_Uid: first, ...newRow() }, HANAKO_ID)), '000')
  const second = await lock(orca, HANAKO_ID)
  const public12 = {
    PublicInsurance_Information: {
      PublicInsurance_Info: [
        { PublicInsurance_Mode: 'New', PublicInsurance_Id: '0', PublicInsurer_Number: '12131234' },
      ],
    },
  }
  await step(orca, '02', { Orca_Uid: second, ...public12 }, HANAKO_ID)
  await step(orca, '03', { Orca_Uid: second, ...public12 }, HANAKO_ID)
  assert.equal(orca.patient(HANAKO_ID)?.HealthInsurance_Info.length, 1)
  const third = await lock(orca, HANAKO_ID)
  const gone = {
    HealthInsurance_Information: {
      HealthInsurance_Info: [
        { InsuranceProvider_Mode: 'Delete', InsuranceProvider_Id: '0000000001' },
      ],
    },
  }
  assert.deepEqual(rows(await step(orca, '02', { Orca_Uid: third, ...gone }, HANAKO_ID)), [
    ['Delete', '0000000001', '009'],
  ])
  assert.equal(result(await step(orca, '03', { Orca_Uid: third, ...gone }, HANAKO_ID)), '000')
  assert.equal(orca.patient(HANAKO_ID)?.HealthInsurance_Info.length, 0)
  assert.equal(orca.patient(HANAKO_ID)?.PublicInsurance_Info.length, 1)
})

test('an error in the contents is E50, says why, and takes a better one', async (t) => {
  const orca = await open(t)
  const Orca_Uid = await lock(orca, HANAKO_ID)
  const submit = (row: Tree) => step(orca, '02', { Orca_Uid, ...newRow(row) }, HANAKO_ID)
  const cases: readonly (readonly [string, Tree])[] = [
    ['0058', { ...KYOKAI, Certificate_ExpiredDate: '2026-03-31' }],
    ['S032', { ...KYOKAI, HealthInsuredPerson_Symbol: '12' }],
    ['S033', { ...KYOKAI, HealthInsuredPerson_Number: '345' }],
    ['H001', { ...KYOKAI, InsuranceProvider_Number: '013200' + '279' }],
    ['H006', { ...KYOKAI, RelationToInsuredPerson: '' }],
    ['H004', { ...KYOKAI, InsuranceProvider_Number: '39322011' }],
    ['R002', { ...KYOKAI, InsuranceProvider_Id: '0000000009' }],
    ['R001', { ...KYOKAI, InsuranceProvider_Mode: 'Modify', InsuranceProvider_Id: '9' }],
    ['R003', { ...KYOKAI, InsuranceProvider_Mode: 'Change' }],
  ]
  for (const [expected, row] of cases) {
    const answer = await submit(row)
    assert.equal(result(answer), 'E50', expected)
    assert.equal(textAt(answer, 'Response_Number'), '02')
    assert.deepEqual(messages(answer), [expected])
  }
  assert.equal(result(await submit(KYOKAI)), '000')
  assert.deepEqual(violations(orca), [])
})

test('a period that overlaps another insurance is refused', async (t) => {
  const orca = await open(t)
  const Orca_Uid = await lock(orca)
  const answer = await step(orca, '02', { Orca_Uid, ...newRow() })
  assert.equal(result(answer), 'E50')
  assert.deepEqual(messages(answer), ['P021'])
})

test('a class that is changed by the number is W00 with a warning', async (t) => {
  const orca = await open(t)
  const Orca_Uid = await lock(orca, HANAKO_ID)
  const row = newRow({ ...KYOKAI, InsuranceProvider_Class: '006' })
  const answer = await step(orca, '02', { Orca_Uid, ...row }, HANAKO_ID)
  assert.equal(result(answer), 'W00')
  assert.equal(listAt(answer, 'Patient_Warning_Information', 'Patient_Warning_Info').length, 1)
  assert.equal(result(await step(orca, '03', { Orca_Uid, ...row }, HANAKO_ID)), 'W00')
  assert.equal(orca.patient(HANAKO_ID)?.HealthInsurance_Info[0]?.InsuranceProvider_Class, '009')
})

test('an assistance that the class does not have is replaced, with a warning', async (t) => {
  const orca = await open(t)
  const Orca_Uid = await lock(orca, HANAKO_ID)
  const submit = (HealthInsuredPerson_Assistance: string, InsuranceProvider_Number: string) =>
    step(
      orca,
      '02',
      {
        Orca_Uid,
        ...newRow({
          InsuranceProvider_Number,
          HealthInsuredPerson_Assistance,
          RelationToInsuredPerson: '1',
        }),
      },
      HANAKO_ID,
    )
  const warned = await submit('9', '138057')
  assert.equal(result(warned), 'W00')
  const [row] = listAt(warned, 'HealthInsurance_Information', 'HealthInsurance_Info')
  assert.equal(row?.['HealthInsuredPerson_Assistance'], '3')
  assert.equal(row?.['HealthInsuredPerson_Assistance_Name'], '３割')
  await step(orca, '99', { Orca_Uid }, HANAKO_ID)
  const again = await lock(orca, HANAKO_ID)
  const two = newRow({
    InsuranceProvider_Number: '39322011',
    HealthInsuredPerson_Assistance: '2',
    RelationToInsuredPerson: '1',
  })
  const kept = await step(orca, '02', { Orca_Uid: again, ...two }, HANAKO_ID)
  assert.equal(result(kept), '000')
})

test('03 without the rows of 02 registers nothing, unless that is excused', async (t) => {
  const orca = await open(t)
  const Orca_Uid = await lock(orca, HANAKO_ID)
  await step(orca, '02', { Orca_Uid, ...newRow() }, HANAKO_ID)
  const answer = await step(orca, '03', { Orca_Uid }, HANAKO_ID)
  assert.equal(result(answer), 'E50')
  assert.deepEqual(messages(answer), ['R004'])
  const mild = await open(t, { confirmNeedsRows: false })
  const uid = await lock(mild, HANAKO_ID)
  await step(mild, '02', { Orca_Uid: uid, ...newRow() }, HANAKO_ID)
  assert.equal(result(await step(mild, '03', { Orca_Uid: uid }, HANAKO_ID)), '000')
})

const QUESTIONS = [
  { Patient_Select: 'K910', Patient_Select_Message: '質問１' },
  { Patient_Select: 'K911', Patient_Select_Message: '質問２' },
]

test('questions are asked one after another until all are answered with Ok', async (t) => {
  const orca = await open(t)
  orca.behave({ mode: 'ask', times: 1, questions: QUESTIONS })
  const Orca_Uid = await lock(orca, HANAKO_ID)
  const say = (number: string, more: Tree = {}) =>
    step(orca, number, { Orca_Uid, ...more, ...newRow() }, HANAKO_ID)
  await say('02')
  const first = await say('03')
  assert.equal(result(first), 'S20')
  assert.equal(textAt(first, 'Response_Number'), '03')
  assert.deepEqual(treeAt(first, 'Patient_Select_Information'), QUESTIONS[0])
  assert.equal(result(await say('03')), 'S20')
  const second = await say('03', { Select_Answer: 'Ok' })
  assert.deepEqual(treeAt(second, 'Patient_Select_Information'), QUESTIONS[1])
  const other = { Select_Answer: 'Ok', Patient_Select_Information: { Patient_Select: 'K910' } }
  assert.equal(result(await say('03', other)), 'S20')
  assert.equal(orca.patient(HANAKO_ID)?.HealthInsurance_Info.length, 0)
  assert.equal(result(await say('03', { Select_Answer: 'Ok' })), '000')
  assert.equal(orca.patient(HANAKO_ID)?.HealthInsurance_Info.length, 1)
})

test('a question that is answered with Ng registers nothing and keeps the lock', async (t) => {
  const orca = await open(t)
  orca.behave({ mode: 'ask', times: 1 })
  const Orca_Uid = await lock(orca, HANAKO_ID)
  const say = (number: string, more: Tree = {}) =>
    step(orca, number, { Orca_Uid, ...more, ...newRow() }, HANAKO_ID)
  await say('02')
  assert.equal(result(await say('03')), 'S20')
  const answer = await say('03', { Select_Answer: 'Ng' })
  assert.equal(result(answer), 'E50')
  assert.deepEqual(messages(answer), ['R005'])
  assert.equal(orca.patient(HANAKO_ID)?.HealthInsurance_Info.length, 0)
  assert.equal(orca.stats().locks[0]?.isOpen, true)
})
