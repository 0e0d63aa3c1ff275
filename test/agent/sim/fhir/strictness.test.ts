import assert from 'node:assert/strict'
import { test } from 'node:test'
import { coverage, INSURER, insurer, issuesOf, MEMBER, openBed, patient } from './bed.ts'

type Json = Readonly<Record<string, unknown>>
const EXTENSION = 'http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_Coverage_'

const without = (resource: Json, name: string): Json => {
  const { [name]: _, ...rest } = resource
  return rest
}

/** A name for the case, what is sent, and the issue that must come back. */
type Case = readonly [name: string, wrong: (good: Json) => Json, issue: string]

const STRUCTURE: readonly Case[] = [
  ['an unknown element', (good) => ({ ...good, insurer: 'x' }), 'structure Coverage'],
  ['no payor', (good) => without(good, 'payor'), 'required Coverage.payor'],
  ['no status', (good) => without(good, 'status'), 'required Coverage.status'],
  ['no beneficiary', (good) => without(good, 'beneficiary'), 'required Coverage.beneficiary'],
  ['an empty list', (good) => ({ ...good, payor: [] }), 'structure Coverage.payor'],
  ['one for a list', (good) => ({ ...good, payor: { display: 'x' } }), 'structure Coverage.payor'],
  ['a list for one', (good) => ({ ...good, period: [] }), 'structure Coverage.period'],
  ['an empty object', (good) => ({ ...good, type: {} }), 'structure Coverage.type'],
  ['null', (good) => ({ ...good, dependent: null }), 'value Coverage.dependent'],
  ['a blank text', (good) => ({ ...good, dependent: '　' }), 'value Coverage.dependent'],
  ['a number for a text', (good) => ({ ...good, dependent: 1 }), 'value Coverage.dependent'],
  ['another status', (good) => ({ ...good, status: 'valid' }), 'code-invalid Coverage.status'],
  ['order 0', (good) => ({ ...good, order: 0 }), 'value Coverage.order'],
  [
    'a day that is none',
    (good) => ({ ...good, period: { start: '2026-02-30' } }),
    'value Coverage.period.start',
  ],
  [
    'a date without hyphens',
    (good) => ({ ...good, period: { start: '20260401' } }),
    'value Coverage.period.start',
  ],
  [
    'an end before its start',
    (good) => ({ ...good, period: { start: '2026-04-02', end: '2026-04-01' } }),
    'invariant Coverage.period',
  ],
  [
    'a price without any value',
    (good) => ({ ...good, costToBeneficiary: [{ type: { text: '負担' } }] }),
    'required Coverage.costToBeneficiary[0].value[x]',
  ],
  [
    'two values of one choice',
    (good) => ({
      ...good,
      costToBeneficiary: [{ valueQuantity: { value: 30 }, valueMoney: { value: 30 } }],
    }),
    'structure Coverage.costToBeneficiary[0]',
  ],
  [
    'an identifier without a system',
    (good) => ({ ...good, identifier: [{ value: '1' }] }),
    'invariant Coverage.identifier[0]',
  ],
  [
    'an extension that may change everything',
    (good) => ({ ...good, modifierExtension: [{ url: 'http://x.test', valueBoolean: true }] }),
    'invariant Coverage',
  ],
]

const PROFILE: readonly Case[] = [
  [
    'an unknown profile',
    (good) => ({ ...good, meta: { profile: ['http://x.test/JP_Coverage'] } }),
    'not-supported Coverage.meta.profile',
  ],
  [
    'the profile of another type',
    (good) => ({
      ...good,
      meta: { profile: ['http://jpfhir.jp/fhir/core/StructureDefinition/JP_Patient'] },
    }),
    'structure Coverage.meta.profile',
  ],
  [
    'an extension with another type of value',
    (good) => ({
      ...good,
      extension: [{ url: `${EXTENSION}InsuredPersonSymbol`, valueInteger: 12 }],
    }),
    'extension Coverage.extension[0]',
  ],
  [
    'a half-width number where it is full-width',
    (good) => ({
      ...good,
      extension: [{ url: `${EXTENSION}InsuredPersonNumber`, valueString: '5678' }],
    }),
    'value Coverage.extension[0].valueString',
  ],
  [
    'a full-width branch where it is half-width',
    (good) => ({
      ...good,
      extension: [{ url: `${EXTENSION}InsuredPersonSubNumber`, valueString: '０１' }],
    }),
    'value Coverage.extension[0].valueString',
  ],
  [
    'a misspelt extension',
    (good) => ({ ...good, extension: [{ url: `${EXTENSION}PersonSymbol`, valueString: 'あ' }] }),
    'extension Coverage.extension[0]',
  ],
  [
    'the same extension twice',
    (good) => ({
      ...good,
      extension: ['１２・３４', '１２・３４'].map((valueString) => ({
        url: `${EXTENSION}InsuredPersonSymbol`,
        valueString,
      })),
    }),
    'structure Coverage.extension',
  ],
  [
    'a member’s identifier without its last colon',
    (good) => ({
      ...good,
      identifier: [{ system: MEMBER, value: '06139992:１２・３４:５６７８' }],
    }),
    'value Coverage.identifier[0]',
  ],
  [
    'a member’s identifier of both widths',
    (good) => ({
      ...good,
      identifier: [{ system: MEMBER, value: '06139992:１２・34:５６７８:01' }],
    }),
    'value Coverage.identifier[0]',
  ],
  [
    'two members’ identifiers',
    (good) => ({
      ...good,
      identifier: ['01', '01'].map((branch) => ({
        system: MEMBER,
        value: `06139992:１２・３４:５６７８:${branch}`,
      })),
    }),
    'structure Coverage.identifier',
  ],
  [
    'a branch that differs between its elements',
    (good) => ({ ...good, dependent: '02' }),
    'business-rule Coverage',
  ],
  [
    'a misspelt system',
    (good) => ({
      ...good,
      identifier: [
        { system: 'http://jpfhir.jp/fhir/core/Idsystem/JP_Insurance_memberID', value: '1' },
      ],
    }),
    'code-invalid Coverage.identifier[0]',
  ],
]

