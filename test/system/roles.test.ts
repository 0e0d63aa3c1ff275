import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Type } from 'typebox'
import { routeRoles } from '../../agent/api/access.ts'
import { type Audience, type FieldRoles, fieldRoles } from '../../agent/kernel/field-roles.ts'
import { isAudience } from '../../agent/kernel/masking.ts'
import {
  isFull,
  narrowRole,
  needsSources,
  type Role,
  roleNames,
  seesPatients,
} from '../../agent/kernel/roles.ts'
import { type Bed, startBed } from '../bed/agent.ts'
import { officialNeedles, sent } from '../bed/canaries.ts'
import { type Client, checked, clientOf, type Item } from '../bed/client.ts'
import { addConsumer } from '../bed/consumer.ts'
import { addWebhook, faceOf, outboxTables } from '../bed/delivery.ts'
import { type Evidence, openEvidence } from '../bed/evidence.ts'
import { found, leaks, type Needle, textNeedle } from '../bed/needles.ts'

interface Leaf {
  readonly path: string
  readonly value: string
}

/** Every value of an item that is no object, with its path; arrays are passed through. */
function leavesOf(value: unknown, path = ''): Leaf[] {
  if (Array.isArray(value)) return value.flatMap((one) => leavesOf(one, path))
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([name, field]) =>
      leavesOf(field, path === '' ? name : `${path}.${name}`),
    )
  return value === null ? [] : [{ path, value: String(value) }]
}

/** Whether the field × role table gives a field to a role. */
function isFor(role: Role, path: string): boolean {
  if (isFull(role)) return true
  const narrow = narrowRole(role)
  let at: Audience | FieldRoles | undefined = fieldRoles
  for (const name of path.split('.')) if (at !== undefined && !isAudience(at)) at = at[name]
  return narrow !== undefined && at !== undefined && isAudience(at) && at.includes(narrow)
}

/** Seen by who sees the field that it points at: test/agent/kernel/masking.test.ts. */
const isAdvice = (path: string) => path.startsWith('verification.advisories.')

/** No word of the API's own, and long enough not to be there by chance, in every encoding. */
const isTelling = (value: string) =>
  !/^[a-z-]+$/.test(value) && (value.length >= 8 || /^[^ -~｡-ﾟ]{3,}$/.test(value))

/** Values of the feed that a role may not see, and are not part of one that it may. */
function hiddenFrom(role: Role, feed: readonly Item[]): Needle[] {
  const all = feed.flatMap((item) => leavesOf(item))
  const shown = all.filter(({ path }) => isFor(role, path)).map(({ value }) => value)
  // Ids, times and cursors are what items are found by; advice is the catalogue's own words.
  const places = all.filter(({ path }) =>
    /(^|\.)(id|cursor|at|verificationId|askedAt)$|\.(advisories|fault)\./.test(path),
  )
  const told = [...shown, ...places.map(({ value }) => value)]
  const hidden = all.filter(
    ({ path, value }) =>
      !isFor(role, path) && isTelling(value) && !told.some((one) => one.includes(value)),
  )
  return [...new Map(hidden.map((one) => [one.value, one])).values()].map(({ path, value }) =>
    textNeedle(path, value),
  )
}

const echoed = {
  patientNumber: sent.patientNumber,
  arbitraryIdentifier: sent.identifier,
  limitConsent: { by: sent.by },
}

/** Questions and a note whose answers hold something in as many fields as there are. */
async function fill(billing: Client): Promise<readonly Item[]> {
  for (const number of ['07', '08', '14', '22', '27'])
    await billing.ask({
      ...faceOf(number),
      ...echoed,
      patientNumber: `${sent.patientNumber}-${number}`,
    })
  const last = await billing.ask({ ...faceOf('01'), ...echoed })
  const note = { kind: 'referral', by: sent.by, text: sent.note }
  const noted = await billing.post(`/v1/verifications/${last.id}/notes`, note)
  assert.equal(noted.status, 201, noted.text)
  return billing.feed()
}

const prefer = { prefer: 'wait=0' }

/** The paths that a route of the table is asked at. */
function placesOf(path: string, items: readonly Item[]): string[] {
  const isVerification = path.includes('/verifications/:id')
  const ids = items.flatMap((item) => (item.type === 'verification' ? [item.verification.id] : []))
  const numbers = path.includes(':patientNumber') ? ['07', '22'] : ['']
  return (isVerification ? ids : ['1']).flatMap((id) =>
    numbers.map((number) =>
      path
        .replace(':id', id)
        .replace(':patientNumber', `${sent.patientNumber}-${number}`)
        .replace(':name', 'sim-line'),
    ),
  )
}

