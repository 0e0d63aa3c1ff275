/** What JSON a primitive of FHIR R4 is. */
interface Primitive {
  readonly json: 'string' | 'number' | 'boolean'
  is(value: string | number | boolean): boolean
}

const text = (pattern: RegExp, more: (value: string) => boolean = () => true): Primitive => ({
  json: 'string',
  is: (value) => typeof value === 'string' && pattern.test(value) && more(value),
})
const whole = (least: number): Primitive => ({
  json: 'number',
  is: (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value < 2 ** 31,
})

/** Whether year, month and day, as far as they are there, are a day of the calendar. */
const isDay = (value: string): boolean => {
  const [year = '', month = '01', day = '01'] = value.slice(0, 10).split('-')
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.getUTCDate() === Number(day)
}

const TIME = String.raw`([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?`
const ZONE = String.raw`(Z|[+-]((0\d|1[0-3]):[0-5]\d|14:00))`
const DATE = String.raw`\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?`
const FULL_DATE = String.raw`\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])`

/** No blank text, and no control characters but those of lines and tabs. */
const STRING = /^(?=[\s\S]*\S)(\P{Cc}|[\t\r\n])+$/u

/** [source: hl7.org/fhir/R4/datatypes.html, the regular expressions of the primitives] */
const PRIMITIVES: Readonly<Record<string, Primitive>> = {
  boolean: { json: 'boolean', is: () => true },
  integer: whole(-(2 ** 31)),
  unsignedInt: whole(0),
  positiveInt: whole(1),
  decimal: { json: 'number', is: (value) => typeof value === 'number' && Number.isFinite(value) },
  string: text(STRING),
  markdown: text(STRING),
  code: text(/^[^\s]+(\s[^\s]+)*$/),
  id: text(/^[A-Za-z0-9\-.]{1,64}$/),
  oid: text(/^urn:oid:[0-2](\.(0|[1-9]\d*))+$/),
  uuid: text(/^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
  uri: text(/^\S+$/),
  url: text(/^\S+$/),
  canonical: text(/^\S+$/),
  base64Binary: text(/^([0-9a-zA-Z+/]{4})*([0-9a-zA-Z+/]{2}==|[0-9a-zA-Z+/]{3}=)?$/),
  date: text(new RegExp(`^${DATE}$`), isDay),
  dateTime: text(new RegExp(`^(${DATE}|${FULL_DATE}T${TIME}${ZONE})$`), isDay),
  instant: text(new RegExp(`^${FULL_DATE}T${TIME}${ZONE}$`), isDay),
  time: text(new RegExp(`^${TIME}$`)),
  xhtml: text(/^<div xmlns="http:\/\/www\.w3\.org\/1999\/xhtml"[\s\S]*<\/div>$/),
}

export const isPrimitive = (type: string): boolean => PRIMITIVES[type] !== undefined

/** Why the JSON value is not of this primitive type; undefined when it is. Says no value. */
export const wrongPrimitive = (type: string, value: unknown): string | undefined => {
  const primitive = PRIMITIVES[type]
  if (primitive === undefined) throw new Error(`no primitive ${type} in the table`)
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
    return `a JSON ${primitive.json} is needed`
  if (typeof value !== primitive.json)
    return `a JSON ${primitive.json} is needed, and it is a ${typeof value}`
  return primitive.is(value) ? undefined : `not a ${type}`
}
