/** 保険の種類. [source: answer of insuranceinf1v2 in the fixtures of the public Ruby client] */
interface HealthClass {
  readonly name: string
  /** First two digits of an insurer number of eight: 法別番号. */
  readonly law?: string
  /** `employees`: 社保 with assistance 7, 8, 9. */
  readonly kind: 'employees' | 'national' | 'old-age' | 'accident' | 'self-pay'
}

export const HEALTH_CLASSES: Readonly<Record<string, HealthClass>> = {
  '002': { name: '船員', law: '02', kind: 'employees' },
  '003': { name: '一般', law: '03', kind: 'employees' },
  '004': { name: '特別', law: '04', kind: 'employees' },
  '006': { name: '組合', law: '06', kind: 'employees' },
  '007': { name: '自官', law: '07', kind: 'employees' },
  '009': { name: '協会', law: '01', kind: 'employees' },
  '031': { name: '国公', law: '31', kind: 'employees' },
  '032': { name: '地公', law: '32', kind: 'employees' },
  '033': { name: '警察', law: '33', kind: 'employees' },
  '034': { name: '学校', law: '34', kind: 'employees' },
  '039': { name: '後期高齢者', law: '39', kind: 'old-age' },
  '040': { name: '後期特療費', kind: 'old-age' },
  '060': { name: '国保', kind: 'national' },
  '063': { name: '退組合', law: '63', kind: 'employees' },
  '067': { name: '退国保', law: '67', kind: 'employees' },
  '068': { name: '特療費', kind: 'national' },
  '069': { name: '退特療費', kind: 'employees' },
  '072': { name: '退国公', law: '72', kind: 'employees' },
  '073': { name: '退地公', law: '73', kind: 'employees' },
  '074': { name: '退警察', law: '74', kind: 'employees' },
  '075': { name: '退学校', law: '75', kind: 'employees' },
  '971': { name: '労災保険', kind: 'accident' },
  '973': { name: '自賠責保険', kind: 'accident' },
  '975': { name: '公害保険', kind: 'accident' },
  '980': { name: '自費', kind: 'self-pay' },
}

const BY_LAW = new Map(
  Object.entries(HEALTH_CLASSES).flatMap(([code, { law }]) =>
    law === undefined ? [] : [[law, code] as const],
  ),
)

/** The class that an insurer number says; undefined for a number that is none. */
export const classOfInsurer = (number: string): string | undefined => {
  if (/^\d{6}$/.test(number)) return '060'
  return /^\d{8}$/.test(number) ? BY_LAW.get(number.slice(0, 2)) : undefined
}

const TENTHS = { '0': 0, '1': 1, '2': 2, '3': 3, '4': 1, '5': 2, '6': 3 } as const
const NATIONAL: Readonly<Record<string, string>> = {
  '0': '無し',
  '1': '１割',
  '2': '２割',
  '3': '３割',
  '4': '外１割 入０割',
  '5': '外２割 入１割',
  '6': '外３割 入２割',
}
/** Assumption `assistance`: 2 since 2022-10; the fixture is older. */
const OLD_AGE: Readonly<Record<string, string>> = { '1': '１割', '2': '２割', '3': '３割' }
const EMPLOYEES: Readonly<Record<string, string>> = { '7': '３割', '8': '２割', '9': '１割' }
const SELF_PAY: Readonly<Record<string, string>> = { '1': '課税', '2': '非課税' }

/** 補助区分 of a class, code to name. The 船員 codes of work and ship are left out. */
export const assistancesOf = (code: string): Readonly<Record<string, string>> => {
  switch (HEALTH_CLASSES[code]?.kind) {
    case 'employees':
      return EMPLOYEES
    case 'national':
      return NATIONAL
    case 'old-age':
      return OLD_AGE
    case 'self-pay':
      return SELF_PAY
    default:
      return {}
  }
}

const tenthsOf = (assistance: string): number | undefined =>
  Object.entries(TENTHS).find(([code]) => code === assistance)?.[1]

/** The share that the patient pays of this insurance, as "0.30". */
export const rateOf = (code: string, assistance: string, age: number): string => {
  const kind = HEALTH_CLASSES[code]?.kind
  if (kind === 'self-pay') return '1.00'
  if (kind === 'accident') return '0.00'
  const before = age < 6 ? 2 : 3
  const tenths =
    kind === 'employees'
      ? ({ '7': 3, '8': 2, '9': 1 }[assistance] ?? before)
      : (tenthsOf(assistance) ?? before)
  return `0.${tenths}0`
}

/** 公費の種類. [source: as above; those that a clinic outside its prefecture can have] */
export const PUBLIC_CLASSES: Readonly<Record<string, string>> = {
  '010': '感３７の２',
  '011': '結核入院',
  '012': '生活保護',
  '013': '戦傷傷病',
  '014': '戦傷更正',
  '015': '更生',
  '016': '育成',
  '017': '児童療育',
  '018': '原爆認定',
  '019': '原爆一般',
  '020': '精神入院',
  '021': '精神通院',
  '023': '養育',
  '024': '療養介護',
  '025': '残留邦人等',
  '028': '感染症入院',
  '029': '新感染',
  '030': '心神喪失',
  '038': '肝炎治療',
  '051': '特定負有',
  '052': '小児特定',
  '053': '児童保護',
  '054': '難病',
  '062': 'Ｂ型肝炎',
  '066': '石綿',
  '079': '障害児施設',
  '091': '特定負無',
  '190': 'マル乳',
  '956': '公費アイ　',
  '957': '公費ウエオ',
  '958': '特疾４回目',
  '960': '減額（割）',
  '961': '減額（円）',
  '965': '高額４回目',
  '966': '高額アイ　',
  '967': '高額ウエオ',
  '968': '後期該当',
  '972': '長期',
  '974': '長期（上位',
  '976': '高齢非該当',
  '977': '後期非該当',
}

/** Classes of 950 and above are marks of this patient, without a payer's number. */
export const hasPayer = (code: string): boolean => code < '950'

/** The class that a payer number (eight digits) says; undefined for a number that is none. */
export const classOfPayer = (number: string): string | undefined => {
  const code = `0${number.slice(0, 2)}`
  if (!/^\d{8}$/.test(number)) return undefined
  return PUBLIC_CLASSES[code] === undefined ? undefined : code
}
