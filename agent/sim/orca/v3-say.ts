import type { Fields } from '../patients/element.ts'
import { type Answer, type Call, type Clinic, headOf } from './clinic.ts'
import { recordOf, textOf } from './fields.ts'
import type { Patient } from './patient.ts'
import { personFields } from './shared-fields.ts'

const ROOT = 'patientmodv3res2'

/** What an answer of a v3 call says beside what every one of them repeats. */
export interface Saying {
  readonly result: string
  readonly message: string
  /** The Request_Number that must come next. */
  readonly response: string
  readonly orcaUid?: string
}

/** What answers of the v3 calls begin with. */
export const headV3 = (
  { fields }: Call,
  { result, message, response, orcaUid = '' }: Saying,
  clinic: Clinic,
): Fields => ({
  Request_Number: textOf(fields, 'Request_Number'),
  Response_Number: response,
  Karte_Uid: textOf(fields, 'Karte_Uid'),
  Orca_Uid: orcaUid,
  ...headOf(clinic, result, message, 'Acceptance_Info'),
})

interface SayingOf extends Saying {
  readonly patient?: Patient
  readonly more?: Fields
}

export const say = (call: Call, saying: SayingOf, clinic: Clinic): Answer => {
  const { patient, more = {} } = saying
  const { fields } = call
  return {
    root: ROOT,
    fields: {
      ...headV3(call, saying, clinic),
      Base_Date: textOf(fields, 'Base_Date'),
      Patient_Information:
        patient === undefined ? { Patient_ID: idOf(fields) } : personFields(patient),
      ...more,
    },
  }
}

/** Whom the request is about, as it came. */
export const idOf = (fields: Fields): string =>
  textOf(recordOf(fields, 'Patient_Information'), 'Patient_ID')

/** A refusal: nothing changes, and the same number is expected again. */
export const refuse = (call: Call, result: string, message: string, clinic: Clinic): Answer =>
  say(call, { result, message, response: textOf(call.fields, 'Request_Number') }, clinic)

export const NO_PATIENT = '患者番号に該当する患者が存在しません'
export const NO_KARTE_UID = '電子カルテＵＩＤが未設定です。'
export const NO_ORCA_UID = 'オルカＵＩＤが未設定です。'
export const QUESTION_OPEN = '選択項目があります。選択結果を返却してください。'
export const IN_USE = '他端末使用中'
