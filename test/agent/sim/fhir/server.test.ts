import assert from 'node:assert/strict'
import { test } from 'node:test'
import { at, CHART, coverage, insurer, issuesOf, MEMBER, openBed, patient } from './bed.ts'

const member = (branch = '01') =>
  encodeURIComponent(`${MEMBER}|06139992:１２・３４:５６７８:${branch}`)

test('what was created is read back with its version', async (context) => {
  const { ask, patientId } = await openBed(context)
  const created = await ask('POST', 'Coverage', coverage(patientId))
  assert.equal(created.status, 201)
  assert.equal(created.headers.get('etag'), 'W/"1"')
  const id = at(created.json, 'id')
  assert.match(
    created.headers.get('location') ?? '',
    new RegExp(`/fhir/Coverage/${id}/_history/1$`),
  )
  const read = await ask('GET', `Coverage/${id}`)
  assert.equal(read.status, 200)
  assert.equal(at(read.json, 'meta', 'versionId'), '1')
  assert.equal(at(read.json, 'dependent'), '01')
  assert.deepEqual(read.json, created.json)
  assert.equal((await ask('GET', `Coverage/${id}/_history/1`)).status, 200)
  assert.equal((await ask('GET', `Coverage/${id}/_history/2`)).status, 404)
  assert.equal((await ask('GET', 'Coverage/nobody')).status, 404)
})

test('a search finds by identifier, by beneficiary, and by both', async (context) => {
  const { ask, patientId } = await openBed(context)
  await ask('POST', 'Coverage', coverage(patientId, '01'))
  await ask('POST', 'Coverage', coverage(patientId, '02'))
  const total = async (query: string) => at((await ask('GET', query)).json, 'total')
  assert.equal(await total(`Coverage?identifier=${member('02')}`), 1)
  assert.equal(await total(`Coverage?identifier=${member('03')}`), 0)
  assert.equal(await total(`Coverage?identifier=${member('01')},${member('02')}`), 2)
  assert.equal(await total(`Coverage?beneficiary=Patient/${patientId}`), 2)
  assert.equal(await total(`Coverage?patient=${patientId}&identifier=${member('01')}`), 1)
  assert.equal(await total(`Coverage?patient=${patientId}&status=cancelled`), 0)
  assert.equal(await total(`Patient?identifier=${encodeURIComponent(CHART)}|00042`), 1)
  assert.equal(await total('Patient?identifier=00042'), 1)
  const form = await ask('POST', 'Coverage/_search', `identifier=${member('01')}`, {
    'content-type': 'application/x-www-form-urlencoded',
  })
  assert.equal(at(form.json, 'entry', 0, 'search', 'mode'), 'match')
})

test('an identifier that holds commas is found when they are escaped', async (context) => {
  const { ask, patientId } = await openBed(context)
  const system = 'http://jpfhir.jp/fhir/core/IdSystem/JP_Coverage_id'
  const value = '"06139992","１２・３４","５６７８","01"'
  const good = { ...coverage(patientId), identifier: [{ system, value }] }
  assert.equal((await ask('POST', 'Coverage', good)).status, 201)
  const query = new URLSearchParams({ identifier: `${system}|${value.replaceAll(',', '\\,')}` })
  assert.equal(at((await ask('GET', `Coverage?${query}`)).json, 'total'), 1)
})

test('a misspelt parameter is an error only for who asks for strict handling', async (context) => {
  const { ask } = await openBed(context)
  const lenient = await ask('GET', 'Patient?identifyer=x')
  assert.equal(at(lenient.json, 'total'), 1)
  assert.doesNotMatch(String(at(lenient.json, 'link', 0, 'url')), /identifyer/)
  const strict = await ask('GET', 'Patient?identifyer=x', undefined, { prefer: 'handling=strict' })
  assert.equal(strict.status, 400)
})

test('a conditional create makes one, finds it again, and refuses to choose', async (context) => {
  const { ask, ehr, patientId } = await openBed(context)
  const post = () =>
    ask('POST', 'Coverage', coverage(patientId), { 'if-none-exist': `identifier=${member()}` })
  const first = await post()
  assert.equal(first.status, 201)
  const again = await post()
  assert.equal(again.status, 200)
  assert.equal(at(again.json, 'id'), at(first.json, 'id'))
  await ask('POST', 'Coverage', coverage(patientId))
  assert.equal((await post()).status, 412)
  const { created, found, duplicates } = ehr.stats()
  assert.deepEqual([created, found], [2, 1])
  assert.deepEqual(
    [duplicates.length, duplicates[0]?.system, duplicates[0]?.ids.length],
    [1, MEMBER, 2],
  )
})

test('a conditional update creates, then updates', async (context) => {
  const { ask, ehr, patientId } = await openBed(context)
  const put = (status: string) =>
    ask('PUT', `Coverage?identifier=${member()}`, { ...coverage(patientId), status })
  assert.equal((await put('active')).status, 201)
  const updated = await put('cancelled')
  assert.equal(updated.status, 200)
  assert.equal(updated.headers.get('etag'), 'W/"2"')
  assert.equal((await put('cancelled')).headers.get('etag'), 'W/"3"')
  const { created, updated: count, updatedAlike } = ehr.stats()
  assert.deepEqual([created, count, updatedAlike], [1, 2, 1])
  assert.deepEqual(ehr.stats().duplicates, [])
  const nothing = await ask('PUT', 'Coverage', coverage(patientId))
  assert.equal(nothing.status, 412)
})

