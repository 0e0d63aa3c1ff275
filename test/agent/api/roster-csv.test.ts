import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { rosterCsv, rosterRowsIn } from '../../../agent/api/roster-csv.ts'
import { shownRosterEntry } from '../../../agent/api/roster-shown.ts'
import { standingOf } from '../../../agent/eligibility/roster-standing.ts'
import { checkRoster } from '../../../agent/intake/roster.ts'
import { holdsIndividualNumber } from '../../../agent/kernel/individual-number.ts'
import type { RosterForm } from '../../../agent/kernel/roster.ts'
import { mergedAs } from '../../../agent/kernel/roster-roles.ts'
import { checksAt } from '../intake/checks.ts'

const now = Date.parse('2026-04-10T09:00:00+09:00')
const shownOf = (form: RosterForm, id = 'e1') =>
  shownRosterEntry(
    standingOf(
      { id, at: now, changedAt: now, version: 1, form, standingConsent: null },
      '2026-04',
      { state: 'confirmed', verificationId: 'v1', at: now },
      now,
    ),
  )

/** Whatever people type into a cell: formulas, leading zeros, quotes, marks of ours. */
const text = fc
  .oneof(
    fc.string({ minLength: 1, maxLength: 20 }),
    fc.constantFrom(
      '=1+1',
      '00042',
      "'=x",
      '1-2',
      '＋81',
      '"引用"',
      'あ,い',
      '-',
      '髙﨑',
      '2026-04-01',
    ),
  )
  .map((said) => said.trim())
  .filter((said) => said !== '' && !/[\p{Cc}\p{Surrogate}\ufffe\uffff]/u.test(said))
  .filter((said) => !holdsIndividualNumber(said))
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
const form = fc
  .record({
    patientNumber: text,
    kind: fc.constantFrom('home-oxygen', 'home-visit', 'monthly'),
    name: maybe(text),
    nameKana: maybe(text),
    note: maybe(text),
    owner: maybe(text),
    supplier: maybe(text),
    contractNumber: maybe(text),
    deviceName: maybe(text),
    contractEnd: maybe(fc.constantFrom('2026-04-10', '2099-12-31')),
    symbol: maybe(text),
    hasCard: fc.boolean(),
  })
  .map(({ supplier, contractNumber, deviceName, symbol, hasCard, ...rest }) =>
    checkRoster(
      JSON.parse(
        JSON.stringify({
          ...rest,
          device: { name: deviceName, contractNumber, supplier },
          ...(hasCard && {
            birthdate: '19500502',
            cardFace: {
              insurerNumber: '06139992',
              insuredCardSymbol: symbol,
              insuredIdentificationNumber: '0012',
            },
          }),
        }),
      ),
      checksAt(now),
    ),
  )

test('whatever is in an entry comes back from the file as it was', () => {
  fc.assert(
    fc.property(form, (one) => {
      const [row] = rosterRowsIn(rosterCsv([shownOf(one)], 'billing'))
      assert.deepEqual(row, { id: 'e1', sent: row?.sent })
      assert.deepEqual(checkRoster(row?.sent ?? {}, checksAt(now)), one)
    }),
    { numRuns: 300 },
  )
})

test('an id whose digits read like an individual number is an id, as one in three hundred does', () => {
  const id = '12345678-9018-7000-8000-00000000000a'
  assert.ok(holdsIndividualNumber(id))
  const kept = { patientNumber: '1', kind: 'monthly' } as const
  assert.deepEqual(rosterRowsIn(rosterCsv([shownOf(kept, id)], 'billing')), [{ id, sent: kept }])
})

test('a role that sees less loses nothing of the others by sending its file back', () => {
  fc.assert(
    fc.property(form, fc.constantFrom('ehr', 'receipt-computer'), (one, role) => {
      const [row] = rosterRowsIn(rosterCsv([shownOf(one)], role))
      const { merged, refused } = mergedAs(role, one, row?.sent ?? {})
      assert.deepEqual(refused, [])
      assert.deepEqual(merged, one)
    }),
    { numRuns: 200 },
  )
})

test('kinds are read as people write them, in Japanese, in English and in either width', () => {
  const kinds = ['在宅酸素', '訪問診療', '毎月来院', 'home-oxygen', ' ｍｏｎｔｈｌｙ ']
  const file = `患者番号,種類\n${kinds.map((kind, at) => `${at},${kind}`).join('\n')}\n`
  assert.deepEqual(
    rosterRowsIn(Buffer.from(file)).map(({ sent }) => sent.kind),
    ['home-oxygen', 'home-visit', 'monthly', 'home-oxygen', 'monthly'],
  )
})

test('days come back from Excel, which writes them with slashes and without zeros', () => {
  const file = '患者番号,種類,生年月日,契約の期限\n00042,在宅酸素,1950/5/2,2027/3/31\n'
  const [row] = rosterRowsIn(Buffer.from(file))
  assert.deepEqual([row?.sent.birthdate, row?.sent.contractEnd], ['19500502', '2027-03-31'])
  const [kept] = rosterRowsIn(Buffer.from(file.replace('2027/3/31', '令和9年')))
  assert.equal(kept?.sent.contractEnd, '令和9年')
})
