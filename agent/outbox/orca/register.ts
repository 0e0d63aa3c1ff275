import { hasPlaceholder } from '../../kernel/person.ts'
import {
  recordIn,
  recordsIn,
  textIn,
  type Xml2Message,
  type Xml2Record,
} from '../../xmlmsg/xml2.ts'
import { meaningOf, shownResult } from './api-result.ts'
import { expectDone, type OrcaAnswer, type OrcaClient } from './client.ts'
import { type Elements, type OrcaPatient, valueIn } from './elements.ts'
import { type Mapped, rateClassOf, type Unmapped } from './mapping.ts'

const PATH = '/orca12/patientmodv2'

/** What became of a write. `unclear`: it has to be looked at, as where it was there already. */
export interface Written {
  readonly did: 'written' | 'nothing' | 'unclear'
  readonly unmapped: readonly Unmapped[]
}

const PERSON = ['WholeName', 'WholeName_inKana', 'BirthDate', 'Sex']
/** Elements of the insurance in the order of the API page; ORCA reads no other. */
const INSURANCE = [
  'InsuranceProvider_Class',
  'InsuranceProvider_Number',
  'HealthInsuredPerson_Symbol',
  'HealthInsuredPerson_Number',
  'HealthInsuredPerson_Branch_Number',
  'HealthInsuredPerson_Assistance',
  'RelationToInsuredPerson',
  'Rate_Class',
  'HealthInsuredPerson_WholeName',
  'Certificate_StartDate',
  'Certificate_ExpiredDate',
  'Certificate_GetDate',
]
const PUBLIC = [
  'PublicInsurance_Class',
  'PublicInsurer_Number',
  'PublicInsuredPerson_Number',
  'Certificate_IssuedDate',
  'Certificate_ExpiredDate',
]
const HOME = ['Address_ZipCode', 'WholeAddress1']

/** Class 01. Throws as `expectDone` does. `today`: YYYY-MM-DD. */
export async function registerPatient(
  client: OrcaClient,
  mapped: Mapped,
  number: string,
  today: string,
  signal: AbortSignal,
): Promise<Written> {
  const home = chosen(HOME, mapped.patient)
  const rate = rateClassOf(mapped, today)
  const record = {
    Patient_ID: number,
    ...chosen(PERSON, mapped.patient),
    ...(Object.keys(home).length > 0 && { Home_Address_Information: home }),
    ...(rate !== undefined && { HealthInsurance_Information: insuranceOf(mapped, rate) }),
  }
  const answer = await client.post(`${PATH}?class=01`, messageOf(record), signal)
  const registered = ended(answer, 'class=01')
  return rate === undefined
    ? { ...registered, unmapped: [...registered.unmapped, WITHOUT_INSURANCE] }
    : registered
}

const WITHOUT_INSURANCE: Unmapped = {
  field: 'contributionRatio',
  detail:
    'a new patient can be registered with 1割 or 3割 only: registered without insurance, which is entered by hand or by change-insurance',
}

/** Class 04, for a patient whom ORCA has, as ORCA has them: it looks for number, name, sex and birth date. */
export async function addInsurance(
  client: OrcaClient,
  mapped: Mapped,
  patient: OrcaPatient,
  today: string,
  signal: AbortSignal,
): Promise<Written> {
  const record = {
    Patient_ID: patient.number,
    ...chosen(PERSON, patient.elements),
    HealthInsurance_Information: insuranceOf(mapped, rateClassOf(mapped, today) ?? ''),
  }
  return ended(await client.post(`${PATH}?class=04`, messageOf(record), signal), 'class=04')
}

const messageOf = (record: Xml2Record): Xml2Message => ({ name: 'patientmodreq', record })

function insuranceOf({ insurance, publics }: Mapped, rate: string): Xml2Record {
  const rows = publics.map((row) => chosen(PUBLIC, row))
  return {
    ...chosen(INSURANCE, { ...insurance, Rate_Class: rate }),
    ...(rows.length > 0 && { PublicInsurance_Information: rows }),
  }
}

/** In the order of `names`, without what is empty or a person has to type. */
function chosen(names: readonly string[], elements: Elements): Elements {
  const said = names.filter((name) => {
    const value = valueIn(elements, name)
    return value !== '' && !hasPlaceholder(value)
  })
  return Object.fromEntries(said.map((name) => [name, valueIn(elements, name)]))
}

/** An attempt whose answer was lost may have done it: that it is there is no refusal. */
function ended(answer: OrcaAnswer, step: string): Written {
  if (meaningOf(answer.apiResult) === 'exists') return { did: 'unclear', unmapped: [] }
  expectDone(answer, step)
  return { did: 'written', unmapped: warningsOf(answer) }
}

/**
 * What ORCA warns of, for a person to look at. W00 says only that it does: the codes stand beside.
 * Its texts stay out, as they may speak of the patient.
 */
export function warningsOf({ apiResult, record }: OrcaAnswer): readonly Unmapped[] {
  if (meaningOf(apiResult) !== 'warned') return []
  const listed = recordsIn(
    recordIn(record, 'Patient_Warning_Information'),
    'Patient_Warning_Info',
  ).map((one) => textIn(one, 'Patient_Warning'))
  const codes = new Set(listed.filter((code) => code !== ''))
  return [...(codes.size > 0 ? codes : [apiResult])].map((code) => ({
    field: 'Api_Result',
    detail: `written with a warning of ORCA: ${Object.hasOwn(warnings, code) ? warnings[code] : shownResult(code)}`,
  }))
}

/** [warnings of the API page of patientmodv2] */
const warnings: Readonly<Record<string, string>> = {
  K0: 'K0, ORCA has another patient of the same name, birth date and sex',
  K1: 'K1, about the numbering of patients',
  K2: 'K2, about zip code or insurance',
  K3: 'K3, ORCA changed the class of the insurance',
  K4: 'K4, there are 20 combinations of insurance or more',
  K5: 'K5, the patient is under 16',
}