test('an update with a stale version is refused, one with the current is done', async (context) => {
  const { ask, patientId } = await openBed(context)
  const created = await ask('POST', 'Coverage', coverage(patientId))
  const id = at(created.json, 'id')
  const put = (version: number) =>
    ask('PUT', `Coverage/${id}`, { ...coverage(patientId), id }, { 'if-match': `W/"${version}"` })
  assert.equal((await put(1)).status, 200)
  assert.equal((await put(1)).status, 412)
  assert.equal((await put(2)).headers.get('etag'), 'W/"3"')
  const other = await ask('PUT', `Coverage/${id}`, { ...coverage(patientId), id: 'other' })
  assert.equal(other.status, 400)
})

test('an update of what is not there is refused, unless updates create', async (context) => {
  const one = await openBed(context)
  const body = { ...insurer(), id: 'hoken-1' }
  assert.equal((await one.ask('PUT', 'Organization/hoken-1', body)).status, 405)
  const other = await openBed(context, { updateCreates: true })
  const created = await other.ask('PUT', 'Organization/hoken-1', body)
  assert.equal(created.status, 201)
  assert.equal(at(created.json, 'id'), 'hoken-1')
})

test('two conditional creates in the window both create, and it is counted', async (context) => {
  const { ask, ehr, patientId } = await openBed(context, { raceMs: 100 })
  const post = () =>
    ask('POST', 'Coverage', coverage(patientId), { 'if-none-exist': `identifier=${member()}` })
  const answers = await Promise.all([post(), post()])
  assert.deepEqual(
    answers.map(({ status }) => status),
    [201, 201],
  )
  assert.equal(ehr.stats().duplicates[0]?.ids.length, 2)
})

test('of two updates in the window the later one is a conflict', async (context) => {
  const { ask, patientId } = await openBed(context, { raceMs: 100 })
  const created = await ask('POST', 'Coverage', coverage(patientId))
  const id = at(created.json, 'id')
  const put = () => ask('PUT', `Coverage/${id}`, { ...coverage(patientId), id })
  const statuses = (await Promise.all([put(), put()])).map(({ status }) => status)
  assert.deepEqual(statuses.sort(), [200, 409])
})

test('the answer to a write is as long as the client prefers', async (context) => {
  const { ask, patientId } = await openBed(context)
  const post = (prefer: string) => ask('POST', 'Coverage', coverage(patientId), { prefer })
  assert.equal((await post('return=minimal')).json, undefined)
  assert.equal(at((await post('return=representation')).json, 'resourceType'), 'Coverage')
  const outcome = await post('return=OperationOutcome; handling=strict')
  assert.equal(at(outcome.json, 'resourceType'), 'OperationOutcome')
})

test('who has no token is refused, and nothing is done', async (context) => {
  const { ask, ehr } = await openBed(context, { token: 'long-secret' })
  for (const authorization of ['', 'Bearer wrong', 'Basic long-secret', 'long-secret']) {
    const refused = await ask('POST', 'Patient', patient('1'), { authorization })
    assert.equal(refused.status, 401)
    assert.equal(refused.headers.get('www-authenticate'), 'Bearer')
    assert.deepEqual(issuesOf(refused.json), ['login'])
  }
  const good = await ask('POST', 'Patient', patient('1'), { authorization: 'Bearer long-secret' })
  assert.equal(good.status, 201)
  assert.equal(ehr.stats().resources['Patient'], 2)
})

test('a clinic may let nobody write its patients', async (context) => {
  const { ask, patientId } = await openBed(context, { patientReadOnly: true })
  assert.equal((await ask('POST', 'Patient', patient('1'))).status, 403)
  const put = await ask('PUT', `Patient/${patientId}`, { ...patient(), id: patientId })
  assert.equal(put.status, 403)
  assert.equal((await ask('GET', `Patient/${patientId}`)).status, 200)
  assert.equal((await ask('POST', 'Coverage', coverage(patientId))).status, 201)
})

test('other types, methods and media types are refused', async (context) => {
  const { ask, patientId } = await openBed(context)
  const status = async (...asked: Parameters<typeof ask>) => (await ask(...asked)).status
  assert.equal(await status('GET', 'Observation'), 404)
  assert.equal(await status('DELETE', `Patient/${patientId}`), 405)
  assert.equal(await status('GET', 'metadata'), 200)
  assert.equal(await status('GET', 'Patient', undefined, { accept: 'application/xml' }), 406)
  const body = coverage(patientId)
  for (const type of [
    'application/json',
    'application/fhir+xml',
    'application/fhir+json; charset=shift_jis',
  ])
    assert.equal(await status('POST', 'Coverage', body, { 'content-type': type }), 415, type)
  const charset = { 'content-type': 'application/fhir+json; charset=UTF-8; fhirVersion=4.0' }
  assert.equal(await status('POST', 'Coverage', body, charset), 201)
  assert.equal(await status('POST', 'Coverage', '{'), 400)
})

test('a path that is none is not found, and the next request is answered', async (context) => {
  const { ask, ehr } = await openBed(context)
  assert.equal((await fetch(`${new URL(ehr.url).origin}//`)).status, 404)
  assert.equal((await ask('GET', 'metadata')).status, 200)
})

test('the capabilities name what it does', async (context) => {
  const { ask } = await openBed(context, { patientReadOnly: true })
  const { json } = await ask('GET', 'metadata')
  assert.equal(at(json, 'fhirVersion'), '4.0.1')
  const resources = at(json, 'rest', 0, 'resource')
  assert.ok(Array.isArray(resources))
  const [first] = resources
  assert.equal(at(first, 'type'), 'Patient')
  assert.equal(at(first, 'conditionalCreate'), false)
})