/** Everything that a role is told over the routes there are, allowed or refused. */
async function askEverything(
  client: Client,
  evidence: Evidence,
  items: readonly Item[],
  { role, token, url }: { readonly role: Role; readonly token: string; readonly url: string },
): Promise<void> {
  const ask = (method: string, path: string) =>
    method === 'GET' ? client.get(path, prefer) : client.post(path, { wrong: sent.name }, prefer)
  for (const route of Object.keys(routeRoles)) {
    const [method = '', path = ''] = route.split(' ')
    for (const place of placesOf(path, items)) {
      const reply = await ask(method, place)
      assert.notEqual(reply.status, 500, `${route}: ${reply.text}`)
      evidence.reply(route, reply)
    }
  }
  evidence.reply('a page', await client.get('/v1/events?limit=3'))
  evidence.reply('a bad cursor', await client.get('/v1/events?after=xyz'))
  evidence.reply('a long poll', await client.get('/v1/events', { prefer: 'wait=5' }))
  evidence.reply('no such number', await client.get('/v1/patients/none/verifications/latest'))
  const count = seesPatients(role) ? (await pageOf(client)).length : 0
  evidence.add('a stream', await streamed(url, token, count))
}

/** The whole feed, whatever is absent in it. */
async function pageOf(client: Client): Promise<readonly { readonly id: string }[]> {
  const page = await client.get('/v1/events?limit=500')
  return checked(Seen, JSON.parse(page.text)).items
}
const Seen = Type.Object({ items: Type.Array(Type.Object({ id: Type.String() })) })

/** What a stream says until nothing more comes at once. */
async function streamed(url: string, token: string, count: number): Promise<string> {
  const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream' }
  const left = new AbortController()
  const response = await fetch(`${url}/v1/events`, { headers, signal: left.signal })
  if (response.status !== 200) return response.text()
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let said = ''
  while ([...said.matchAll(/^data:.*\n\n/gm)].length < count)
    said += (await reader?.read())?.value ?? ''
  left.abort()
  return said
}

async function addRole(t: TestContext, bed: Bed, role: Role) {
  const from = needsSources(role) ? ['--from', '127.0.0.1'] : []
  if (!seesPatients(role) || needsSources(role))
    return { ...(await addConsumer(bed, `the ${role}`, role, ...from)), pushed: null }
  const pushed = await addWebhook(t, bed, { name: `the ${role}`, role, payload: 'full' })
  return { token: pushed.token, pushed }
}

test('each role reads what it may over every way there is, and nothing that is hidden from it', async (t) => {
  const bed = await startBed(t, { tables: outboxTables })
  const { agent } = bed
  const consumers = new Map<Role, Awaited<ReturnType<typeof addRole>>>()
  for (const role of roleNames) consumers.set(role, await addRole(t, bed, role))
  const billing = clientOf(agent.url, consumers.get('billing')?.token ?? '')
  const feed = await fill(billing)
  for (const [role, { token, pushed }] of consumers)
    await t.test(role, async () => {
      const client = clientOf(agent.url, token)
      const evidence = openEvidence()
      const seen = seesPatients(role) ? await pageOf(client) : []
      await askEverything(client, evidence, feed, { role, token, url: agent.url })
      evidence.add('its feed', JSON.stringify(seen))
      if (pushed !== null) {
        await pushed.until(() => pushed.history().length === seen.length)
        assert.deepEqual(
          pushed.history().map(({ data }) => data),
          seen,
        )
        evidence.add('what is pushed', ...pushed.taken().map(({ text }) => text))
      }
      const hidden = hiddenFrom(role, feed)
      assert.ok(isFull(role) || hidden.length >= 8, `${hidden.length} hidden values`)
      for (const [place, bytes] of evidence.places)
        assert.deepEqual(leaks(hidden, Buffer.concat(bytes)), [], `${role}: ${place}`)

      const wanted = feed
        .filter(({ id }) => seen.some((item) => item.id === id))
        .map((item) => leavesOf(item).filter(({ path }) => isFor(role, path) && !isAdvice(path)))
      assert.deepEqual(
        seen.map((item) => leavesOf(item).filter(({ path }) => !isAdvice(path))),
        wanted,
        'and everything of it that it may see',
      )
      const isWhole = isFull(role) || role === 'ward' || role === 'after-hours'
      if (isWhole) assert.equal(seen.length, feed.length)
    })

  await t.test('control: billing is told what is looked for', () => {
    const all = Buffer.from(JSON.stringify(feed))
    assert.deepEqual(
      found(officialNeedles, all).sort(),
      officialNeedles.map(({ name }) => name).sort(),
    )
    for (const needle of hiddenFrom('it', feed)) assert.equal(found([needle], all).length, 1)
  })
  await t.test('a ward sees no number of an insurance, the liaison office no member', () => {
    const names = (role: Role) => hiddenFrom(role, feed).map(({ name }) => name)
    const number = 'verification.results.insurerNumber'
    const member = 'verification.results.insuredCardSymbol'
    assert.ok(names('ward').includes(number) && names('after-hours').includes(number))
    assert.ok(names('ward').includes(member) && names('liaison').includes(member))
    assert.ok(names('ward').includes('note.text') && !names('liaison').includes('note.text'))
  })
})