const REFERENCES: readonly Case[] = [
  [
    'a patient who does not exist',
    (good) => ({ ...good, beneficiary: { reference: 'Patient/nobody' } }),
    'not-found Coverage.beneficiary',
  ],
  [
    'a beneficiary who is an organisation',
    (good) => ({ ...good, beneficiary: { reference: 'Organization/1' } }),
    'structure Coverage.beneficiary',
  ],
  [
    'a patient of another server',
    (good) => ({ ...good, beneficiary: { reference: 'http://other.test/fhir/Patient/1' } }),
    'not-supported Coverage.beneficiary',
  ],
  [
    'a reference that names nobody',
    (good) => ({ ...good, payor: [{ display: '模擬健保' }] }),
    'invariant Coverage.payor[0]',
  ],
  [
    'a contained resource that is not there',
    (good) => ({ ...good, payor: [{ reference: '#insurer' }] }),
    'not-found Coverage.payor[0]',
  ],
  [
    'an insurer by identifier alone, of no type',
    (good) => ({ ...good, payor: [{ identifier: { system: INSURER, value: '06139992' } }] }),
    'structure Coverage.payor[0]',
  ],
]

for (const [group, status, cases] of [
  ['structure', undefined, STRUCTURE],
  ['JP Core', 422, PROFILE],
  ['references', 422, REFERENCES],
] as const)
  for (const [name, wrong, issue] of cases)
    test(`a coverage with ${name} is refused for it (${group})`, async (context) => {
      const { ask, ehr, patientId } = await openBed(context)
      const answer = await ask('POST', 'Coverage', wrong(coverage(patientId)))
      assert.deepEqual(issuesOf(answer.json), [issue])
      const meant = status ?? (issue.startsWith('invariant') ? 422 : 400)
      assert.equal(answer.status, meant)
      assert.equal(ehr.stats().resources['Coverage'], undefined)
      assert.equal(ehr.stats().refused[0]?.interaction, 'create Coverage')
    })

test('a patient without any identifier is no JP_Patient', async (context) => {
  const { ask } = await openBed(context)
  const answer = await ask('POST', 'Patient', without(patient(), 'identifier'))
  assert.deepEqual(issuesOf(answer.json), ['required Patient.identifier'])
})

test('a patient by chart number is found, and one that nobody knows is not', async (context) => {
  const { ask, patientId } = await openBed(context)
  const system = 'urn:oid:1.2.392.100495.20.3.51.11319999991'
  const by = (value: string) => ({
    ...coverage(patientId),
    beneficiary: { identifier: { system, value } },
  })
  assert.equal((await ask('POST', 'Coverage', by('00042'))).status, 201)
  assert.deepEqual(issuesOf((await ask('POST', 'Coverage', by('00043'))).json), [
    'not-found Coverage.beneficiary',
  ])
})

test('a contained insurer and the other half of a primitive are taken', async (context) => {
  const { ask, patientId } = await openBed(context)
  const answer = await ask('POST', 'Coverage', {
    ...coverage(patientId),
    contained: [{ ...insurer(), id: 'insurer' }],
    payor: [{ reference: '#insurer' }],
    _subscriberId: { extension: [{ url: 'http://x.test/why', valueCode: 'masked' }] },
  })
  assert.equal(answer.status, 201)
})

test('an eligibility answer needs its request, and points at coverages', async (context) => {
  const { ask, ehr, patientId } = await openBed(context)
  const of = { reference: `Patient/${patientId}` }
  const payer = { type: 'Organization', identifier: { system: INSURER, value: '06139992' } }
  const shared = { status: 'active', purpose: ['validation'], patient: of, insurer: payer }
  const request = ehr.put({
    resourceType: 'CoverageEligibilityRequest',
    ...shared,
    created: '2026-04-01T09:30:00+09:00',
  })
  const card = ehr.put({ ...coverage(patientId), resourceType: 'Coverage' })
  const response = {
    resourceType: 'CoverageEligibilityResponse',
    ...shared,
    servicedDate: '2026-04-01',
    created: '2026-04-01T09:30:02+09:00',
    request: { reference: `CoverageEligibilityRequest/${request['id']}` },
    outcome: 'complete',
    insurance: [{ coverage: { reference: `Coverage/${card['id']}` }, inforce: true }],
  }
  const path = 'CoverageEligibilityResponse'
  assert.equal((await ask('POST', path, response)).status, 201)
  const dangling = { ...response, request: { reference: `CoverageEligibilityRequest/none` } }
  assert.deepEqual(issuesOf((await ask('POST', path, dangling)).json), [
    `not-found ${path}.request`,
  ])
  const local = { ...response, created: '2026-04-01T09:30:02' }
  assert.deepEqual(issuesOf((await ask('POST', path, local)).json), [`value ${path}.created`])
  assert.deepEqual(issuesOf((await ask('POST', path, without(response, 'outcome'))).json), [
    `required ${path}.outcome`,
  ])
})

test('all that is wrong is said at once, and none of it repeats a value', async (context) => {
  const { ask, patientId } = await openBed(context)
  const answer = await ask('POST', 'Coverage', {
    ...coverage(patientId),
    status: 'SECRET-1',
    dependent: 987654,
    period: { start: 'SECRET-2' },
  })
  assert.equal(issuesOf(answer.json).length, 3)
  assert.doesNotMatch(JSON.stringify(answer.json), /SECRET|987654/)
})
