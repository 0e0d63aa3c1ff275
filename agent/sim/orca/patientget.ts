import type { Fields } from '../patients/element.ts'
import { type Answer, type Call, type Clinic, headOf, todayOf, unknownRequest } from './clinic.ts'
import { type Resolved, resolve } from './combinations.ts'
import { listOf, textOf } from './fields.ts'
import { patientId } from './ledger.ts'
import type { Patient } from './patient.ts'
import { insuranceFields, personFields, publicShareFields } from './shared-fields.ts'

/** Newest combinations in one answer. [source: API page of patientgetv2, 2017-04-26] */
const MOST_COMBINATIONS = 30

const combinationFields = ({ number, health, publics, rate }: Resolved): Fields => ({
  Insurance_Combination_Number: number,
  InsuranceCombination_Rate_Admission: rate,
  InsuranceCombination_Rate_Outpatient: rate,
  Insurance_Nondisplay: 'N',
  ...(health === undefined
    ? {}
    : { ...insuranceFields(health), Insurance_CheckDate: health.Certificate_CheckDate }),
  PublicInsurance_Information: publics.map((row) => ({
    ...publicShareFields(row),
    Certificate_CheckDate: row.Certificate_CheckDate,
  })),
})

const NONE = { code: '00', name: '該当なし' }

/** A code and its name. The names of other codes are the clinic's own, and made up. */
const named = (name: string, code: string): Fields => ({
  [name]: code || NONE.code,
  [`${name}_Name`]: code === '' || code === NONE.code ? NONE.name : `区分${code}`,
})

const CASH = '01'

/** The person and every combination, in the order of the API page. */
const patientFields = (patient: Patient, today: string): Fields => {
  const { Payment_Information: payment, Condition_Information: condition } = patient
  return {
    Patient_ID: patient.Patient_ID,
    WholeName: patient.WholeName,
    WholeName_inKana: patient.WholeName_inKana,
    BirthDate: patient.BirthDate,
    Sex: patient.Sex,
    HouseHolder_WholeName: patient.HouseHolder_WholeName,
    Relationship: patient.Relationship,
    Home_Address_Information: patient.Home_Address_Information,
    WorkPlace_Information: patient.WorkPlace_Information,
    Contraindication1: patient.Contraindication1,
    Contraindication2: patient.Contraindication2,
    Allergy1: patient.Allergy1,
    Allergy2: patient.Allergy2,
    Infection1: patient.Infection1,
    Infection2: patient.Infection2,
    Comment1: patient.Comment1,
    Comment2: patient.Comment2,
    TestPatient_Flag: patient.TestPatient_Flag,
    Death_Flag: patient.Death_Flag,
    Occupation: patient.Occupation,
    NickName: patient.NickName,
    CellularNumber: patient.CellularNumber,
    FaxNumber: patient.FaxNumber,
    EmailAddress: patient.EmailAddress,
    ...named('Reduction_Reason', payment.Reduction_Reason),
    ...named('Discount', payment.Discount),
    ...named('Condition1', condition.Condition1),
    ...named('Condition2', condition.Condition2),
    ...named('Condition3', condition.Condition3),
    Ic_Code: payment.Ic_Code || CASH,
    Ic_Code_Name: (payment.Ic_Code || CASH) === CASH ? '現金' : '現金以外',
    Community_Cid_Agree: 'False',
    HealthInsurance_Information: resolve(patient, today)
      .slice(-MOST_COMBINATIONS)
      .map(combinationFields),
    Personally_Information: patient.Personally_Information,
  }
}

/** `GET /api01rv2/patientgetv2?id=N`. */
export const patientget = ({ client, query }: Call, clinic: Clinic): Answer => {
  const root = 'patientinfores'
  const asked = query.get('id') ?? ''
  if (asked === '')
    return { root, fields: headOf(clinic, '01', '患者番号の設定がありません', 'Patient Info') }
  const id = patientId(asked) ?? asked
  const patient = clinic.ledger.get(id)
  clinic.reads.read(client, id)
  if (patient === undefined) {
    const message = '患者番号に該当する患者が存在しません'
    return { root, fields: headOf(clinic, '10', message, 'Patient Info') }
  }
  return {
    root,
    fields: {
      ...headOf(clinic, '00', '処理終了', 'Patient Info'),
      Patient_Information: patientFields(patient, todayOf(clinic)),
    },
  }
}

/** Newest rows of one patient in a list. [source: API page of patientlst2v2] */
const MOST_LISTED = { health: 3, public: 4 }

/** A patient in a list of patients. */
export const listed = (patient: Patient): Fields => ({
  ...personFields(patient),
  HealthInsurance_Information: patient.HealthInsurance_Info.slice(-MOST_LISTED.health).map(
    (row) => {
      const { HealthInsuredPerson_Assistance_Name: _, ...rest } = insuranceFields(row)
      return rest
    },
  ),
  PublicInsurance_Information: patient.PublicInsurance_Info.slice(-MOST_LISTED.public).map(
    (row) => ({
      PublicInsurance_Class: row.PublicInsurance_Class,
      PublicInsurance_Name: row.PublicInsurance_Name,
      PublicInsurer_Number: row.PublicInsurer_Number,
      PublicInsuredPerson_Number: row.PublicInsuredPerson_Number,
      Certificate_IssuedDate: row.Certificate_IssuedDate,
      Certificate_ExpiredDate: row.Certificate_ExpiredDate,
    }),
  ),
})

/** `POST /api01rv2/patientlst2v2?class=01`: up to a hundred numbers. */
export const patientlist = ({ fields, query }: Call, clinic: Clinic): Answer => {
  const root = 'patientlst2res'
  if (query.get('class') !== '01') return unknownRequest(clinic, root, 'Patient Info')
  const ids = listOf(fields, 'Patient_ID_Information')
    .map((one) => textOf(one, 'Patient_ID'))
    .filter((id) => id !== '')
  const found = ids.map((id) => ({ id, patient: clinic.ledger.get(patientId(id) ?? id) }))
  const missing = found.filter(({ patient }) => patient === undefined).length
  const count = (number: number) => String(number).padStart(3, '0')
  return {
    root,
    fields: {
      ...headOf(clinic, '00', '処理終了', 'Patient Info'),
      Target_Patient_Count: count(ids.length - missing),
      No_Target_Patient_Count: count(missing),
      Patient_Information: found.map(({ id, patient }) =>
        patient === undefined
          ? { Patient_ID: id, WholeName: '患者番号がありません' }
          : listed(patient),
      ),
    },
  }
}
