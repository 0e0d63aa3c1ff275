import { BehaviourError } from '../behaviour.ts'
import { isDate } from './dates.ts'
import { textsOf } from './fields.ts'
import { patientId } from './ledger.ts'

const NAMES = [
  'Appointment_Date',
  'Appointment_Time',
  'Medical_Information',
  'Department_Code',
  'Physician_Code',
  'Patient_ID',
] as const

/** An appointment; '' is what is not set. */
export type Booking = Readonly<Record<(typeof NAMES)[number], string>>
/** One to begin with: what is left out is 09:00:00, 01 (診察１), 01 (内科) and 10001. */
export type SeedBooking = Pick<Booking, 'Appointment_Date' | 'Patient_ID'> & Partial<Booking>

/** 診療内容区分. [source: list of requests on the API page of appointlstv2] */
export const PURPOSES: Readonly<Record<string, string>> = {
  '01': '診察１',
  '02': '薬のみ',
  '03': '注射のみ',
  '04': '検査のみ',
  '05': 'リハビリテーション',
  '06': '健康診断',
  '07': '予防注射',
  '99': '該当なし',
}
/** Made up. */
export const PHYSICIANS: Readonly<Record<string, string>> = {
  '10001': '試験　一',
  '10002': '試験　二',
}
export const DEPARTMENTS: Readonly<Record<string, string>> = { '01': '内科' }

/** The appointment book. */
export interface Book {
  /** Of a day, YYYY-MM-DD, by time. */
  on(day: string): readonly Booking[]
  all(): readonly Booking[]
  /** Puts these in the place of all. Throws `BehaviourError`, and then nothing has changed. */
  plant(given: readonly SeedBooking[]): void
}

const refuse = (is: string): never => {
  throw new BehaviourError(`an appointment has ${is}`)
}

const bookingFrom = (given: SeedBooking): Booking => {
  const booking = textsOf(NAMES, {
    Appointment_Time: '09:00:00',
    Medical_Information: '01',
    Department_Code: '01',
    Physician_Code: '10001',
    ...given,
  })
  if (!isDate(booking.Appointment_Date)) refuse('an Appointment_Date, YYYY-MM-DD')
  if (!/^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/.test(booking.Appointment_Time))
    refuse('an Appointment_Time, HH:mm:ss')
  if (!Object.hasOwn(PURPOSES, booking.Medical_Information)) refuse('a Medical_Information')
  if (!Object.hasOwn(PHYSICIANS, booking.Physician_Code)) refuse('a Physician_Code, 10001 or 10002')
  if (!Object.hasOwn(DEPARTMENTS, booking.Department_Code)) refuse('a Department_Code, 01')
  const id = patientId(booking.Patient_ID) ?? refuse('a Patient_ID')
  return { ...booking, Patient_ID: id }
}

export const openBook = (): Book => {
  let bookings: readonly Booking[] = []
  return {
    on: (day) => bookings.filter((one) => one.Appointment_Date === day),
    all: () => bookings,
    plant: (given) => {
      bookings = given
        .map(bookingFrom)
        .sort((one, other) => (one.Appointment_Time < other.Appointment_Time ? -1 : 1))
    },
  }
}

/** Parses what came as JSON: a list of objects. What is in them is looked at when they are planted. */
export const readBookings = (json: unknown): readonly SeedBooking[] => {
  if (!Array.isArray(json)) throw new BehaviourError('a JSON list of appointments')
  return json.map((one: unknown) => {
    if (!isSeed(one)) throw new BehaviourError('an appointment has Appointment_Date and Patient_ID')
    return one
  })
}

const isSeed = (one: unknown): one is SeedBooking =>
  typeof one === 'object' &&
  one !== null &&
  ['Appointment_Date', 'Patient_ID'].every((name) => typeof Reflect.get(one, name) === 'string')
