import { assistancesOf, HEALTH_CLASSES, PUBLIC_CLASSES } from './classes.ts'
import { type Answer, type Call, type Clinic, headOf, todayOf, unknownRequest } from './clinic.ts'
import { textOf } from './fields.ts'

/** `POST /api01rv2/insuranceinf1v2`: the classes of insurance. */
export const insuranceinf = ({ fields }: Call, clinic: Clinic): Answer => {
  const root = 'insuranceinfres'
  if (textOf(fields, 'Request_Number') !== '01') return unknownRequest(clinic, root, 'Patient Info')
  return {
    root,
    fields: {
      ...headOf(clinic, '00', '処理終了', 'Patient Info'),
      Insurance_Information: {
        Base_Date: textOf(fields, 'Base_Date') || todayOf(clinic),
        HealthInsurance_Information: Object.entries(HEALTH_CLASSES).map(
          ([code, { name, law = '' }]) => ({
            InsuranceProvider_Class: code,
            InsuranceProvider_WholeName: name,
            InsuranceProvider_Identification_Number: law,
            HealthInsuredPerson_Assistance_Info: Object.entries(assistancesOf(code)).map(
              ([assistance, assistanceName]) => ({
                HealthInsuredPerson_Assistance: assistance,
                HealthInsuredPerson_Assistance_Name: assistanceName,
              }),
            ),
          }),
        ),
        PublicInsurance_Information: Object.entries(PUBLIC_CLASSES).map(([code, name]) => ({
          PublicInsurance_Class: code,
          PublicInsurance_Name: name,
        })),
      },
    },
  }
}

/** `POST /api01rv2/system01lstv2?class=01`: the departments. What else the real one lists is not played. */
export const system01lst = ({ fields, query }: Call, clinic: Clinic): Answer => {
  const root = 'departmentres'
  if ((query.get('class') ?? textOf(fields, 'Request_Number')) !== '01')
    return unknownRequest(clinic, root, 'Patient Info')
  return {
    root,
    fields: {
      ...headOf(clinic, '00', '処理終了', 'Patient Info'),
      Base_Date: textOf(fields, 'Base_Date') || todayOf(clinic),
      Department_Information: [
        {
          Code: '01',
          WholeName: '内科',
          Name1: '内科',
          Name2: '内科',
          Name3: '内',
          Receipt_Code: '01',
        },
      ],
    },
  }
}
