import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type TSchema, Type } from 'typebox'
import { type Audience, type FieldRoles, fieldRoles } from '../../../agent/kernel/field-roles.ts'
import { isAudience, maskHandedOver, maskItem } from '../../../agent/kernel/masking.ts'
import { isFull, narrowRole, type Role, roleNames, seesHeld } from '../../../agent/kernel/roles.ts'
import { FeedEvent } from '../../../agent/kernel/verification.ts'

type Overrides = Readonly<Record<string, unknown>>

/** A value of a schema with something in every field that it has; each text names its own path. */
function filled(schema: TSchema, path: string, over: Overrides = {}): unknown {
  if (Object.hasOwn(over, path)) return over[path]
  if (Type.IsUnion(schema)) {
    const [first = Type.Null()] = schema.anyOf.filter((one) => !Type.IsNull(one))
    return filled(first, path, over)
  }
  if (Type.IsObject(schema)) {
    const entries = Object.entries(schema.properties)
    return Object.fromEntries(
      entries.map(([name, field]) => [
        name,
        filled(field, path === '' ? name : `${path}.${name}`, over),
      ]),
    )
  }
  if (Type.IsArray(schema)) return [filled(schema.items, path, over)]
  if (Type.IsLiteral(schema)) return schema.const
  if (Type.IsBoolean(schema)) return true
  return `<${path}>`
}

/** The paths of everything that is no object, arrays passed through. */
function leaves(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => leaves(one, path))
  if (typeof value !== 'object' || value === null) return [path]
  return Object.entries(value).flatMap(([name, field]) =>
    leaves(field, path === '' ? name : `${path}.${name}`),
  )
}

/** What the table says of a path; undefined where it has no row. */
function audienceOf(path: string): readonly string[] | undefined {
  let at: Audience | FieldRoles | undefined = fieldRoles
  for (const name of path.split('.')) {
    if (at === undefined || isAudience(at)) break
    at = Object.hasOwn(at, name) ? at[name] : undefined
  }
  return at !== undefined && isAudience(at) ? at : undefined
}

const [verificationSchema, noteSchema] = FeedEvent.anyOf
const held = filled(verificationSchema, '')
/** Released, and with an advisory on what every role sees. */
const shown = {
  'verification.held': false,
  'verification.advisories.field': 'results[0].name',
  'note.kind': 'referral',
}
const unheld = filled(verificationSchema, '', shown)
const referral = filled(noteSchema, '', shown)
const bytes = (event: unknown) => Buffer.from(JSON.stringify(event))
const asSeen = (event: unknown, role: Role): unknown => {
  const item = maskItem(bytes(event), role)
  return item === null ? null : JSON.parse(Buffer.from(item).toString())
}
for (const [kind, event] of Object.entries({ verification: unheld, note: referral }))
  for (const role of roleNames)
    test(`a ${role} gets exactly the fields of a ${kind} that the table gives it`, () => {
      const all = leaves(event, '')
      const seen = asSeen(event, role)
      if (isFull(role)) return assert.deepEqual(seen, event)
      const narrow = narrowRole(role)
      if (narrow === undefined) return assert.equal(seen, null)
      const allowed = all.filter((path) => audienceOf(path)?.includes(narrow) === true)
      assert.ok(allowed.length > 3 && allowed.length <= all.length)
      assert.deepEqual(leaves(seen, '').sort(), allowed.sort())
    })

test('every field of every event has a row, as what has none is kept from all narrow roles', () => {
  const rows = [...leaves(unheld, ''), ...leaves(referral, '')]
  assert.ok(rows.length > 120, `${rows.length} fields`)
  // The children of an unknown element are the element's own affair.
  const missing = rows.filter((path) => audienceOf(path) === undefined && !/unknown/.test(path))
  assert.deepEqual(missing, [])
})

test('a field without a row is absent for a narrow role, whatever is in it', () => {
  const event = { ...news(null), extra: 'CANARY', verification: { id: 'v', extra: 'CANARY' } }
  for (const role of ['ward', 'after-hours'] as const)
    assert.ok(!JSON.stringify(asSeen(event, role)).includes('extra'), role)
})

test('a value where the table expects a text, an object in disguise, is absent', () => {
  const results = [{ name: { insurerNumber: 'CANARY' } }]
  const event = { ...news(null), verification: { id: 'v', results } }
  assert.ok(!JSON.stringify(asSeen(event, 'ward')).includes('CANARY'))
})

