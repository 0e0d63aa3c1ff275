import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ANSWER,
  CHART,
  COVERAGE,
  EXTENSION,
  MEMBER,
  MEMBER_ID,
  nameIn,
  ORGANIZATION,
  PATIENT,
  PROFILE,
  QUESTION,
  REPRESENTATION,
  SYMBOL,
} from './fhir/samples.ts'
import { openFhirValidator } from './fhir-validator.ts'

type Json = Readonly<Record<string, unknown>>

const validator = openFhirValidator()

for (const [good, resource] of Object.entries({
  JP_Patient: PATIENT,
  JP_Organization: ORGANIZATION,
  JP_Coverage: COVERAGE,
  'CoverageEligibilityResponse of base R4': ANSWER,
  'CoverageEligibilityRequest of base R4': QUESTION,
  'JP_Coverage with a contained insurer': {
    ...COVERAGE,
    contained: [{ ...ORGANIZATION, id: 'insurer' }],
    payor: [{ reference: '#insurer' }],
  },
}))
  test(`a good ${good} passes`, () => {
    assert.deepEqual(validator.validate(resource), [])
  })

const without = (resource: Json, key: string): Json => {
  const { [key]: _, ...rest } = resource
  return rest
}

/** A name for the case, the resource, and where something must be found, with a word of what. */
type Planted = readonly [name: string, wrong: Json, at: string, says: RegExp]

const BASE: readonly Planted[] = [
  ['an unknown element', { ...COVERAGE, insurer: 'x' }, 'Coverage.insurer', /additional property/],
  ['no payor', without(COVERAGE, 'payor'), 'Coverage.payor', /required/],
  [
    'one for a list',
    { ...COVERAGE, payor: { reference: 'Organization/1' } },
    'Coverage.payor',
    /array/,
  ],
  ['a number for a text', { ...COVERAGE, dependent: 1 }, 'Coverage.dependent', /expected string/],
  ['another status', { ...COVERAGE, status: 'valid' }, 'Coverage.status', /fm-status/],
  ['a day that is none', { ...PATIENT, birthDate: '1980-02-30' }, 'Patient.birthDate', /date/],
  ['a date without hyphens', { ...PATIENT, birthDate: '19800102' }, 'Patient.birthDate', /date/],
  ['another gender', { ...PATIENT, gender: '男' }, 'Patient.gender', /administrative-gender/],
  [
    'an end before its start',
    { ...COVERAGE, period: { start: '2026-04-02', end: '2026-04-01' } },
    'Coverage.period',
    /per-1/,
  ],
  [
    'two values of one choice',
    {
      ...COVERAGE,
      costToBeneficiary: [{ valueQuantity: { value: 30 }, valueMoney: { value: 3 } }],
    },
    'valueMoney',
    /Conflicting choice/,
  ],
  ['no outcome', without(ANSWER, 'outcome'), 'CoverageEligibilityResponse.outcome', /required/],
  [
    'a time without its zone',
    { ...ANSWER, created: '2026-04-01T09:30:02' },
    'CoverageEligibilityResponse.created',
    /zone/,
  ],
  [
    'a patient that is an organisation',
    { ...ANSWER, patient: { reference: 'Organization/1' } },
    'CoverageEligibilityResponse.patient',
    /not to Patient/,
  ],
  [
    'an organisation of neither name nor number',
    { resourceType: 'Organization', active: true },
    'Organization',
    /org-1/,
  ],
  [
    'a contained resource that nothing refers to',
    { ...COVERAGE, contained: [{ ...ORGANIZATION, id: 'insurer' }] },
    'Coverage.contained[0]',
    /dom-3/,
  ],
  [
    'a contained resource that is not there',
    { ...COVERAGE, identifier: [{ ...MEMBER, assigner: { reference: '#insurer' } }] },
    'Coverage.identifier[0].assigner',
    /ref-1/,
  ],
  [
    'a unit’s code without its system',
    { ...COVERAGE, costToBeneficiary: [{ valueQuantity: { value: 30, code: '%' } }] },
    'Coverage.costToBeneficiary[0].valueQuantity',
    /qty-3/,
  ],
  [
    'a use of a name that does not exist',
    { ...PATIENT, name: [{ text: '模擬', use: 'kanji' }] },
    'Patient.name[0].use',
    /name-use/,
  ],
]

