import type { Fields } from '../patients/element.ts'
import { type Booking, DEPARTMENTS, PHYSICIANS, PURPOSES } from './book.ts'
import { HEALTH_CLASSES } from './classes.ts'
import { type Answer, type Call, type Clinic, headOf, todayOf, unknownRequest } from './clinic.ts'
import { isDate } from './dates.ts'
import { textOf } from './fields.ts'
import type { HealthInsurance, Patient } from './patient.ts'
import { assistanceName } from './shared-fields.ts'

/** [source: API page of appointlstv2, list of errors] */
const ERRORS = {
  '11': '予約日が暦日ではありません',
  '12': 'ドクターが存在しません',
  '13': '診療内容情報が存在しません',
  '20': '予約対象件数が５００件以上あります',
  '21': '対象の予約はありませんでした',
} as const
type ErrorCode = keyof typeof ERRORS

/** [source: as above] */
const TOO_MANY = 500

const askedOf = (fields: Fields, today: string) => ({
  // Assumption `appointment-day`.
  day: textOf(fields, 'Appointment_Date').trim() || today,
  purpose: textOf(fields, 'Medical_Information').trim(),
  physician: textOf(fields, 'Physician_Code').trim(),
})

const wrongIn = ({
  day,
  purpose,
  physician,
}: ReturnType<typeof askedOf>): ErrorCode | undefined => {
  if (!isDate(day)) return '11'
  if (physician !== '' && !Object.hasOwn(PHYSICIANS, physician)) return '12'
  return purpose === '' || Object.hasOwn(PURPOSES, purpose) ? undefined : '13'
}

/** 主保険, without 自費, 労災 and 自賠. [source: note 5 of the page] */
const mainInsurance = (patient: Patient, day: string): HealthInsurance | undefined =>
  patient.HealthInsurance_Info.findLast((row) => {
    const kind = HEALTH_CLASSES[row.InsuranceProvider_Class]?.kind
    const isHealth = kind !== 'self-pay' && kind !== 'accident'
    return isHealth && row.Certificate_StartDate <= day && day <= row.Certificate_ExpiredDate
  })

const insuranceOf = (row: HealthInsurance): Fields => ({
  InsuranceProvider_Class: row.InsuranceProvider_Class,
  InsuranceProvider_Number: row.InsuranceProvider_Number,
  InsuranceProvider_WholeName: row.InsuranceProvider_WholeName,
  HealthInsuredPerson_Symbol: row.HealthInsuredPerson_Symbol,
  HealthInsuredPerson_Number: row.HealthInsuredPerson_Number,
  HealthInsuredPerson_Branch_Number: row.HealthInsuredPerson_Branch_Number,
  HealthInsuredPerson_Assistance: row.HealthInsuredPerson_Assistance,
  HealthInsuredPerson_Assistance_Name: assistanceName(row),
  RelationToInsuredPerson: row.RelationToInsuredPerson,
  Certificate_StartDate: row.Certificate_StartDate,
  Certificate_ExpiredDate: row.Certificate_ExpiredDate,
})

/** Assumption `appointment-insurance`. */
const insuranceFields = (row: HealthInsurance, clinic: Clinic): Fields => {
  const { appointmentInsurance } = clinic.customs
  if (appointmentInsurance === 'none') return {}
  const info = insuranceOf(row)
  return {
    HealthInsurance_Information: {
      HealthInsurance_Info: appointmentInsurance === 'list' ? [info] : info,
    },
  }
}

const listedOf = (booking: Booking, clinic: Clinic): Fields => {
  const patient = clinic.ledger.get(booking.Patient_ID)
  const row = patient && mainInsurance(patient, booking.Appointment_Date)
  return {
    Appointment_Time: booking.Appointment_Time,
    Medical_Information: booking.Medical_Information,
    Department_Code: booking.Department_Code,
    Department_WholeName: DEPARTMENTS[booking.Department_Code] ?? '',
    Physician_Code: booking.Physician_Code,
    Physician_WholeName: PHYSICIANS[booking.Physician_Code] ?? '',
    Patient_Information: {
      Patient_ID: booking.Patient_ID,
      ...(patient && {
        WholeName: patient.WholeName,
        WholeName_inKana: patient.WholeName_inKana,
        BirthDate: patient.BirthDate,
        Sex: patient.Sex,
        Home_Address_Information: {
          PhoneNumber1: patient.Home_Address_Information.PhoneNumber1,
        },
      }),
      ...(row && insuranceFields(row, clinic)),
    },
  }
}

/** `POST /api01rv2/appointlstv2?class=01`: who has an appointment on a day. */
export const appointlst = ({ fields, query }: Call, clinic: Clinic): Answer => {
  const root = 'appointlstres'
  const failed = (code: ErrorCode): Answer => ({
    root,
    fields: headOf(clinic, code, ERRORS[code], 'Patient Info'),
  })
  if (query.get('class') !== '01') return unknownRequest(clinic, root, 'Patient Info')
  const asked = askedOf(fields, todayOf(clinic))
  const wrong = wrongIn(asked)
  if (wrong !== undefined) return failed(wrong)
  const found = clinic.book
    .on(asked.day)
    .filter(
      (one) =>
        (asked.purpose === '' || asked.purpose === one.Medical_Information) &&
        (asked.physician === '' || asked.physician === one.Physician_Code),
    )
  if (found.length === 0) return failed('21')
  if (found.length >= TOO_MANY) return failed('20')
  return {
    root,
    fields: {
      ...headOf(clinic, '00', '処理終了', 'Patient Info'),
      Appointment_Date: asked.day,
      Appointlst_Information: found.map((one) => listedOf(one, clinic)),
    },
  }
}
