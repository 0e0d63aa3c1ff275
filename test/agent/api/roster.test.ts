import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { parseCsv } from '../../../agent/api/csv.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'
import type { Role } from '../../../agent/kernel/roles.ts'
import { problem, serve } from './served.ts'

const json = { 'content-type': 'application/json' }
const form = {
  patientNumber: '00042',
  kind: 'home-oxygen',
  name: '見本　一郎',
  birthdate: '19500502',
  cardFace: { insurerNumber: '06139992', insuredIdentificationNumber: '5678' },
  device: { name: '酸素濃縮器', contractNumber: 'K-1' },
  contractEnd: '2026-05-01',
}
const bodyOf = async (response: Response) => JSON.parse(await response.text())

/** The API with one entry, and a function that asks as a role. */
async function served(t: TestContext) {
  const { url, consumers, roster, ...rest } = await serve(t)
  const as =
    (role: Role) =>
    async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
      const name = `${role}-${Math.random()}`
      const { token } = await consumers.add({ name, role, sources: [], sink: null })
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      return fetch(`${url}/v1/roster${path}`, {
        method,
        headers: { ...json, authorization: `Bearer ${token}`, ...headers },
        ...(body !== undefined && { body: text }),
      })
    }
  const added = await as('billing')('POST', '', form)
  assert.equal(added.status, 201)
  return { ...rest, roster, as, added: await bodyOf(added) }
}

test('an entry is 201 with its ETag and how it stands; what is not known is null', async (t) => {
  const { added, as } = await served(t)
  assert.equal(added.nameKana, null)
  assert.deepEqual(added.cardFace, {
    ...form.cardFace,
    insuredCardSymbol: null,
    insuredBranchNumber: null,
  })
  assert.deepEqual(added.eligibility, { state: 'unconfirmed', verificationId: null, at: null })
  assert.equal(added.statusColour, 'yellow')
  assert.equal(added.contractNotice, 30)
  const found = await as('billing')('GET', '/e1')
  assert.equal(found.headers.get('etag'), `"${added.version}"`)
  assert.deepEqual(await bodyOf(found), added)
})

test('a list is of a month, for who is unconfirmed too, and is audited before it leaves', async (t) => {
  const { as, roster, audit } = await served(t)
  const billing = as('billing')
  await billing('POST', '', { ...form, patientNumber: '7' })
  roster.eligibility.set('e1', { state: 'confirmed', verificationId: 'v1', at: 1 })
  const numbers = async (query: string) =>
    (await bodyOf(await billing('GET', query))).items.map(
      (one: { patientNumber: string; month: string }) => `${one.patientNumber} ${one.month}`,
    )
  assert.deepEqual(await numbers('?month=2026-03'), ['00042 2026-03', '7 2026-03'])
  assert.deepEqual(await numbers('?list=unconfirmed'), ['7 2026-04'])
  assert.match(audit.reads.at(-1) ?? '', / roster 2026-04 e2\.\.e2$/)
  assert.equal((await billing('GET', '?month=2026-13')).status, 400)
  audit.refuse = new AgentError('AUDIT_UNAVAILABLE', 'no disk')
  for (const path of ['', '/e1'])
    assert.equal((await problem(await billing('GET', path)))['code'], 'AUDIT_UNAVAILABLE')
})

test('a list says which fields the caller sees and may change, also when nobody is on it', async (t) => {
  const { as } = await served(t)
  const fields = async (role: Role) => {
    const { seen, editable } = await bodyOf(await as(role)('GET', '?month=2026-03'))
    return { seen, editable }
  }
  const contract = ['device.contractNumber', 'device.supplier', 'contractEnd', 'owner']
  const affairs = await fields('general-affairs')
  assert.deepEqual(affairs.editable, contract)
  assert.ok(affairs.seen.includes('patientNumber') && !affairs.seen.includes('name'))
  assert.deepEqual((await fields('ward')).editable, [])
  const reception = await fields('reception')
  assert.ok(reception.editable.includes('cardFace.insurerNumber'))
  for (const path of contract) assert.ok(!reception.editable.includes(path), path)
})

test('general affairs learns neither name nor eligibility, not by the list that it asks for either', async (t) => {
  const { as } = await served(t)
  const one = await as('general-affairs')('GET', '/e1')
  const text = await one.text()
  assert.doesNotMatch(text, /見本|19500502|06139992|unconfirmed|酸素|UNCONFIRMED/)
  assert.match(text, /K-1/)
  const refused = await as('general-affairs')('GET', '?list=unconfirmed')
  assert.equal((await problem(refused))['code'], 'FORBIDDEN')
  const ward = await bodyOf(await as('ward')('GET', '?list=unconfirmed'))
  assert.deepEqual(ward.items, [
    { id: 'e1', patientNumber: '00042', name: '見本　一郎', month: '2026-04', needsCheck: true },
  ])
})

test('who changes an entry says which one was read, by its ETag', async (t) => {
  const { as, roster, added } = await served(t)
  const put = as('general-affairs')
  const body = { contractEnd: '2027-05-01' }
  const none = await problem(await put('PUT', '/e1', body))
  assert.deepEqual([none['status'], none['code']], [400, 'REQUEST_INVALID'])
  const foreign = await problem(await put('PUT', '/e1', body, { 'if-match': 'W/"abc"' }))
  assert.deepEqual([foreign['status'], foreign['code']], [412, 'ROSTER_CHANGED'])
  const tag = `"${added.version}"`
  const changed = await put('PUT', '/e1', body, { 'if-match': tag, 'idempotency-key': 'k1' })
  assert.equal(changed.status, 200)
  const write = roster.writes.at(-1)
  assert.deepEqual(
    [write?.what, write?.sent, write?.by.consumer.role, write?.by.idempotencyKey],
    [`change ${added.version}`, body, 'general-affairs', 'k1'],
  )
  assert.equal((await put('PUT', '/e1', body, { 'if-match': '*' })).status, 200)
  assert.equal(roster.writes.at(-1)?.what, 'change null')
  roster.refuse = new AgentError('ROSTER_CHANGED', 'it was changed')
  assert.equal((await put('PUT', '/e1', body, { 'if-match': tag })).status, 412)
})

