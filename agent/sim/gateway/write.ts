import iconv from 'iconv-lite'
import type { Element, Fields } from '../patients/element.ts'
import { seeded } from '../seeded.ts'

export type Charset = 'utf-8' | 'shift_jis'

/** The documented order of everything that an answer can hold; what is not here comes last. */
const ORDER = `
ProcessExecutionTime QualificationConfirmationDate MedicalInstitutionCode ArbitraryFileIdentifier
ReferenceClassification SegmentOfResult ErrorCode ErrorMessage CharacterCodeIdentifier
PrescriptionIssueSelect ProcessingResultStatus ProcessingResultCode ProcessingResultMessage
QualificationValidity ResultList QualificationConfirmSearchInfo
InsuredCardClassification InsurerNumber InsuredCardSymbol InsuredIdentificationNumber
InsuredBranchNumber PersonalFamilyClassification InsuredName Name NameOfOther NameKana
NameOfOtherKana Sex1 Sex2 Birthdate Address PostNumber QualificationDate DisqualificationDate
InsuredCertificateIssuanceDate InsuredCardValidDate InsuredCardExpirationDate
InsuredPartialContributionRatio PreschoolClassification ReasonOfLoss InsurerName
ElderlyRecipientCertificateInfo LimitApplicationCertificateRelatedConsFlg
LimitApplicationCertificateRelatedConsTime LimitApplicationCertificateRelatedInfo
SpecificDiseasesCertificateRelatedConsFlg SpecificDiseasesCertificateRelatedConsTime
SpecificDiseasesCertificateList PublicExpenseResultList
SpecificHealthCheckupsInfoConsFlg SpecificHealthCheckupsInfoConsTime
SpecificHealthCheckupsInfoAvailableTime PharmacistsInfoConsFlg PharmacistsInfoConsTime
PharmacistsInfoAvailableTime DiagnosisInfoConsFlg DiagnosisInfoConsTime DiagnosisInfoAvailableTime
OperationInfoConsFlg OperationInfoConsTime OperationInfoAvailableTime ReferenceNumber
ArbitraryIdentifier`
  .trim()
  .split(/\s+/)
const PLACES = new Map(ORDER.map((name, place) => [name, place]))

type Entry = readonly [name: string, value: Element]

/** Puts the elements of one parent in the order in which they are written. */
export type Arrange = (entries: Entry[]) => Entry[]

const place = ([name]: Entry) => PLACES.get(name) ?? ORDER.length

export const documented: Arrange = (entries) => entries.sort((a, b) => place(a) - place(b))

/** A random order: the same seed gives the same orders. */
export const shuffled = (seed: number): Arrange => {
  const random = seeded(seed)
  return (entries) =>
    entries
      .map((entry) => ({ entry, at: random() }))
      .sort((a, b) => a.at - b.at)
      .map(({ entry }) => entry)
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

const isList = (value: Element): value is readonly Fields[] => Array.isArray(value)

const lines = (name: string, value: Element, indent: string, arrange: Arrange): string => {
  if (typeof value === 'string') return `${indent}<${name}>${escaped(value)}</${name}>\n`
  if (isList(value)) return value.map((one) => lines(name, one, indent, arrange)).join('')
  const inside = arrange(Object.entries(value))
    .map(([child, element]) => lines(child, element, `${indent}  `, arrange))
    .join('')
  return `${indent}<${name}>\n${inside}${indent}</${name}>\n`
}

/** Characters that Unicode has twice and CP932 once. */
const CP932_TWINS: Readonly<Record<string, string>> = { '〜': '～', '−': '－', '—': '―', '‖': '∥' }

/** CP932; a character outside it becomes ●, as the official side does. */
const cp932 = (text: string): Buffer =>
  iconv.encode(
    [...text]
      .map((char) => CP932_TWINS[char] ?? char)
      .map((char) => (iconv.decode(iconv.encode(char, 'cp932'), 'cp932') === char ? char : '●'))
      .join(''),
    'cp932',
  )

/** The bytes of a message with a matching declaration. Header and body keep their places. */
export const write = (
  message: { readonly header: Fields; readonly body: Fields | undefined },
  charset: Charset,
  arrange: Arrange,
): Buffer => {
  const label = charset === 'utf-8' ? 'UTF-8' : 'Shift_JIS'
  const text = [
    `<?xml version="1.0" encoding="${label}" standalone="no"?>\n<XmlMsg>\n`,
    lines('MessageHeader', message.header, '  ', arrange),
    message.body === undefined ? '' : lines('MessageBody', message.body, '  ', arrange),
    '</XmlMsg>\n',
  ].join('')
  return charset === 'utf-8' ? Buffer.from(text) : cp932(text)
}
