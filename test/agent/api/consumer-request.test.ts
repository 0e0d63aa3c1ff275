import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newConsumerIn, shownConsumer, shownNew } from '../../../agent/api/consumer-request.ts'
import type { ConsumerListing } from '../../../agent/kernel/consumer.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { roleNames } from '../../../agent/kernel/roles.ts'

const CANARY = 'CANARY-7f3a'
const orca = {
  kind: 'orca',
  url: 'http://127.0.0.1:8000',
  user: 'ormaster',
  secrets: { password: CANARY },
}
const fhir = { kind: 'fhir', url: 'https://ehr.example/fhir', secrets: { token: CANARY } }
const webhook = { kind: 'webhook', url: 'https://ehr.example/hook' }
const folder = { kind: 'face-folder', folder: '/srv/face' }
const every = { orca, fhir, webhook, folder }

/** The fields that are wrong; throws where nothing is, and where a value is repeated. */
function wrongIn(body: unknown): string[] {
  try {
    newConsumerIn(body)
  } catch (error) {
    if (!(error instanceof AgentError)) throw error
    assert.equal(error.code, 'REQUEST_INVALID')
    const said = JSON.stringify([error.message, error.facts, error.mistakes, String(error.cause)])
    assert.doesNotMatch(said, /CANARY/, 'a value is repeated')
    for (const { title, detail } of error.mistakes) {
      assert.match(title, /[ぁ-んァ-ヶ一-龠]/)
      assert.ok(detail.length > 0)
    }
    return error.mistakes.map(({ field }) => field)
  }
  throw new Error(`it was taken: ${JSON.stringify(body)}`)
}

test('what is left out has its default, and nothing of what was asked is changed', () => {
  const body = { name: ' 電子カルテ ', role: 'ehr' }
  assert.deepEqual(newConsumerIn(body), {
    name: '電子カルテ',
    role: 'ehr',
    sources: [],
    sink: null,
  })
  assert.deepEqual(body, { name: ' 電子カルテ ', role: 'ehr' })
  const sinkOf = (sink: object) => newConsumerIn({ name: 'x', role: 'ehr', sink }).sink
  assert.deepEqual(sinkOf(folder), { ...folder, limit: 500 })
  assert.deepEqual(sinkOf(orca), { ...orca, write: [] })
  assert.deepEqual(sinkOf(fhir), { ...fhir, writePatient: false, eligibilityResponse: false })
})

test('each mistake is named by its field, and no value is repeated, as it may be a secret', () => {
  const head = { name: 'x', role: 'ehr' }
  const cases: readonly (readonly [unknown, string])[] = [
    [null, ''],
    [CANARY, ''],
    [[], ''],
    [{ role: 'ehr' }, 'name'],
    [{ ...head, name: `${CANARY}/` }, 'name'],
    [{ ...head, name: `電子カルテ（${CANARY}）` }, 'name'],
    [{ ...head, name: `-${CANARY}` }, 'name'],
    [{ ...head, name: 'x'.repeat(64) }, 'name'],
    [{ ...head, role: CANARY }, 'role'],
    [{ ...head, sources: CANARY }, 'sources'],
    [{ ...head, sources: [CANARY] }, 'sources'],
    [{ ...head, sources: ['10.0.0.0/64'] }, 'sources'],
    [{ ...head, token: CANARY }, 'token'],
    [{ ...head, [`${CANARY} ${CANARY}`]: 1 }, '?'],
    [{ ...head, sink: CANARY }, 'sink.kind'],
    [{ ...head, sink: {} }, 'sink.kind'],
    [{ ...head, sink: { kind: CANARY } }, 'sink.kind'],
    [{ ...head, sink: { kind: 'constructor' } }, 'sink.kind'],
    [{ ...head, sink: { ...folder, folder: CANARY } }, 'sink.folder'],
    [{ ...head, sink: { ...folder, limit: 0 } }, 'sink.limit'],
    [{ ...head, sink: { ...folder, limit: CANARY } }, 'sink.limit'],
    [{ ...head, sink: { ...folder, charset: CANARY } }, 'sink.charset'],
    [{ ...head, sink: { ...folder, secrets: { password: CANARY } } }, 'sink.secrets'],
    [{ ...head, sink: { kind: 'orca', url: orca.url, user: 'x' } }, 'sink.secrets'],
    [{ ...head, sink: { ...orca, secrets: {} } }, 'sink.secrets.password'],
    [{ ...head, sink: { ...orca, secrets: { password: [CANARY] } } }, 'sink.secrets.password'],
    [{ ...head, sink: { ...orca, password: CANARY } }, 'sink.password'],
    [{ ...head, sink: { ...orca, user: `a:${CANARY}` } }, 'sink.user'],
    [{ ...head, sink: { ...orca, write: [CANARY] } }, 'sink.write[0]'],
    [{ ...head, sink: { ...orca, url: `http://u:${CANARY}@h/` } }, 'sink.url'],
    [{ ...head, sink: { ...fhir, url: `ftp://${CANARY}` } }, 'sink.url'],
    [{ ...head, sink: { ...fhir, url: `https://h/?token=${CANARY}` } }, 'sink.url'],
    [{ ...head, sink: { ...fhir, secrets: { password: CANARY } } }, 'sink.secrets.password'],
    [{ ...head, sink: { ...webhook, payload: CANARY } }, 'sink.payload'],
    [{ ...head, sink: { ...webhook, secrets: CANARY } }, 'sink.secrets'],
    [{ ...head, sink: { ...webhook, secrets: { key: CANARY.repeat(10) } } }, 'sink.secrets.key'],
  ]
  for (const [body, field] of cases) {
    const fields = wrongIn(body)
    assert.ok(fields.includes(field), `${JSON.stringify(body)}: ${fields.join()}`)
  }
})

