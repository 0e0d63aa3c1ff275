/**
 * The elements of FHIR R4 that a Japanese clinic's record takes, in the words of the specification:
 * name, cardinality, type. `[x]` is a choice of types; `code(a b)` a required binding; `Reference(A B)`
 * the allowed targets; a type in small letters is a primitive. [source: hl7.org/fhir/R4, resource
 * and data type definitions, 4.0.1]
 */
export const DATA_TYPES = `
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
`
