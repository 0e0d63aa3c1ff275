import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shownRosterEntry } from '../../../agent/api/roster-shown.ts'
import { standingOf } from '../../../agent/eligibility/roster-standing.ts'
import { type Role, roleNames } from '../../../agent/kernel/roles.ts'
import {
  isCell,
  mergedAs,
  type RosterCell,
  type RosterFields,
  rosterEntryFor,
  rosterFields,
  sees,
  seesPath,
} from '../../../agent/kernel/roster-roles.ts'
import type { ShownRosterEntry } from '../../../agent/kernel/roster-shown.ts'

const at = Date.parse('2026-04-10T09:00:00+09:00')
const form = {
  patientNumber: '00042',
  kind: 'home-oxygen',
  name: '見本　一郎',
  nameKana: 'ミホン　イチロウ',
  birthdate: '19500502',
  cardFace: {
    insurerNumber: '06139992',
    insuredCardSymbol: '１２',
    insuredIdentificationNumber: '5678',
    insuredBranchNumber: '01',
  },
  device: { name: '酸素濃縮器', contractNumber: 'K-1', supplier: '見本医療機器' },
  contractEnd: '2026-04-12',
  owner: '総務 見本',
  note: '火曜に訪問',
} as const
const full = shownRosterEntry(
  standingOf(
    {
      id: 'e1',
      at,
      changedAt: at,
      version: 3,
      form,
      standingConsent: { given: { at, by: '見本' }, revoked: { at, by: '見本' } },
    },
    '2026-04',
    { state: 'invalid', verificationId: 'v1', at },
    at,
  ),
)

/** The paths of everything that is no object; of advisories, their codes. */
function leaves(value: object, path = ''): string[] {
  return Object.entries(value).flatMap(([name, field]) => {
    if (name === 'advisories') return field.map((one: { code: string }) => `advisories ${one.code}`)
    return typeof field === 'object' && field !== null
      ? leaves(field, `${path}${name}.`)
      : [path + name]
  })
}

/** Written down once more, by hand: what each office is to see. */
const contractOnly = ['device.contractNumber', 'device.supplier', 'contractEnd', 'owner']
const contractTold = ['contractNotice', 'advisories CONTRACT_ENDING']
const everything = leaves(full)
const withoutContract = everything.filter(
  (path) => ![...contractOnly, ...contractTold].includes(path),
)
const expected: Readonly<Record<Role, readonly string[]>> = {
  billing: everything,
  'remote-billing': everything,
  'receipt-computer': withoutContract,
  ehr: withoutContract,
  reception: withoutContract,
  'general-affairs': [
    'id',
    'at',
    'changedAt',
    'version',
    'patientNumber',
    'month',
    'statusColour',
    ...contractOnly,
    ...contractTold,
  ],
  ward: ['id', 'patientNumber', 'name', 'month', 'needsCheck'],
  'after-hours': ['id', 'patientNumber', 'name', 'month', 'needsCheck'],
  liaison: [],
  it: [],
  vendor: [],
}

for (const role of roleNames)
  test(`a ${role} sees of a roster entry what its work needs, and nothing else`, () => {
    const seen = rosterEntryFor(full, role)
    assert.deepEqual(leaves(seen).sort(), [...expected[role]].sort())
  })

test('the entry that the table is tried with has something in every field', () => {
  assert.ok(everything.length > 30)
  assert.ok(leaves(full).every((path) => !path.endsWith('undefined')))
  const empty = Object.entries(full).filter(([, value]) => value === null)
  assert.deepEqual(empty, [])
})

test('a field without a row does not compile', () => {
  const { note: _, ...short } = rosterFields
  // @ts-expect-error note has no row
  const incomplete: { readonly [K in keyof ShownRosterEntry]: unknown } = short
  assert.equal('note' in incomplete, false)
})

/** Every cell of the table with its path. */
function cells(table: RosterFields, path = ''): { path: string; cell: RosterCell }[] {
  return Object.entries(table).flatMap(([name, row]) =>
    isCell(row) ? [{ path: path + name, cell: row }] : cells(row, `${path}${name}.`),
  )
}

test('who changes a field also sees it, and nobody outside the house changes any', () => {
  for (const { path, cell } of cells(rosterFields))
    for (const role of cell.change) {
      assert.ok(cell.see.includes(role), `${role} ${path}`)
      assert.ok(!['remote-billing', 'after-hours', 'ward'].includes(role), `${role} ${path}`)
    }
})

test('a group is seen by whom sees something in it', () => {
  assert.equal(sees('general-affairs', 'device'), true)
  assert.equal(seesPath('general-affairs', 'device.name'), false)
  assert.equal(sees('general-affairs', 'eligibility'), false)
  assert.equal(sees('billing', 'no such field'), false)
  assert.equal(seesPath('billing', 'device.nothing'), false)
})

test('general affairs changes the contract and nothing beside it', () => {
  const sent = {
    device: { contractNumber: 'K-2', supplier: '別の業者' },
    contractEnd: '2028-04-12',
    owner: '総務 別',
  }
  const { merged, refused } = mergedAs('general-affairs', form, sent)
  assert.deepEqual(refused, [])
  assert.deepEqual(merged, { ...form, ...sent, device: { ...form.device, ...sent.device } })
})

test('what a role leaves out of its own fields is removed, and what is not its own stays', () => {
  const { merged } = mergedAs('general-affairs', form, {})
  const { contractEnd: _, owner: __, device, ...rest } = form
  assert.deepEqual(merged, { ...rest, device: { name: device.name } })
  const billed = mergedAs('billing', form, { patientNumber: '00042', kind: 'monthly' })
  assert.deepEqual(billed.merged, { patientNumber: '00042', kind: 'monthly' })
})

test('a field of somebody else is refused when it is written otherwise, not when it is sent back as read', () => {
  const same = mergedAs('general-affairs', form, { ...form, owner: '総務 別' })
  assert.deepEqual(same.refused, [])
  const other = { name: '別　人', device: { name: '別' }, cardFace: { insurerNumber: '1' } }
  const { merged, refused } = mergedAs('general-affairs', form, other)
  assert.deepEqual(refused.toSorted(), ['cardFace.insurerNumber', 'device.name', 'name'])
  assert.deepEqual([merged['name'], merged['cardFace']], [form.name, form.cardFace])
  assert.deepEqual(mergedAs('receipt-computer', {}, form).refused.toSorted(), [
    'contractEnd',
    'device.contractNumber',
    'device.supplier',
    'owner',
  ])
  const foreign = { id: 'e2', version: 9, eligibility: { state: 'confirmed' } }
  const forged = mergedAs('billing', form, foreign)
  assert.equal('eligibility' in forged.merged, false)
})
