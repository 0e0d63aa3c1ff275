/**
 * The elements of FHIR R4 that a Japanese clinic's record takes, in the words of the specification:
 * name, cardinality, type. `[x]` is a choice of types; `code(a b)` a required binding; `Reference(A B)`
 * the allowed targets; a type in small letters is a primitive. [source: hl7.org/fhir/R4, resource
 * and data type definitions, 4.0.1]
 */
const TABLE = `
Element
  id              0..1 string
  extension       0..* Extension

BackboneElement < Element
  modifierExtension 0..* Extension

Extension < Element
  url             1..1 uri
  value[x]        0..1 boolean code date dateTime decimal id instant integer markdown oid positiveInt \
string time unsignedInt uri url uuid canonical base64Binary Address Age Attachment CodeableConcept Coding ContactPoint \
HumanName Identifier Money Period Quantity Range Reference()

Identifier < Element
  use             0..1 code(usual official temp secondary old)
  type            0..1 CodeableConcept
  system          0..1 uri
  value           0..1 string
  period          0..1 Period
  assigner        0..1 Reference(Organization)

Reference < Element
  reference       0..1 string
  type            0..1 uri
  identifier      0..1 Identifier
  display         0..1 string

CodeableConcept < Element
  coding          0..* Coding
  text            0..1 string

Coding < Element
  system          0..1 uri
  version         0..1 string
  code            0..1 code
  display         0..1 string
  userSelected    0..1 boolean

Period < Element
  start           0..1 dateTime
  end             0..1 dateTime

HumanName < Element
  use             0..1 code(usual official temp nickname anonymous old maiden)
  text            0..1 string
  family          0..1 string
  given           0..* string
  prefix          0..* string
  suffix          0..* string
  period          0..1 Period

ContactPoint < Element
  system          0..1 code(phone fax email pager url sms other)
  value           0..1 string
  use             0..1 code(home work temp old mobile)
  rank            0..1 positiveInt
  period          0..1 Period

Address < Element
  use             0..1 code(home work temp old billing)
  type            0..1 code(postal physical both)
  text            0..1 string
  line            0..* string
  city            0..1 string
  district        0..1 string
  state           0..1 string
  postalCode      0..1 string
  country         0..1 string
  period          0..1 Period

Quantity < Element
  value           0..1 decimal
  comparator      0..1 code(< <= >= >)
  unit            0..1 string
  system          0..1 uri
  code            0..1 code

Age < Quantity

Money < Element
  value           0..1 decimal
  currency        0..1 code

Range < Element
  low             0..1 Quantity
  high            0..1 Quantity

Attachment < Element
  contentType     0..1 code
  language        0..1 code
  data            0..1 base64Binary
  url             0..1 url
  size            0..1 unsignedInt
  hash            0..1 base64Binary
  title           0..1 string
  creation        0..1 dateTime

Narrative < Element
  status          1..1 code(generated extensions additional empty)
  div             1..1 xhtml

Meta < Element
  versionId       0..1 id
  lastUpdated     0..1 instant
  source          0..1 uri
  profile         0..* canonical
  security        0..* Coding
  tag             0..* Coding

DomainResource
  id              0..1 id
  meta            0..1 Meta
  implicitRules   0..1 uri
  language        0..1 code
  text            0..1 Narrative
  contained       0..* Resource
  extension       0..* Extension
  modifierExtension 0..* Extension

Patient < DomainResource
  identifier      0..* Identifier
  active          0..1 boolean
  name            0..* HumanName
  telecom         0..* ContactPoint
  gender          0..1 code(male female other unknown)
  birthDate       0..1 date
  deceased[x]     0..1 boolean dateTime
  address         0..* Address
  maritalStatus   0..1 CodeableConcept
  multipleBirth[x] 0..1 boolean integer
  photo           0..* Attachment
  contact         0..* Patient.contact
  communication   0..* Patient.communication
  generalPractitioner 0..* Reference(Organization Practitioner PractitionerRole)
  managingOrganization 0..1 Reference(Organization)
  link            0..* Patient.link

Patient.contact < BackboneElement
  relationship    0..* CodeableConcept
  name            0..1 HumanName
  telecom         0..* ContactPoint
  address         0..1 Address
  gender          0..1 code(male female other unknown)
  organization    0..1 Reference(Organization)
  period          0..1 Period

Patient.communication < BackboneElement
  language        1..1 CodeableConcept
  preferred       0..1 boolean

Patient.link < BackboneElement
  other           1..1 Reference(Patient RelatedPerson)
  type            1..1 code(replaced-by replaces refer seealso)

Organization < DomainResource
  identifier      0..* Identifier
  active          0..1 boolean
  type            0..* CodeableConcept
  name            0..1 string
  alias           0..* string
  telecom         0..* ContactPoint
  address         0..* Address
  partOf          0..1 Reference(Organization)
  contact         0..* Organization.contact
  endpoint        0..* Reference(Endpoint)

Organization.contact < BackboneElement
  purpose         0..1 CodeableConcept
  name            0..1 HumanName
  telecom         0..* ContactPoint
  address         0..1 Address

Coverage < DomainResource
  identifier      0..* Identifier
  status          1..1 code(active cancelled draft entered-in-error)
  type            0..1 CodeableConcept
  policyHolder    0..1 Reference(Patient RelatedPerson Organization)
  subscriber      0..1 Reference(Patient RelatedPerson)
  subscriberId    0..1 string
  beneficiary     1..1 Reference(Patient)
  dependent       0..1 string
  relationship    0..1 CodeableConcept
  period          0..1 Period
  payor           1..* Reference(Organization Patient RelatedPerson)
  class           0..* Coverage.class
  order           0..1 positiveInt
  network         0..1 string
  costToBeneficiary 0..* Coverage.costToBeneficiary
  subrogation     0..1 boolean
  contract        0..* Reference(Contract)

Coverage.class < BackboneElement
  type            1..1 CodeableConcept
  value           1..1 string
  name            0..1 string

Coverage.costToBeneficiary < BackboneElement
  type            0..1 CodeableConcept
  value[x]        1..1 Quantity Money
  exception       0..* Coverage.costToBeneficiary.exception

Coverage.costToBeneficiary.exception < BackboneElement
  type            1..1 CodeableConcept
  period          0..1 Period

CoverageEligibilityRequest < DomainResource
  identifier      0..* Identifier
  status          1..1 code(active cancelled draft entered-in-error)
  priority        0..1 CodeableConcept
  purpose         1..* code(auth-requirements benefits discovery validation)
  patient         1..1 Reference(Patient)
  serviced[x]     0..1 date Period
  created         1..1 dateTime
  enterer         0..1 Reference(Practitioner PractitionerRole)
  provider        0..1 Reference(Practitioner PractitionerRole Organization)
  insurer         1..1 Reference(Organization)
  facility        0..1 Reference(Location)
  supportingInfo  0..* CoverageEligibilityRequest.supportingInfo
  insurance       0..* CoverageEligibilityRequest.insurance
  item            0..* CoverageEligibilityRequest.item

CoverageEligibilityRequest.supportingInfo < BackboneElement
  sequence        1..1 positiveInt
  information     1..1 Reference()
  appliesToAll    0..1 boolean

CoverageEligibilityRequest.insurance < BackboneElement
  focal           0..1 boolean
  coverage        1..1 Reference(Coverage)
  businessArrangement 0..1 string

CoverageEligibilityRequest.item < BackboneElement
  supportingInfoSequence 0..* positiveInt
  category        0..1 CodeableConcept
  productOrService 0..1 CodeableConcept
  modifier        0..* CodeableConcept
  provider        0..1 Reference(Practitioner PractitionerRole)
  quantity        0..1 Quantity
  unitPrice       0..1 Money
  facility        0..1 Reference(Location Organization)
  diagnosis       0..* CoverageEligibilityRequest.item.diagnosis
  detail          0..* Reference()

CoverageEligibilityRequest.item.diagnosis < BackboneElement
  diagnosis[x]    0..1 CodeableConcept Reference(Condition)

CoverageEligibilityResponse < DomainResource
  identifier      0..* Identifier
  status          1..1 code(active cancelled draft entered-in-error)
  purpose         1..* code(auth-requirements benefits discovery validation)
  patient         1..1 Reference(Patient)
  serviced[x]     0..1 date Period
  created         1..1 dateTime
  requestor       0..1 Reference(Practitioner PractitionerRole Organization)
  request         1..1 Reference(CoverageEligibilityRequest)
  outcome         1..1 code(queued complete error partial)
  disposition     0..1 string
  insurer         1..1 Reference(Organization)
  insurance       0..* CoverageEligibilityResponse.insurance
  preAuthRef      0..1 string
  form            0..1 CodeableConcept
  error           0..* CoverageEligibilityResponse.error

CoverageEligibilityResponse.insurance < BackboneElement
  coverage        1..1 Reference(Coverage)
  inforce         0..1 boolean
  benefitPeriod   0..1 Period
  item            0..* CoverageEligibilityResponse.insurance.item

CoverageEligibilityResponse.insurance.item < BackboneElement
  category        0..1 CodeableConcept
  productOrService 0..1 CodeableConcept
  modifier        0..* CodeableConcept
  provider        0..1 Reference(Practitioner PractitionerRole)
  excluded        0..1 boolean
  name            0..1 string
  description     0..1 string
  network         0..1 CodeableConcept
  unit            0..1 CodeableConcept
  term            0..1 CodeableConcept
  benefit         0..* CoverageEligibilityResponse.insurance.item.benefit
  authorizationRequired 0..1 boolean
  authorizationSupporting 0..* CodeableConcept
  authorizationUrl 0..1 uri

CoverageEligibilityResponse.insurance.item.benefit < BackboneElement
  type            1..1 CodeableConcept
  allowed[x]      0..1 unsignedInt string Money
  used[x]         0..1 unsignedInt string Money

CoverageEligibilityResponse.error < BackboneElement
  code            1..1 CodeableConcept
`