const JP: readonly Planted[] = [
  [
    'an unknown profile',
    { ...COVERAGE, meta: { profile: [`${PROFILE}JP_Coverages`] } },
    'Coverage',
    /unknown profile/,
  ],
  [
    'the profile of another type',
    { ...COVERAGE, meta: { profile: [`${PROFILE}JP_Patient`] } },
    'Coverage',
    /profile of Patient/,
  ],
  [
    'a patient without any number',
    without(PATIENT, 'identifier'),
    'Patient.identifier',
    /required/,
  ],
  [
    'a patient’s number without its value',
    { ...PATIENT, identifier: [{ system: CHART }] },
    'Patient.identifier[0].value',
    /required/,
  ],
  [
    'two members’ numbers',
    { ...COVERAGE, identifier: [MEMBER, { ...MEMBER, value: '06139992:１:２:' }] },
    'Coverage.identifier',
    /insuranceIdentifier/,
  ],
  [
    'a member’s number without its value',
    { ...COVERAGE, identifier: [{ system: MEMBER_ID }] },
    'Coverage.identifier[0].value',
    /insuranceIdentifier/,
  ],
  [
    'a member’s number that a patient gave out',
    { ...COVERAGE, identifier: [{ ...MEMBER, assigner: { reference: 'Patient/1' } }] },
    'Coverage.identifier[0].assigner',
    /not to Organization/,
  ],
  [
    'an extension with another type of value',
    { ...COVERAGE, extension: [{ url: SYMBOL.url, valueInteger: 12 }] },
    'Coverage.extension[0].valueInteger',
    /valueString/,
  ],
  [
    'a misspelt extension',
    { ...COVERAGE, extension: [{ ...SYMBOL, url: `${EXTENSION}JP_Coverage_Symbol` }] },
    'Coverage.extension[0]',
    /unknown profile/,
  ],
  [
    'an extension without any value',
    { ...COVERAGE, extension: [{ url: SYMBOL.url }] },
    'Coverage.extension[0]',
    /ext-1/,
  ],
  [
    'a name that is in two writings at a time',
    {
      ...PATIENT,
      name: [
        {
          text: '模擬',
          extension: ['IDE', 'SYL'].map((valueCode) => ({ url: REPRESENTATION, valueCode })),
        },
      ],
    },
    'Patient.name[0]',
    /more than 1/,
  ],
  [
    'a writing that does not exist',
    { ...PATIENT, name: [nameIn('KANA', 'モギ')] },
    'Patient.name[0].extension[0].value[x]',
    /name-v3-representation/,
  ],
  [
    'two prefectures',
    {
      ...ORGANIZATION,
      extension: ['13', '14'].map((code) => ({
        url: `${EXTENSION}JP_Organization_PrefectureNo`,
        valueCoding: { code },
      })),
    },
    'Organization',
    /more than 1/,
  ],
  [
    'a prefecture that is a text',
    {
      ...ORGANIZATION,
      extension: [{ url: `${EXTENSION}JP_Organization_PrefectureNo`, valueString: '13' }],
    },
    'Organization.extension[0].valueString',
    /valueCoding/,
  ],
  [
    'a payor that is a coverage',
    { ...COVERAGE, payor: [{ reference: 'Coverage/1' }] },
    'Coverage.payor[0]',
    /not to Organization/,
  ],
]

for (const [group, cases] of [
  ['base R4', BASE],
  ['JP Core', JP],
] as const)
  for (const [what, wrong, at, says] of cases)
    test(`${what} is found (${group})`, () => {
      const found = validator.validate(wrong).filter((issue) => issue.at === at)
      assert.ok(
        found.some((issue) => says.test(issue.says)),
        JSON.stringify(validator.validate(wrong)),
      )
    })

test('what is no resource, or of a type that is not kept, is said', () => {
  assert.match(validator.validate('Patient')[0]?.says ?? '', /no resource/)
  assert.match(validator.validate({ resourceType: 'Observation' })[0]?.says ?? '', /Observation/)
})