test('what does not fit is refused with its own code, and nothing is written', async (t) => {
  const { as, roster } = await served(t)
  const billing = as('billing')
  const before = roster.writes.length
  for (const over of [{ kind: 'other' }, { name: 1 }, { statusColour: 'green' }, { device: 'x' }])
    assert.equal(
      (await problem(await billing('POST', '', { ...form, ...over })))['code'],
      'ROSTER_INVALID',
    )
  assert.equal((await billing('GET', '/none')).status, 404)
  assert.equal((await billing('DELETE', '/none')).status, 404)
  for (const at of ['yesterday', '2026-04-01', '2026-13-01T00:00:00+09:00'])
    assert.equal((await billing('POST', '/e1/consent', { by: '見本', at })).status, 400)
  assert.equal((await billing('POST', '/e1/consent', { by: ' ' })).status, 400)
  assert.equal(roster.writes.length, before)
})

test('consent and its revocation say who, and since when', async (t) => {
  const { as, roster } = await served(t)
  const at = '2026-04-01T10:00:00+09:00'
  await as('billing')('POST', '/e1/consent', { by: '見本', at })
  assert.deepEqual(roster.writes.at(-1)?.sent, { is: 'given', by: '見本', at: Date.parse(at) })
  await as('ehr')('POST', '/e1/consent/revocation', { by: '家族' })
  assert.deepEqual(roster.writes.at(-1)?.sent, { is: 'revoked', by: '家族', at: null })
  await as('billing')('DELETE', '/e1')
  assert.equal(roster.writes.at(-1)?.what, 'remove e1')
})

const csv = { 'content-type': 'text/csv; charset=utf-8' }
const file = { accept: 'text/csv' }

test('the list goes to Excel and comes back as it was', async (t) => {
  const { as, roster, added } = await served(t)
  const billing = as('billing')
  const response = await billing('GET', '', undefined, file)
  assert.equal(response.headers.get('content-type'), 'text/csv; charset=utf-8')
  const bytes = Buffer.from(await response.arrayBuffer())
  assert.match(bytes.toString(), /"患者番号".*"在宅酸素","見本　一郎"/s)
  const tag = response.headers.get('etag') ?? ''
  const back = await billing('PUT', '', bytes.toString(), { ...csv, 'if-match': tag })
  assert.equal(back.status, 200, await back.clone().text())
  const write = roster.writes.at(-1)
  assert.deepEqual(
    [write?.what, write?.sent],
    [`replace ${added.version}`, [{ id: 'e1', sent: form }]],
  )
})

test('a file has the columns that a role sees, and no others', async (t) => {
  const { as } = await served(t)
  const heads = async (role: Role) => {
    const text = await (await as(role)('GET', '', undefined, file)).text()
    return text.split('\r\n')[0] ?? ''
  }
  const contract = await heads('general-affairs')
  assert.match(contract, /契約番号.*契約の期限.*状態/)
  assert.doesNotMatch(contract, /氏名|保険者番号|資格|機器/)
  assert.doesNotMatch(await heads('ehr'), /契約/)
  assert.match(await heads('ward'), /患者番号.*氏名.*要確認/)
})

test('mistakes of a file are told by row and column', async (t) => {
  const { as, roster } = await served(t)
  const put = (body: string, headers: Record<string, string> = {}) =>
    as('billing')('PUT', '', body, { ...csv, 'if-match': '*', ...headers })
  const unknown = await problem(await put('患者番号,種類\n1,在宅\n'))
  assert.equal(unknown['code'], 'CSV_INVALID')
  assert.match(JSON.stringify(unknown), /rows\[2\]\.kind/)
  roster.refuse = new AgentError('ROSTER_INVALID', '1 field', {
    mistakes: [
      { field: 'items[1].cardFace.insurerNumber', title: '桁数', detail: '6 or 8 digits' },
      { field: 'items[0].elsewhere', title: 'x', detail: 'y' },
    ],
  })
  const said = await problem(await put('患者番号,種類\n1,在宅酸素\n2,monthly\n'))
  assert.deepEqual(said['mistakes'], [
    {
      field: 'rows[3].insurerNumber',
      title: '3行目「保険者番号」：桁数',
      detail: 'row 3, column insurerNumber: 6 or 8 digits',
    },
    { field: 'items[0].elsewhere', title: 'x', detail: 'y' },
  ])
  assert.equal((await put('{}', json)).status, 415)
  const elsewhere = await as('billing')('POST', '', 'a,b', csv)
  assert.equal((await problem(elsewhere))['code'], 'MEDIA_TYPE_REFUSED')
})

test('a formula in a name is no formula in the file', async (t) => {
  const { as } = await served(t)
  await as('billing')('POST', '', { ...form, patientNumber: '8', name: '=1+1' })
  const bytes = Buffer.from(await (await as('billing')('GET', '', undefined, file)).arrayBuffer())
  assert.match(bytes.toString(), /"'=1\+1"/)
  assert.throws(() => parseCsv(bytes, [{ name: 'name', title: '氏名' }]), { code: 'CSV_INVALID' })
})
