import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { seenBy } from '../../../agent/api/appointments.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { type Role, roleNames } from '../../../agent/kernel/roles.ts'
import { appointment } from '../../fakes/appointments.ts'
import { face, problem, serve } from './served.ts'

const PATH = '/v1/appointments/2026-04-02'
const csv = { 'content-type': 'text/csv; charset=utf-8' }

const servedTo = async (t: TestContext, role: Role) => {
  const served = await serve(t)
  const { token } = await served.consumers.add({ name: role, role, sources: [], sink: null })
  const authorization = `Bearer ${token}`
  return {
    ...served,
    get: (path = PATH, headers = {}) =>
      served.call(path, { headers: { authorization, ...headers } }),
    put: (body: string | Buffer, headers = {}, path = PATH) =>
      served.call(path, {
        method: 'PUT',
        body,
        headers: { authorization, 'content-type': 'application/json', ...headers },
      }),
  }
}
const bodyOf = async (response: Response) => JSON.parse(await response.text())

test('a list is replaced as JSON, and the answer counts', async (t) => {
  const { put, appointments } = await servedTo(t, 'receipt-computer')
  const items = [{ time: '09:30', patientNumber: '00042', cardFace: face }, {}]
  const response = await put(JSON.stringify({ items }))
  assert.equal(response.status, 200)
  assert.deepEqual(await bodyOf(response), { added: 2, kept: 0, cancelled: 0 })
  const [replaced] = appointments.replaced
  assert.deepEqual([replaced?.day, replaced?.source, replaced?.items], ['2026-04-02', 'api', items])
  await put(JSON.stringify({ items: [] }), {}, `${PATH}?source=orca`)
  assert.equal(appointments.replaced[1]?.source, 'orca')
})

test('a CSV file of Excel is read: titles, times without a zero, dates with strokes', async (t) => {
  const { put, appointments } = await servedTo(t, 'receipt-computer')
  const file = [
    '予約時刻,患者番号,保険者番号,記号,番号,枝番,生年月日',
    '9:30:00,\t00042,06139992,１２,5678,01,1980/5/2',
    ',00043,,,,,',
    '10:00,,06139992,,1,,',
  ].join('\r\n')
  assert.equal((await put(file, csv)).status, 200)
  const [replaced] = appointments.replaced
  assert.equal(replaced?.source, 'csv')
  assert.deepEqual(replaced?.items, [
    {
      time: '09:30',
      patientNumber: '00042',
      cardFace: {
        insurerNumber: '06139992',
        insuredCardSymbol: '１２',
        insuredIdentificationNumber: '5678',
        insuredBranchNumber: '01',
        birthdate: '19800502',
      },
    },
    { patientNumber: '00043' },
    {
      time: '10:00',
      cardFace: { insurerNumber: '06139992', insuredIdentificationNumber: '1', birthdate: '' },
    },
  ])
})

test('what a file has wrong is told by row and column, and nothing is kept', async (t) => {
  const { put, appointments } = await servedTo(t, 'receipt-computer')
  const said = await problem(await put(`time,patientNumber\n25:00,${'1'.repeat(51)}`, csv))
  assert.deepEqual([said['status'], said['code']], [422, 'CSV_INVALID'])
  assert.ok(Array.isArray(said['mistakes']))
  assert.deepEqual(
    said['mistakes'].map(({ field }) => field),
    ['rows[2].time', 'rows[2].patientNumber'],
  )
  assert.equal(appointments.replaced.length, 0)
})

test('a file is taken where a route takes one, and nowhere else', async (t) => {
  const { call } = await serve(t)
  const response = await call('/v1/verifications', { method: 'POST', body: 'a,b', headers: csv })
  assert.equal((await problem(response))['code'], 'MEDIA_TYPE_REFUSED')
})

test('what cannot be a list is refused with its fields', async (t) => {
  const { put, appointments } = await servedTo(t, 'billing')
  for (const [body, field] of [
    [{ items: [{ time: '9:30' }] }, 'items[0].time'],
    [{ items: [{ name: 'x' }] }, 'items[0].name'],
    [
      { items: [{ cardFace: { insurerNumber: '1' } }] },
      'items[0].cardFace.insuredIdentificationNumber',
    ],
  ] as const) {
    const said = await problem(await put(JSON.stringify(body)))
    assert.equal(said['code'], 'REQUEST_INVALID')
    assert.ok(Array.isArray(said['mistakes']))
    assert.equal(said['mistakes'][0]?.field, field)
  }
  const many = { items: Array.from({ length: 1_001 }, () => ({})) }
  assert.equal((await problem(await put(JSON.stringify(many))))['code'], 'REQUEST_INVALID')
  for (const day of ['2026-02-30', '20260402', '2026-13-01'])
    assert.equal(
      (await problem(await put('{"items":[]}', {}, `/v1/appointments/${day}`)))['code'],
      'REQUEST_INVALID',
    )
  appointments.refuse = new AgentError('INDIVIDUAL_NUMBER_REFUSED', 'items[0].patientNumber')
  assert.equal((await problem(await put('{"items":[]}')))['code'], 'INDIVIDUAL_NUMBER_REFUSED')
})

