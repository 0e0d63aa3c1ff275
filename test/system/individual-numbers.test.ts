import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { openDatabase } from '../../agent/store/database.ts'
import { encodeCp932 } from '../../agent/xmlmsg/cp932.ts'
import { startBed } from '../bed/agent.ts'
import { individualNumbersIn } from '../bed/individual-numbers.ts'
import { canaryFace } from '../bed/refusals.ts'
import { storedValues, unsealed } from '../bed/unsealed.ts'

/** With a right check digit, and nobody's. */
const NUMBER = '123456789018'
const wide = (text: string) =>
  text.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0))
/** As people write it, and as somebody would who wants it taken. */
const FORMS = [
  NUMBER,
  wide(NUMBER),
  '1234 5678 9018',
  '1234-5678-9018',
  wide('1234　5678　9018'),
  `個人番号は${NUMBER}です`,
]

test('the scan finds one in every form, in pages and in messages, and takes no other number for one', () => {
  const cp932 = encodeCp932(wide(NUMBER))
  assert.ok(typeof cp932 !== 'number')
  const scanned = [...FORMS.map((form) => Buffer.from(`x "${form}" y`)), Buffer.from(cp932)]
  for (const [at, bytes] of scanned.entries())
    assert.deepEqual(individualNumbersIn(new Map([['file', bytes]])), ['file'], `form ${at}`)
  const others = [
    '123456789012',
    `0${NUMBER}`,
    `019d4657-0000-7010-8e42-${NUMBER}`,
    `ab${NUMBER}`,
    '1775000000000',
  ]
  const clean = new Map([['file', Buffer.from(others.join(' '))]])
  assert.deepEqual(individualNumbersIn(clean), [])
})

test('after a hostile day no 個人番号 is anywhere in the store', async (t) => {
  const bed = await startBed(t)
  const { client, agent, state } = bed
  const asked = await client.ask({ ...canaryFace })
  const person = { name: '見本', birthdate: '19800502', sex: '1', address: '東京都' }
  const { id: intake } = JSON.parse((await client.post('/v1/offline-intakes', person)).text)
  const put = (path: string, body: unknown) =>
    client.send(path, {
      method: 'PUT',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    })

  const statuses: number[] = []
  for (const form of FORMS) {
    const hostile = [
      ...Object.keys(canaryFace).map((field) =>
        client.post('/v1/verifications', { ...canaryFace, [field]: form }),
      ),
      client.post('/v1/verifications', { ...canaryFace, limitConsent: { by: form } }),
      client.post(`/v1/verifications/${asked.id}/notes`, { kind: 'referral', by: form, text: 'x' }),
      client.post(`/v1/verifications/${asked.id}/notes`, { kind: 'closing', by: 'x', text: form }),
      ...Object.keys(person).map((field) =>
        client.post('/v1/offline-intakes', { ...person, [field]: form }),
      ),
      client.post(`/v1/offline-intakes/${intake}/closing`, { by: form }),
      client.post(`/v1/offline-intakes/${intake}/closing`, { by: 'x', text: form }),
      put('/v1/appointments/2026-04-02', { items: [{ patientNumber: form }] }),
      put('/v1/appointments/2026-04-02', { items: [{ patientNumber: '1', name: form }] }),
      client.post('/v1/roster', { patientNumber: form, kind: 'home-oxygen' }),
      client.post('/v1/roster', { patientNumber: '1', kind: 'home-oxygen', name: form }),
      client.post('/v1/roster', { patientNumber: '2', kind: 'home-oxygen', note: form }),
      client.get(`/v1/patients/${encodeURIComponent(form)}/verifications/latest`),
      client.get(`/v1/verifications/${encodeURIComponent(form)}`),
    ]
    for (const reply of await Promise.all(hostile)) statuses.push(reply.status)
  }
  // A key is a program's own word and is taken; what is kept of it is a hash.
  const keyed = await client.post('/v1/verifications', canaryFace, { 'idempotency-key': NUMBER })
  assert.equal(keyed.status, 201)
  const named = await bed.cli('consumer', 'add', NUMBER, '--role', 'ehr')
  assert.notEqual(named.code, 0)
  const staff = await bed.cli('staff', 'add', wide(NUMBER), '--role', 'it')
  assert.notEqual(staff.code, 0)
  const taken = statuses.filter((status) => status < 300).length
  assert.equal(taken, 0, `${taken} of ${statuses.length} were taken`)
  await agent.stop()

  const path = join(state, 'agent.db')
  const key = Buffer.from(bed.storeKey, 'hex')
  const everything = () => new Map([...unsealed(path, key), ...storedValues(path, key)])
  assert.ok(everything().size > 100)
  assert.deepEqual(individualNumbersIn(everything()), [])
  const db = openDatabase(path, key, 'read-write')
  db.prepare("INSERT INTO meta (key, value) VALUES ('planted', ?)").run(wide(NUMBER))
  db.close()
  const [found] = individualNumbersIn(everything())
  assert.match(found ?? '', /^meta\.value/, 'one that is there is found')
})
