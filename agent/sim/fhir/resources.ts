/** The resources, written as the data types are in `data-types.ts`. */
export const RESOURCES = `
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
