import type { AppointmentFace, AppointmentItem } from '../../kernel/appointment.ts'
import { recordIn, recordsIn, textIn, type Xml2Record } from '../../xmlmsg/xml2.ts'
import { expectRead, type OrcaClient } from './client.ts'
import { fromOrcaDate } from './codes.ts'

const PATH = '/api01rv2/appointlstv2?class=01'

/** Nobody has an appointment. [API page of appointlstv2, list of errors] */
const NOBODY = '21'

/**
 * Who has an appointment on a day (YYYY-MM-DD), of all doctors. The card comes with it since
 * 2023-12-25, as ORCA says for the eligibility check; an older ORCA gives the number alone. Names and
 * telephone numbers, which come too, are left. Throws as `expectRead`: 500 or more are not listed.
 * [API page of appointlstv2]
 */
export async function appointmentsIn(
  client: OrcaClient,
  day: string,
  signal: AbortSignal,
): Promise<AppointmentItem[]> {
  const request = { name: 'appointlstreq', record: { Appointment_Date: day } }
  const answer = await client.post(PATH, request, signal)
  if (answer.apiResult === NOBODY) return []
  const { record } = expectRead(answer, 'appointlstv2')
  return recordsIn(record, 'Appointlst_Information').flatMap((one) => {
    const item = itemOf(one)
    return item === null ? [] : [item]
  })
}

/** Null: a slot that holds nobody. */
function itemOf(slot: Xml2Record): AppointmentItem | null {
  const patient = recordIn(slot, 'Patient_Information')
  const patientNumber = textIn(patient, 'Patient_ID').trim()
  const [, time] = /^(\d{2}:\d{2})/.exec(textIn(slot, 'Appointment_Time')) ?? []
  const cardFace = cardIn(patient)
  if (patientNumber === '' && cardFace === null) return null
  return {
    ...(time !== undefined && { time }),
    ...(patientNumber !== '' && { patientNumber }),
    ...(cardFace !== null && { cardFace }),
  }
}

/** Null: none that could be asked about, as of a patient who pays. */
function cardIn(patient: Xml2Record): AppointmentFace | null {
  const information = recordIn(patient, 'HealthInsurance_Information')
  // A record by the API page; a list of one where an ORCA repeats it as its other calls do.
  const card =
    recordsIn(information, 'HealthInsurance_Info')[0] ??
    recordIn(information, 'HealthInsurance_Info')
  const number = (element: string) => textIn(card, element).normalize('NFKC').trim()
  const insurerNumber = number('InsuranceProvider_Number')
  const insuredIdentificationNumber = number('HealthInsuredPerson_Number')
  const birthdate = fromOrcaDate(textIn(patient, 'BirthDate'))
  if (insurerNumber === '' || insuredIdentificationNumber === '' || birthdate === '') return null
  const symbol = textIn(card, 'HealthInsuredPerson_Symbol').trim()
  const branch = number('HealthInsuredPerson_Branch_Number')
  return {
    insurerNumber,
    ...(symbol !== '' && { insuredCardSymbol: symbol }),
    insuredIdentificationNumber,
    ...(branch !== '' && { insuredBranchNumber: branch }),
    birthdate,
  }
}
