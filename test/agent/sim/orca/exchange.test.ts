import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { call, open, step } from './bed.ts'
import { parsed, type Tree, textAt } from './client.ts'

const FOLDER = join(import.meta.dirname, '../../../fixtures/orca')
const read = (name: string) => readFileSync(join(FOLDER, name), 'utf8')

/** The Orca_Uid that stands in the files for the one that a lock gets. */
const ORCA_UID = 'c0ffee00-1111-4222-8333-444455556666'
const KARTE_UID = '6f1c2f1e-2b7a-4f0e-9d35-0f2f5a3c7e10'

const PATIENTS = [
  {
    Patient_ID: '1',
    WholeName: '試験　太郎',
    WholeName_inKana: 'シケン　タロウ',
    BirthDate: '1970-01-01',
    Sex: '1',
    HouseHolder_WholeName: '試験　太郎',
    Relationship: '本人',
    Home_Address_Information: {
      Address_ZipCode: '1000001',
      WholeAddress1: '東京都千代田区千代田',
      WholeAddress2: '１－１',
      PhoneNumber1: '03-0000-0001',
    },
    HealthInsurance_Info: [
      {
        InsuranceProvider_Class: '060',
        InsuranceProvider_Number: '138057',
        HealthInsuredPerson_Symbol: '０１',
        HealthInsuredPerson_Number: '１２３４５６７',
        HealthInsuredPerson_Assistance: '3',
        HealthInsuredPerson_WholeName: '試験　太郎',
        Certificate_StartDate: '2020-04-01',
        Certificate_CheckDate: '2026-03-02',
      },
    ],
    PublicInsurance_Info: [
      {
        PublicInsurance_Class: '054',
        PublicInsurer_Number: '54136015',
        PublicInsuredPerson_Number: '1234566',
        Certificate_IssuedDate: '2025-10-01',
        Certificate_ExpiredDate: '2026-09-30',
      },
    ],
  },
  {
    Patient_ID: '2',
    WholeName: '試験　花子',
    WholeName_inKana: 'シケン　ハナコ',
    BirthDate: '1985-05-05',
    Sex: '2',
  },
]

/** Requests in their order: the path, what is sent, and what must come back. */
const EXCHANGES = [
  ['/api01rv2/patientgetv2?id=1', undefined, 'patientgetv2.res.xml'],
  ['/api01rv2/patientgetv2?id=99', undefined, 'patientgetv2-10.res.xml'],
  ['/orca12/patientmodv2?class=01', 'patientmodv2-01.req.xml', 'patientmodv2-01-k1.res.xml'],
  ['/orca12/patientmodv2?class=04', 'patientmodv2-04.req.xml', 'patientmodv2-04.res.xml'],
  ['/orca12/patientmodv2?class=04', 'patientmodv2-04.req.xml', 'patientmodv2-04-62.res.xml'],
  ['/orca12/patientmodv32', 'patientmodv32-01.req.xml', 'patientmodv32-01.res.xml'],
  ['/orca12/patientmodv32', 'patientmodv32-01-e90.req.xml', 'patientmodv32-01-e90.res.xml'],
  ['/orca12/patientmodv2?class=02', 'patientmodv2-02.req.xml', 'patientmodv2-02-90.res.xml'],
  ['/orca12/patientmodv32', 'patientmodv32-02-e50.req.xml', 'patientmodv32-02-e50.res.xml'],
  ['/orca12/patientmodv32', 'patientmodv32-02.req.xml', 'patientmodv32-02.res.xml'],
  ['/orca12/patientmodv32', 'patientmodv32-03.req.xml', 'patientmodv32-03-s20.res.xml'],
  ['/orca12/patientmodv32', 'patientmodv32-03-answer.req.xml', 'patientmodv32-03.res.xml'],
  ['/orca12/patientmodv32', 'patientmodv32-00.req.xml', 'patientmodv32-00.res.xml'],
] as const

const uidOf = (answer: string) => /<Orca_Uid type="string">([^<]+)</.exec(answer)?.[1] ?? ''

