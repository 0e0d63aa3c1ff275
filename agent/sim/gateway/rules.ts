import type { Received } from './xml.ts'

/** Texts by element name. */
export type Values = Readonly<Record<string, string>>

/** What an element must be. */
export interface Rule {
  readonly name: string
  readonly required: boolean
  readonly is: RegExp
}
export const must = (name: string, is: RegExp): Rule => ({ name, required: true, is })
export const may = (name: string, is: RegExp): Rule => ({ name, required: false, is })

export const SEARCH_INFO = 'QualificationConfirmSearchInfo'
export const ANYTHING = /^/
/** Eight digits; whether they are a day of the calendar is judged apart. */
export const DATE = /^\d{8}$/

/** Who is insured where: what every kind of question names, in the documented order. */
export const INSURED: readonly Rule[] = [
  must('InsurerNumber', /^(?=.{8}$) *\d+$/),
  may('InsuredCardSymbol', /^.{0,20}$/u),
  must('InsuredIdentificationNumber', /^.{1,20}$/u),
  may('InsuredBranchNumber', /^(\d{2})?$/),
]

/** In the documented order. */
export const HEADER: readonly Rule[] = [
  must('QualificationConfirmationDate', DATE),
  must('MedicalInstitutionCode', /^\d{10}$/),
  may('ArbitraryFileIdentifier', ANYTHING),
]
/** The card face of a single question. */
export const SEARCH: readonly Rule[] = [
  ...INSURED,
  must('Birthdate', DATE),
  must('LimitApplicationCertificateRelatedConsFlg', /^[01]$/),
  may('ArbitraryIdentifier', ANYTHING),
]

/** Codes of the simulators, in the shape of the closed list of result codes. */
export const LAYOUT = 'SIM0001E'
export const REQUIRED = 'SIM0002E'
export const VALUE = 'SIM0003E'

export interface Wrong {
  readonly code: string
  readonly reason: string
}

/** What is wrong with the order or the names of the children, if anything. */
export const layoutOf = (
  parent: Received,
  rules: readonly { readonly name: string }[],
): string | undefined => {
  let last = -1
  for (const child of parent.children) {
    const place = rules.findIndex((rule) => rule.name === child.name)
    if (place < 0) return `<${child.name}> is not known in <${parent.name}>`
    if (place === last) return `<${child.name}> appears twice`
    if (place < last) return `<${child.name}> is out of order in <${parent.name}>`
    last = place
  }
  return undefined
}

/** What is wrong with the children of `parent`: the first thing, or undefined. */
export const wrongIn = (parent: Received, rules: readonly Rule[]): Wrong | undefined => {
  const layout = layoutOf(parent, rules)
  if (layout !== undefined) return { code: LAYOUT, reason: layout }
  for (const { name, required, is } of rules) {
    const child = parent.children.find((one) => one.name === name)
    if (required && (child === undefined || child.text === ''))
      return { code: REQUIRED, reason: `<${name}> is missing` }
    if (child === undefined) continue
    if (child.children.length > 0) return { code: LAYOUT, reason: `<${name}> has elements inside` }
    if (!is.test(child.text)) return { code: VALUE, reason: `<${name}> has a wrong value` }
  }
  return undefined
}

/** Only what the rules know: a refused element is not echoed. */
export const valuesOf = (parent: Received | undefined, rules: readonly Rule[]): Values =>
  Object.fromEntries(
    (parent?.children ?? [])
      .filter((child) => rules.some((rule) => rule.name === child.name))
      .map((child) => [child.name, child.text]),
  )

export const named = (parent: Received | undefined, name: string): Received | undefined =>
  parent?.children.find((child) => child.name === name)