/** What an element may be. */
export interface Type {
  /** Capital letter: a type of the table. Else a primitive. */
  readonly name: string
  /** Of a code, or the targets of a Reference; undefined: whatever. */
  readonly among: readonly string[] | undefined
}

/** One property of the JSON form; a choice `value[x]` has one for each of its types. */
export interface ElementRule {
  readonly name: string
  /** `value[x]` for a choice, else the name. */
  readonly choice: string
  readonly required: boolean
  readonly many: boolean
  readonly type: Type
}

/** A type: its properties by their JSON name. */
export type TypeRule = ReadonlyMap<string, ElementRule>

const typeOf = (text: string): Type => {
  const [, name = '', among] = /^([\w.]+)(?:\((.*)\))?$/.exec(text) ?? []
  return { name, among: among === undefined || among === '' ? undefined : among.split(' ') }
}

const capitalised = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`

const rulesOf = (line: string): ElementRule[] => {
  const [, choice = '', least, most, types = ''] =
    /^ {2}(\S+)\s+([01])\.\.([1*]) (.+)$/.exec(line) ?? []
  const shared = { choice, required: least === '1', many: most === '*' }
  // A blank inside parentheses belongs to the list of codes or targets.
  const each = types.match(/[\w.]+(?:\([^)]*\))?/g) ?? []
  return each.map((text) => {
    const type = typeOf(text)
    return { ...shared, name: choice.replace('[x]', () => capitalised(type.name)), type }
  })
}

const readTable = (table: string): ReadonlyMap<string, TypeRule> => {
  const types = new Map<string, TypeRule>()
  for (const block of table.trim().split('\n\n')) {
    const [head = '', ...lines] = block.split('\n')
    const [name = '', parent] = head.split(' < ')
    const inherited = parent === undefined ? [] : (types.get(parent) ?? [])
    const own = lines.flatMap(rulesOf).map((rule) => [rule.name, rule] as const)
    types.set(name, new Map([...inherited, ...own]))
  }
  return types
}

const TYPES = readTable(TABLE)

/** The type of the table; undefined for a primitive and for what the table does not hold. */
export const typeRule = (name: string): TypeRule | undefined => TYPES.get(name)

export const RESOURCE_TYPES = [
  'Patient',
  'Organization',
  'Coverage',
  'CoverageEligibilityRequest',
  'CoverageEligibilityResponse',
] as const
export type ResourceType = (typeof RESOURCE_TYPES)[number]

export const resourceTypeOf = (text: unknown): ResourceType | undefined =>
  RESOURCE_TYPES.find((one) => one === text)