test('the list shows everybody, the morning list only whom somebody should look at', async (t) => {
  const { get, appointments, audit } = await servedTo(t, 'billing')
  assert.deepEqual(await bodyOf(await get()), { day: '2026-04-02', items: [] })
  assert.deepEqual(audit.reads, [])
  const statuses = ['ok', 'changed', 'invalid', 'unknown', 'waiting', 'not-checkable'] as const
  appointments.appointments = statuses.map((status, at) => appointment({ id: `a${at}`, status }))
  const all = await bodyOf(await get())
  assert.deepEqual(all.items[0], { ...appointment({ id: 'a0' }), needsCheck: false })
  assert.equal(all.items.length, 6)
  const morning = await bodyOf(await get(`${PATH}?list=morning`))
  assert.deepEqual(
    morning.items.map((one: { status: string }) => one.status),
    statuses.slice(1),
  )
  assert.deepEqual(audit.reads, [
    'billing appointments 2026-04-02',
    'billing appointments 2026-04-02',
  ])
  audit.refuse = new AgentError('AUDIT_UNAVAILABLE', 'no disk')
  assert.equal((await problem(await get()))['code'], 'AUDIT_UNAVAILABLE')
})

test('Excel gets Japanese words, zeros that stay, and no card number', async (t) => {
  const { get, appointments } = await servedTo(t, 'billing')
  appointments.appointments = [
    appointment({ cardFace: face, status: 'changed', changes: ['insurerNumber', 'address'] }),
    appointment({ time: '10:00', patientNumber: '=1+1', status: 'unknown', reason: 'not-found' }),
  ]
  const response = await get(PATH, { accept: 'text/csv' })
  assert.equal(response.headers.get('content-type'), 'text/csv; charset=utf-8')
  assert.match(response.headers.get('content-disposition') ?? '', /appointments-2026-04-02\.csv/)
  const text = Buffer.from(await response.arrayBuffer()).toString()
  const [head, first, second] = text.replace('\ufeff', '').split('\r\n')
  assert.equal(
    head,
    '"予約時刻","患者番号","要確認","状態","理由","変わった項目","確認日時","照会ID"',
  )
  assert.match(first ?? '', /^"09:30","\t00042","要確認","有効（変更あり）","","保険者、住所",/)
  assert.match(second ?? '', /^"10:00","'=1\+1","要確認","不明","該当なし。/)
  assert.ok(!text.includes(face.insurerNumber))
})

test('what a later check refuses in a file is told by its row and column', async (t) => {
  const { put, appointments } = await servedTo(t, 'billing')
  const about = { title: '個人番号', detail: 'looks like one' }
  appointments.refuse = new AgentError('INDIVIDUAL_NUMBER_REFUSED', 'items[1]', {
    mistakes: [
      { field: 'items[1].patientNumber', ...about },
      { field: 'items[0].cardFace.insuredIdentificationNumber', ...about },
    ],
  })
  const fieldsOf = async (response: Promise<Response>) =>
    JSON.stringify((await problem(await response))['mistakes'])
  const inFile = await fieldsOf(put('患者番号,番号\n1,2\n3,4\n', csv))
  assert.match(inFile, /"rows\[3\]\.patientNumber".*"rows\[2\]\.insuredIdentificationNumber"/)
  assert.match(await fieldsOf(put('{"items":[]}')), /"items\[1\]\.patientNumber"/)
})

test('ward and after-hours see when who comes and whether something is to be cleared up, no more', async (t) => {
  const listed = [appointment({ cardFace: face, status: 'invalid', reason: 'invalid' })]
  for (const role of ['ward', 'after-hours'] as const) {
    assert.deepEqual(seenBy(role, listed), [
      { time: '09:30', patientNumber: '00042', needsCheck: true },
    ])
  }
  const { get, appointments } = await servedTo(t, 'ward')
  appointments.appointments = listed
  const csvOfWard = await (await get(PATH, { accept: 'text/csv' })).text()
  assert.equal(csvOfWard.split('\r\n')[0], '"予約時刻","患者番号","要確認"')
  const full = roleNames.filter((role) => 'status' in (seenBy(role, listed)[0] ?? {}))
  assert.deepEqual(full, ['receipt-computer', 'ehr', 'billing', 'reception', 'remote-billing'])
})

test('liaison, general affairs, IT and vendors see no appointments', async (t) => {
  for (const role of ['liaison', 'general-affairs', 'it', 'vendor'] as const) {
    const { get } = await servedTo(t, role)
    assert.equal((await problem(await get()))['code'], 'FORBIDDEN')
  }
})
