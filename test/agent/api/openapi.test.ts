import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiDocument } from '../../../agent/api/document.ts'
import { conditions } from '../../../agent/kernel/conditions.ts'
import { serve } from './served.ts'

const routes = [
  'POST /v1/verifications',
  'POST /v1/card-faces/check',
  'GET /v1/verifications',
  'POST /v1/verifications/{id}/recheck',
  'GET /v1/verifications/{id}',
  'GET /v1/patients/{patientNumber}/verifications/latest',
  'GET /v1/verifications/{id}/message',
  'GET /v1/verifications/{id}/claim-form',
  'GET /v1/digest',
  'POST /v1/verifications/{id}/notes',
  'POST /v1/batches',
  'GET /v1/batches/{id}',
  'POST /v1/reference-numbers',
  'GET /v1/reference-numbers/{id}',
  'GET /v1/events',
  'GET /v1/presentations',
  'POST /v1/presentations/{id}/confirmation',
  'GET /v1/readers',
  'GET /v1/lines',
  'GET /v1/terminal',
  'GET /v1/lines/{name}/report',
  'GET /v1/lines/{name}/quality',
  'POST /v1/lines/{name}/use',
  'POST /v1/lines/{name}/release',
  'POST /v1/offline-intakes',
  'GET /v1/offline-intakes',
  'GET /v1/offline-intakes/{id}',
  'POST /v1/offline-intakes/{id}/closing',
  'GET /v1/worklist',
  'GET /v1/handovers',
  'GET /v1/roster',
  'POST /v1/roster',
  'PUT /v1/roster',
  'GET /v1/roster/{id}',
  'PUT /v1/roster/{id}',
  'DELETE /v1/roster/{id}',
  'POST /v1/roster/{id}/consent',
  'POST /v1/roster/{id}/consent/revocation',
  'GET /v1/outages',
  'GET /v1/deliveries',
  'POST /v1/deliveries/{id}/retry',
  'POST /v1/deliveries/{id}/drop',
  'GET /v1/comparisons',
  'PUT /v1/appointments/{day}',
  'GET /v1/appointments/{day}',
  'GET /v1/jobs',
  'POST /v1/jobs/{name}/runs',
  'GET /metrics',
  'GET /ca.crt',
  'GET /livez',
  'GET /readyz',
  'GET /health',
  'GET /openapi.json',
]

/** Every `$ref` in a document. */
const refsIn = (value: unknown): string[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, part]) =>
        key === '$ref' ? [String(part)] : refsIn(part),
      )

const documented = async (t: Parameters<typeof serve>[0]) => {
  const served = await serve(t)
  return { ...served, document: JSON.parse(await (await served.call('/openapi.json')).text()) }
}

test('every route is in the document, once, under a name of its own', async (t) => {
  const { document } = await documented(t)
  const operations = Object.entries<Record<string, { operationId: string }>>(
    document.paths,
  ).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => ({
      route: `${method.toUpperCase()} ${path}`,
      operationId,
    })),
  )
  assert.deepEqual(operations.map(({ route }) => route).sort(), [...routes].sort())
  assert.equal(new Set(operations.map(({ operationId }) => operationId)).size, routes.length)
})

test('the document is OpenAPI 3.1 whose references all lead somewhere', async (t) => {
  const { document } = await documented(t)
  assert.equal(document.openapi, '3.1.0')
  assert.equal(document.info.version, '0.1.0')
  const refs = refsIn(document)
  assert.ok(refs.length > 20)
  for (const ref of refs) {
    const name = /^#\/components\/schemas\/(\w+)$/.exec(ref)?.[1] ?? ''
    assert.ok(Object.hasOwn(document.components.schemas, name), ref)
  }
  for (const [path, methods] of Object.entries<
    Record<string, { parameters?: { name: string; in: string }[]; responses: object }>
  >(document.paths)) {
    for (const { parameters = [], responses } of Object.values(methods)) {
      const inPath = parameters.filter((one) => one.in === 'path').map(({ name }) => `{${name}}`)
      assert.deepEqual(inPath, path.match(/\{\w+\}/g) ?? [])
      assert.ok('default' in responses)
    }
  }
})

test('what the document says of a limit is what the route checks', async (t) => {
  const { document, call } = await documented(t)
  const { parameters } = document.paths['/v1/events'].get
  const { schema } = parameters.find(({ name }: { name: string }) => name === 'limit')
  assert.deepEqual([schema.minimum, schema.maximum], [1, 500])
  assert.equal((await call(`/v1/events?limit=${schema.maximum}`)).status, 200)
  assert.equal((await call(`/v1/events?limit=${schema.maximum + 1}`)).status, 400)
})

test('the official fields stand in the document with their Japanese names', async (t) => {
  const { document } = await documented(t)
  const { OfficialResult, CardFace } = document.components.schemas
  assert.equal(OfficialResult.properties.insurerNumber.description, '保険者番号')
  assert.deepEqual(CardFace.required, ['insurerNumber', 'insuredIdentificationNumber', 'birthdate'])
  assert.equal(CardFace.additionalProperties, false)
})

test('the document says when the answers are invented, and else nothing of it', async (t) => {
  const { document } = await documented(t)
  assert.equal('x-simulator' in document.info, false)
  const simulated = await serve(t)
  const [code, subject] = ['SIMULATOR_IN_USE', 'gateway'] as const
  simulated.health.shows.push({ code, subject, since: 0, facts: {}, ...conditions[code] })
  const { info } = JSON.parse(await (await simulated.call('/openapi.json')).text())
  assert.equal(info['x-simulator'], true)
})

test('the document is the same without an agent that runs', async (t) => {
  const { document } = await documented(t)
  assert.deepEqual(JSON.parse(JSON.stringify(await apiDocument('0.1.0'))), document)
})

test('files that a route takes or gives stand beside its JSON', async (t) => {
  const { document } = await documented(t)
  const mediaOf = (of: { content: object }) => Object.keys(of.content)
  const { put, get } = document.paths['/v1/appointments/{day}']
  assert.deepEqual(mediaOf(put.requestBody), ['application/json', 'text/csv'])
  assert.match(put.requestBody.description, /patientNumber \(患者番号\)/)
  assert.deepEqual(mediaOf(get.responses['200']), ['application/json', 'text/csv'])
  const roster = document.paths['/v1/roster']
  assert.deepEqual(mediaOf(roster.put.requestBody), ['text/csv'])
  assert.deepEqual(mediaOf(roster.get.responses['200']), ['application/json', 'text/csv'])
  const digest = document.paths['/v1/digest'].get.responses['200']
  assert.deepEqual(mediaOf(digest), ['application/json', 'text/csv', 'text/html'])
})