test('a URL that only looks like one is a mistake of the request, not of the agent', () => {
  for (const url of ['http://[', 'http://:80', 'https://h:99999', 'http://%', 'http://1.2.3.4.5'])
    for (const sink of [webhook, fhir, orca])
      assert.deepEqual(
        wrongIn({ name: 'x', role: 'ehr', sink: { ...sink, url } }),
        ['sink.url'],
        url,
      )
})

test('every field that is wrong is named at once', () => {
  const sink = { ...orca, user: 'a:b', write: ['all'], secrets: {} }
  assert.deepEqual(wrongIn({ name: 'x', role: 'ehr', sink }).sort(), [
    'sink.secrets.password',
    'sink.user',
    'sink.write[0]',
  ])
})

test('what carries every field is for roles that see every field; who sees no patient gets nothing', () => {
  const full = ['receipt-computer', 'ehr', 'billing', 'reception', 'remote-billing']
  const patients = [...full, 'liaison', 'ward', 'after-hours']
  for (const role of roleNames)
    for (const [kind, sink] of Object.entries(every)) {
      const body = { name: 'x', role, sources: ['10.0.0.0/8'], sink }
      const may = (kind === 'webhook' ? patients : full).includes(role)
      if (may) assert.equal(newConsumerIn(body).sink?.kind, sink.kind)
      else assert.deepEqual(wrongIn(body), ['sink'], `${role} ${kind}`)
    }
})

test('who comes from outside has named sources', () => {
  for (const role of ['remote-billing', 'after-hours']) {
    assert.deepEqual(wrongIn({ name: 'x', role }), ['sources'])
    const sources = ['10.8.0.0/24', '2001:db8::1']
    assert.deepEqual(newConsumerIn({ name: 'x', role, sources }).sources, sources)
  }
})

const keyIn = (sink: ReturnType<typeof newConsumerIn>['sink']) =>
  sink?.kind === 'webhook' ? sink.secrets.key : ''

test('the key of a webhook is made once, of 32 random bytes, and shown once with the token', () => {
  const make = () => newConsumerIn({ name: 'x', role: 'ehr', sink: webhook })
  const made = make()
  const key = keyIn(made.sink)
  assert.equal(Buffer.from(key, 'base64').length, 32)
  assert.notEqual(keyIn(make().sink), key)
  assert.deepEqual(newConsumerIn(made), made, 'what the console made is kept by the agent')

  const listing: ConsumerListing = {
    ...made,
    id: '0123456789ab',
    createdAt: 0,
    revokedAt: null,
    usedAt: null,
    uses: 0,
  }
  const shown = shownNew(listing, 'oa_token')
  assert.deepEqual([shown.token, Object(shown).signingKey], ['oa_token', `whsec_${key}`])
  assert.ok(!JSON.stringify(shown.consumer).includes(key))
  assert.ok(!JSON.stringify(shownConsumer(listing)).includes(key))
})

test('a listing has no secret of any sink', () => {
  for (const sink of Object.values(every)) {
    const secrets = { ...Object(sink).secrets, caPem: CANARY }
    const whole = sink.kind === 'face-folder' ? sink : { ...sink, secrets }
    const made = newConsumerIn({ name: 'x', role: 'ehr', sink: whole })
    const listing = { ...made, id: 'i', createdAt: 0, revokedAt: null, usedAt: null, uses: 0 }
    const shown = JSON.stringify(shownConsumer(listing))
    assert.doesNotMatch(shown, /CANARY|secrets|key|password/)
    assert.ok(shown.includes(sink.kind))
    assert.equal('signingKey' in shownNew(listing, 't'), sink.kind === 'webhook')
  }
})
