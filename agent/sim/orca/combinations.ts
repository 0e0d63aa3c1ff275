import { healthPeriod, isRegular, publicPeriod } from './beside.ts'
import { rateOf } from './classes.ts'
import { ageOn, overlap, type Period } from './dates.ts'
import type {
  Combination,
  HealthInsurance,
  Insurances,
  Patient,
  PublicInsurance,
} from './patient.ts'

/** Public insurance of one combination. [source: API pages] */
const MOST_PUBLICS = 4

type Pair = Omit<Combination, 'Insurance_Combination_Number'>

const keyOf = ({ InsuranceProvider_Id, PublicInsurance_Ids }: Pair) =>
  [InsuranceProvider_Id, ...PublicInsurance_Ids].join(' ')

const alone = ({ InsuranceProvider_Id }: HealthInsurance): Pair => ({
  InsuranceProvider_Id,
  PublicInsurance_Ids: [],
})

const withPublics = (health: HealthInsurance, publics: readonly PublicInsurance[]): Pair => ({
  InsuranceProvider_Id: health.InsuranceProvider_Id,
  PublicInsurance_Ids: publics
    .filter((row) => overlap(healthPeriod(health), publicPeriod(row)))
    .slice(0, MOST_PUBLICS)
    .map((row) => row.PublicInsurance_Id),
})

/** Assumption `combinations`. */
const pairsOf = ({
  HealthInsurance_Info: healths,
  PublicInsurance_Info: publics,
}: Omit<Insurances, 'combinations'>): readonly Pair[] => {
  if (healths.length === 0)
    return publics.length === 0
      ? []
      : [
          {
            InsuranceProvider_Id: '',
            PublicInsurance_Ids: publics
              .slice(0, MOST_PUBLICS)
              .map((row) => row.PublicInsurance_Id),
          },
        ]
  return healths.flatMap((health) => {
    const both = withPublics(health, publics)
    return both.PublicInsurance_Ids.length > 0 && isRegular(health)
      ? [alone(health), both]
      : [alone(health)]
  })
}

export const numberOf = ({ Insurance_Combination_Number: number }: Combination) => Number(number)

/** The combinations of these rows, in their order: those that were there keep their number. */
export const combine = (
  rows: Omit<Insurances, 'combinations'>,
  before: readonly Combination[],
): readonly Combination[] => {
  const known = new Map(before.map((one) => [keyOf(one), one]))
  let last = Math.max(0, ...before.map(numberOf))
  return pairsOf(rows).map((pair) => {
    const kept = known.get(keyOf(pair))
    if (kept !== undefined) return kept
    last += 1
    return { ...pair, Insurance_Combination_Number: String(last).padStart(4, '0') }
  })
}

/** A combination with what it is made of. */
export interface Resolved {
  readonly number: string
  readonly health: HealthInsurance | undefined
  readonly publics: readonly PublicInsurance[]
  /** The share that the patient pays, as "0.30". */
  readonly rate: string
  readonly period: Period
}

const periodOf = (
  health: HealthInsurance | undefined,
  publics: readonly PublicInsurance[],
): Period => {
  const all = [
    ...(health === undefined ? [] : [healthPeriod(health)]),
    ...publics.map(publicPeriod),
  ]
  return {
    from:
      all
        .map(({ from }) => from)
        .sort()
        .at(-1) ?? '',
    to: all.map(({ to }) => to).sort()[0] ?? '',
  }
}

/** 生活保護 pays what is left. */
const PAYS_ALL = '012'

/** The patient's combinations, in their order; `today` is YYYY-MM-DD. */
export const resolve = (patient: Patient, today: string): readonly Resolved[] => {
  const healths = new Map(
    patient.HealthInsurance_Info.map((row) => [row.InsuranceProvider_Id, row]),
  )
  const payers = new Map(patient.PublicInsurance_Info.map((row) => [row.PublicInsurance_Id, row]))
  return patient.combinations.map((one) => {
    const health = healths.get(one.InsuranceProvider_Id)
    const publics = one.PublicInsurance_Ids.flatMap((id) => payers.get(id) ?? [])
    const isFree = publics.some((row) => row.PublicInsurance_Class === PAYS_ALL)
    return {
      number: one.Insurance_Combination_Number,
      health,
      publics,
      rate:
        isFree || health === undefined
          ? '0.00'
          : rateOf(
              health.InsuranceProvider_Class,
              health.HealthInsuredPerson_Assistance,
              ageOn(patient.BirthDate, today),
            ),
      period: periodOf(health, publics),
    }
  })
}
