import type { Element, Fields } from '../patients/element.ts'
import { filled, isList } from './fields.ts'

export type Format = 'xml' | 'json'

/** How many records a list has room for. [source: fixtures of the public Ruby client; the API pages] */
const ROOM: Readonly<Record<string, number>> = {
  HealthInsurance_Information: 30,
  PublicInsurance_Information: 4,
  HealthInsurance_Info: 40,
  PublicInsurance_Info: 60,
  HealthInsurance_Combination_Info: 200,
  Patient_Message_Info: 50,
  Patient_Warning_Info: 50,
  Lock_Information: 100,
  Patient_Information: 100,
  Department_Information: 100,
  Appointlst_Information: 500,
  HealthInsuredPerson_Assistance_Info: 30,
}

/** One combination has room for less than the patient. [source: as above] */
const PUBLICS_IN_COMBINATION = 4

/** Assumption `padding`. */
const XML_PADDING = 2

/** The list `name` of a record that is in the list `within`. */
const padded = (
  name: string,
  within: string,
  list: readonly Fields[],
  format: Format,
): readonly Fields[] => {
  const most =
    within === 'HealthInsurance_Combination_Info' ? PUBLICS_IN_COMBINATION : (ROOM[name] ?? 0)
  const room = Math.max(0, most - list.length)
  const empty = format === 'json' ? room : Math.min(room, XML_PADDING)
  return [...list, ...Array.from({ length: empty }, () => ({}))]
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

const record = (name: string, fields: Fields, indent: string, within = ''): string => {
  const inside = Object.entries(fields).map(([child, value]) =>
    element(child, value, `${indent}  `, within),
  )
  return `${indent}<${name} type="record">\n${inside.join('')}${indent}</${name}>\n`
}

const element = (name: string, value: Element, indent: string, within: string): string => {
  if (typeof value === 'string')
    return `${indent}<${name} type="string">${escaped(value)}</${name}>\n`
  if (!isList(value)) return record(name, value, indent)
  const inside = padded(name, within, value, 'xml').map((one) =>
    record(`${name}_child`, one, `${indent}  `, name),
  )
  return `${indent}<${name} type="array">\n${inside.join('')}${indent}</${name}>\n`
}

const jsonOf = (value: Element, name: string, within: string): unknown => {
  if (typeof value === 'string') return value
  if (isList(value)) return padded(name, within, value, 'json').map((one) => jsonOf(one, '', name))
  return Object.fromEntries(
    Object.entries(value).map(([child, inside]) => [child, jsonOf(inside, child, within)]),
  )
}

/** The bytes of an answer: without what is empty, its lists padded with empty records. */
export const write2 = (root: string, fields: Fields, format: Format): Buffer => {
  const kept = filled(fields)
  return Buffer.from(
    format === 'json'
      ? JSON.stringify({ [root]: jsonOf(kept, root, '') })
      : `<?xml version="1.0" encoding="UTF-8"?>\n<xmlio2>\n${record(root, kept, '  ')}</xmlio2>\n`,
  )
}