test('a text where the table expects fields, a list of them too, shows nothing', () => {
  const event = {
    ...news(null),
    verification: { id: 'v', official: 'CANARY', results: ['CANARY'] },
  }
  assert.ok(!JSON.stringify(asSeen(event, 'ward')).includes('CANARY'))
})

test('nursing sees who is insured and what there is to pay, and no number of an insurance', () => {
  const seen = JSON.stringify(asSeen(unheld, 'ward'))
  for (const hidden of ['insurerNumber', 'insuredCardSymbol', 'insuredIdentificationNumber'])
    assert.ok(!seen.includes(`results.${hidden}`), hidden)
  for (const shown of ['results.name', 'results.birthdate', 'limitApplicationCertificate'])
    assert.ok(seen.includes(shown), shown)
})

const news = (patient: object | null, outcome = 'valid') => ({
  type: 'verification',
  id: 'e',
  cursor: 'c',
  at: 't',
  verification: { id: 'v', outcome, held: false, results: [], patient },
})

test('the liaison office gets first visits, changes of insurer and referral ticks, nothing else', () => {
  const known = { id: 'p', firstSeenHere: false, insurerChanged: false }
  const gets = (event: object) => asSeen(event, 'liaison') !== null
  assert.ok(gets(news({ ...known, firstSeenHere: true })))
  assert.ok(gets(news({ ...known, insurerChanged: true })))
  assert.ok(gets(news(known, 'invalid-new-exists')))
  assert.ok(!gets(news(known)))
  assert.ok(!gets(news(null, 'failed')))
  const note = (kind: string) => ({ type: 'note', id: 'e', note: { verificationId: 'v', kind } })
  for (const kind of ['referral', 'assignment', 'acknowledgement'])
    assert.ok(gets(note(kind)), kind)
  assert.ok(!gets(note('closing')))
})

test('of what was handed over the liaison office sees its fields, and no more; other roles what they always see', () => {
  const known = bytes(news({ id: 'p', firstSeenHere: false, insurerChanged: false }))
  const seen = maskHandedOver(known, 'liaison')
  assert.ok(seen !== null && maskItem(known, 'liaison') === null)
  const whole = JSON.stringify(
    JSON.parse(Buffer.from(maskHandedOver(bytes(unheld), 'liaison') ?? []).toString()),
  )
  assert.equal(whole, JSON.stringify(asSeen(unheld, 'liaison')))
  for (const hidden of ['limitApplicationCertificate', 'results.reasonOfLoss'])
    assert.ok(!whole.includes(hidden), hidden)
  assert.equal(maskHandedOver(known, 'it'), null)
  assert.equal(maskHandedOver(known, 'billing'), known)
})

test('a held verification says nothing of the patient but to those who decide on it', () => {
  for (const role of roleNames) {
    const seen = asSeen(held, role)
    if (seen === null) continue
    const text = JSON.stringify(seen)
    assert.equal(text.includes('<verification.results.name>'), seesHeld(role), role)
    assert.ok(text.includes('"held":true'), role)
  }
})

test('a full role gets the very bytes that are stored', () => {
  const item = bytes(unheld)
  assert.equal(maskItem(item, 'receipt-computer'), item)
})

test('an advisory is seen by who sees the field that it points at', () => {
  const pointing = (field: string | null) =>
    filled(verificationSchema, '', { ...shown, 'verification.advisories.field': field })
  const sees = (role: Role, field: string | null) =>
    JSON.stringify(asSeen(pointing(field), role)).includes('advisories.code')
  assert.ok(sees('ward', 'results[0].name') && sees('ward', null))
  assert.ok(sees('ward', 'results[1].reasonOfLoss') && !sees('liaison', 'results[1].reasonOfLoss'))
  assert.ok(sees('liaison', 'results[0].insurerNumber'))
  assert.ok(!sees('ward', 'history.changes.address') && !sees('ward', 'results[0].nothing'))
  assert.ok(sees('billing', 'history.changes.address'))
})

test('a group of which a role sees nothing is absent: an empty one would tell that it is there', () => {
  const seen = JSON.stringify(asSeen(unheld, 'ward'))
  for (const group of ['"address"', '"insurerNumber"', '"card"', '"confirmation"'])
    assert.ok(!seen.includes(group), group)
  assert.ok(seen.includes('"insuredPartialContributionRatio"') && seen.includes('"reception"'))
})
