import type { Fields } from '../patients/element.ts'
import { type Answer, type Call, type Clinic, headOf, unknownRequest } from './clinic.ts'
import { isDate } from './dates.ts'
import { textOf } from './fields.ts'
import type { Patient } from './patient.ts'
import { listed } from './patientget.ts'

/** [source: API page of patientlst3v2, list of errors] */
const ERRORS = {
  '11': '開始生年月日が暦日ではありません',
  '12': '終了生年月日が暦日ではありません',
  '13': '開始生年月日の設定がありません',
  '14': '開始生年月日＞終了生年月日です',
  '15': '性別が存在しません',
  '16': '入外区分が存在しません',
  '17': '検索氏名を設定して下さい',
  '20': '該当患者が存在しません',
  '21': '該当患者が１００件以上となります',
} as const
type ErrorCode = keyof typeof ERRORS

const MOST_FOUND = 100

/** What a search is for. The sample of the page has blanks where nothing is asked. */
const askedOf = (fields: Fields) => {
  const asked = (name: string) => textOf(fields, name).trim()
  const from = asked('Birth_StartDate')
  return {
    name: asked('WholeName'),
    from,
    to: asked('Birth_EndDate') || from,
    isEndAlone: from === '' && asked('Birth_EndDate') !== '',
    sex: asked('Sex'),
    inOut: asked('InOut'),
  }
}
type Asked = ReturnType<typeof askedOf>

const wrongIn = ({ name, from, to, isEndAlone, sex, inOut }: Asked): ErrorCode | undefined => {
  if (name === '') return '17'
  if (isEndAlone) return '13'
  if (from !== '' && !isDate(from)) return '11'
  if (to !== '' && !isDate(to)) return '12'
  if (from > to) return '14'
  if (!/^[12]?$/.test(sex)) return '15'
  return /^[12]?$/.test(inOut) ? undefined : '16'
}

/** Assumption `search`. Nobody is in hospital here. */
const matches = ({ name, from, to, sex, inOut }: Asked, patient: Patient): boolean =>
  [patient.WholeName, patient.WholeName_inKana].some((one) => one.startsWith(name)) &&
  (from === '' || (from <= patient.BirthDate && patient.BirthDate <= to)) &&
  (sex === '' || sex === patient.Sex) &&
  inOut !== '1'

/** `POST /api01rv2/patientlst3v2?class=01`: patients by name and birth date. */
export const patientfind = ({ fields, query }: Call, clinic: Clinic): Answer => {
  const root = 'patientlst2res'
  const failed = (code: ErrorCode): Answer => ({
    root,
    fields: headOf(clinic, code, ERRORS[code], 'Patient Info'),
  })
  if (query.get('class') !== '01') return unknownRequest(clinic, root, 'Patient Info')
  const asked = askedOf(fields)
  const wrong = wrongIn(asked)
  if (wrong !== undefined) return failed(wrong)
  const found = clinic.ledger.all().filter((patient) => matches(asked, patient))
  if (found.length === 0) return failed('20')
  if (found.length >= MOST_FOUND) return failed('21')
  return {
    root,
    fields: {
      ...headOf(clinic, '00', '処理終了', 'Patient Info'),
      Target_Patient_Count: String(found.length).padStart(3, '0'),
      No_Target_Patient_Count: '000',
      Patient_Information: found.map(listed),
    },
  }
}