test('each example exchange is answered to the letter', async (t) => {
  const orca = await open(t, { patients: PATIENTS, lastNumber: 99_999 })
  orca.behave({ mode: 'ask', times: 1 })
  let uid = ''
  const ask = async (path: string, file: string | undefined) => {
    const body = file === undefined ? undefined : read(file).replaceAll(ORCA_UID, uid || ORCA_UID)
    const { text } = await call(
      orca,
      path,
      body === undefined
        ? {}
        : { method: 'POST', headers: { 'content-type': 'application/xml' }, body },
    )
    if (uid === '') uid = uidOf(text)
    return uid === '' ? text : text.replaceAll(uid, ORCA_UID)
  }
  for (const [path, sent, expected] of EXCHANGES)
    assert.equal(await ask(path, sent), read(expected), expected)
  uid = textAt(await step(orca, '01', { Karte_Uid: KARTE_UID }), 'Orca_Uid')
  assert.equal(
    await ask('/orca12/patientmodv32', 'patientmodv32-99.req.xml'),
    read('patientmodv32-99.res.xml'),
  )
})

/** '' is a text, an object a record, a list of one object a list. */
interface Skeleton {
  readonly [name: string]: '' | Skeleton | readonly [Skeleton]
}

const isOne = (value: Skeleton[string]): value is readonly [Skeleton] => Array.isArray(value)
const isMany = (value: Tree[string]): value is readonly Tree[] => Array.isArray(value)

/** What is not as published within this value, or that it is of another kind. */
const inside = (value: Tree[string], known: Skeleton[string], here: string): string[] => {
  if (known === '') return typeof value === 'string' ? [] : [`${here} is no text`]
  if (isOne(known))
    return typeof value !== 'string' && isMany(value)
      ? value.flatMap((one) => strangers(one, known[0], here))
      : [`${here} is no list`]
  return typeof value === 'string' || isMany(value)
    ? [`${here} is no record`]
    : strangers(value, known, here)
}

/** What of this record is not published, or not in this place. */
const strangers = (tree: Tree, skeleton: Skeleton, path: string): string[] => {
  const order = Object.keys(skeleton)
  const places = Object.keys(tree).map((name) => order.indexOf(name))
  return Object.entries(tree).flatMap(([name, value], at) => {
    const here = `${path}/${name}`
    const known = skeleton[name]
    if (known === undefined) return [`${here} is not published`]
    const isLate = places.slice(0, at).some((place) => place > (places[at] ?? 0))
    return [...(isLate ? [`${here} is out of order`] : []), ...inside(value, known, here)]
  })
}

const fields: Readonly<Record<string, Skeleton>> = JSON.parse(read('fields.json'))

const strangersIn = (xml: string): string[] =>
  Object.entries(parsed(xml)).flatMap(([root, tree]) => {
    const known = fields[root]
    assert.ok(known !== undefined && typeof tree !== 'string' && !isMany(tree), root)
    return strangers(tree, known, root)
  })

test('every example holds published fields only, in their order', () => {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.xml'))
  assert.ok(files.length > 20)
  for (const name of files) assert.deepEqual(strangersIn(read(name)), [], name)
})

test('a planted field, a planted kind and a planted swap are found', () => {
  const good = read('patientmodv32-02.res.xml')
  const planted = (from: string, to: string) => {
    const changed = good.replace(from, to)
    assert.notEqual(changed, good)
    return strangersIn(changed)
  }
  assert.deepEqual(planted('<Sex type="string">1</Sex>', '<Gender type="string">1</Gender>'), [
    'patientmodv3res2/Patient_Information/Gender is not published',
  ])
  assert.deepEqual(
    planted('<Sex type="string">1</Sex>', '<Sex type="record"><A type="string">1</A></Sex>'),
    ['patientmodv3res2/Patient_Information/Sex is no text'],
  )
  assert.equal(
    planted(
      '<BirthDate type="string">1970-01-01</BirthDate>\n      <Sex type="string">1</Sex>',
      '<Sex type="string">1</Sex><BirthDate type="string">1970-01-01</BirthDate>',
    ).length,
    1,
  )
})

test('an example that no exchange uses does not lie around', () => {
  const used = new Set<string>(
    EXCHANGES.flatMap(([, sent, expected]) => (sent === undefined ? [expected] : [sent, expected])),
  )
  const lying = readdirSync(FOLDER).filter((name) => !used.has(name))
  assert.deepEqual(lying.sort(), [
    'fields.json',
    'patientmodv32-99.req.xml',
    'patientmodv32-99.res.xml',
  ])
})
