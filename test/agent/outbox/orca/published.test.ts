import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openHttp } from '../../../../agent/outbox/http.ts'
import { defaultAssumptions } from '../../../../agent/outbox/orca/assumptions.ts'
import { changeInsurance } from '../../../../agent/outbox/orca/change.ts'
import type { OrcaClient } from '../../../../agent/outbox/orca/client.ts'
import { openOrcaClient } from '../../../../agent/outbox/orca/client.ts'
import { patientOf } from '../../../../agent/outbox/orca/elements.ts'
import { mapVerification } from '../../../../agent/outbox/orca/mapping.ts'
import { addInsurance, registerPatient } from '../../../../agent/outbox/orca/register.ts'
import { checkIsNew } from '../../../../agent/outbox/orca/twin.ts'
import { openTargets } from '../../../../agent/outbox/targets.ts'
import type { Xml2, Xml2Message } from '../../../../agent/xmlmsg/xml2.ts'
import { type Bed, bed, everyWrite, ichiroInOrca } from './bed.ts'
import { aid, ichiro, ichiroMoved, verification } from './example.ts'

/** '' is a text, an object a record, a list of one object a list, in the order of the API pages. */
interface Published {
  readonly [name: string]: '' | Published | readonly [Published]
}
const pages: Readonly<Record<string, Published>> = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../fixtures/orca/fields.json'), 'utf8'),
)

const kindOf = (value: Xml2 | Published[string]) =>
  typeof value === 'string' ? 'text' : Array.isArray(value) ? 'list' : 'record'

/** What of a value is not as published: name, kind or place. */
function strangers(value: object, page: object, path: string): string[] {
  const order = Object.keys(page)
  let last = -1
  return Object.entries(value).flatMap(([name, one]) => {
    const here = `${path}/${name}`
    const known = Object.entries(page).find(([other]) => other === name)?.[1]
    if (known === undefined) return [`${here} is not published`]
    if (kindOf(one) !== kindOf(known)) return [`${here} is no ${kindOf(known)}`]
    const isLate = order.indexOf(name) < last
    last = Math.max(last, order.indexOf(name))
    const within = Array.isArray(one)
      ? one.flatMap((item) => strangers(item, known[0], here))
      : typeof one === 'object'
        ? strangers(one, known, here)
        : []
    return [...(isLate ? [`${here} is out of its place`] : []), ...within]
  })
}

const never = new AbortController().signal
const map = (...results: Parameters<typeof verification>[0]) =>
  mapVerification(verification(results), defaultAssumptions)

/** A client of the simulator that keeps what is sent. */
function keeping({ orca, clock }: Bed, sent: Xml2Message[]): OrcaClient {
  const http = openHttp({
    targets: openTargets([{ host: '127.0.0.1', networks: ['127.0.0.1'] }], () => []),
    timeoutMs: 10_000,
    answerLimitBytes: 1_000_000,
  })
  const door = { url: orca.url, user: 'ormaster', password: 'ormaster', prefixes: ['/api'] }
  const client = openOrcaClient(http, clock, door)
  return {
    get: client.get,
    post(path, request, signal) {
      sent.push(request)
      return client.post(path, request, signal)
    },
  }
}

test('everything that is sent has the names, kinds and places of the API pages', async (t) => {
  const { HealthInsurance_Info: rows = [], ...uninsured } = ichiroInOrca
  const bare = rows.map((row) => ({ ...row, HealthInsuredPerson_Branch_Number: '' }))
  const place = await bed(t, {
    patients: [
      { ...uninsured, Patient_ID: '00001' },
      { ...uninsured, Patient_ID: '00002', HealthInsurance_Info: bare },
    ],
    write: everyWrite,
  })
  place.orca.behave({ mode: 'ask' })
  const sent: Xml2Message[] = []
  const client = keeping(place, sent)
  const { clock, log } = place
  const ports = { client, clock, log, karteUid: 'karte', keepReleasing: () => undefined }

  const unknown = { ...ichiro, name: '架空　花子', nameKana: 'ｶｸｳ ﾊﾅｺ' }
  await checkIsNew(client, map(unknown), '42', never)
  await registerPatient(client, map(ichiro, aid(ichiro)), '42', '2026-04-01', never)
  const known = await client.get('/api01rv2/patientgetv2?id=1', never)
  await addInsurance(client, map(ichiro, aid(ichiro)), patientOf(known.record), '2026-04-01', never)
  for (const results of [[ichiro], [ichiroMoved, aid(ichiro)]])
    await changeInsurance(
      ports,
      {
        mapped: map(...results),
        number: '2',
        day: '2026-04-01',
        assumptions: defaultAssumptions,
        decided: { answerTo: () => 'Ok' },
        isSuperseded: () => false,
      },
      never,
    )
  assert.ok(sent.length >= 4 + 2 * 6, `${sent.length} requests`)
  for (const { name, record } of sent) {
    const page = pages[name]
    assert.ok(page !== undefined, name)
    assert.deepEqual(strangers(record, page, name), [])
  }
  assert.deepEqual(place.orca.stats().violations, [])
})

test('a name, a kind and a place that are not published are found', () => {
  const page = pages['patientmodreq'] ?? {}
  assert.deepEqual(strangers({ Sex: '1', Gender: '1' }, page, 'r'), ['r/Gender is not published'])
  assert.deepEqual(strangers({ Sex: { A: '1' } }, page, 'r'), ['r/Sex is no text'])
  assert.deepEqual(strangers({ Sex: '1', BirthDate: '' }, page, 'r'), [
    'r/BirthDate is out of its place',
  ])
})
