import { Type } from 'typebox'
import { Rules } from '../agent/kernel/rules.ts'
import { isDate } from './clinic.ts'
import { offCalendar } from './clinic-rules.ts'
import { type Finding, mistake, refuse, show } from './fault.ts'
import { readFitting } from './read-fitting.ts'
import { type Placed, placed, repeats } from './repeats.ts'

/** The file that `clinic.rules_file` names: rows of some of the tables. */
const RulesFile = Type.Partial(Rules)

/**
 * The dated rows that a revision of fees brings, beside those built in. Throws `CONFIG_UNREADABLE`,
 * or `CONFIG_INVALID` with every mistake.
 */
export function readRules(path: string): Partial<Rules> {
  const rules = readFitting(path, RulesFile)
  refuse(path, breaches(rules))
  return rules
}

/** In this order, none before the one in front of it. */
const hours = ['earlyFrom', 'dayFrom', 'saturdayNightFrom', 'nightFrom', 'midnightFrom'] as const
const ages = ['preschool', 'lateElderlyByDisability', 'elderly', 'lateElderly'] as const

function breaches(rules: Partial<Rules>): Finding[] {
  const receptionTimes = placed(rules.receptionTimes ?? [], 'receptionTimes')
  const tables = [
    placed(rules.ages ?? [], 'ages'),
    placed(rules.renewals ?? [], 'renewals'),
    placed(rules.cardCertificates ?? [], 'cardCertificates'),
    receptionTimes,
    placed(rules.insurerLaws ?? [], 'insurerLaws'),
    placed(rules.documents ?? [], 'documents'),
  ]
  return [
    ...tables.flatMap(aboutDates),
    ...placed(rules.ages ?? [], 'ages').flatMap((row) => unordered(row, ages)),
    ...placed(rules.renewals ?? [], 'renewals').flatMap((row) => offYear(row, 'day')),
    ...receptionTimes.flatMap((row) => [
      ...unordered(row, hours),
      ...offYear(row, 'holidaysFrom'),
      ...offYear(row, 'holidaysTo'),
    ]),
  ]
}

const aboutDates = (rows: readonly Placed<{ readonly from: string }>[]): Finding[] => [
  ...rows.flatMap(({ key, value: { from } }) => offCalendar(`${key}.from`, from)),
  ...repeats(rows, ({ from }) => from, 'from', '同じ日からの行が二つあります。'),
]

function unordered<K extends string>(
  { key, value }: Placed<Readonly<Record<K, number>>>,
  names: readonly K[],
): Finding[] {
  return names.flatMap((name, i) => {
    const before = names[i - 1]
    if (before === undefined || value[before] <= value[name]) return []
    const found = `${value[name]}, which is before ${before}, ${value[before]}`
    return [mistake(`${key}.${name}`, '値が範囲の外です。', found, 'a number not before that')]
  })
}

/** A month and day that no year has; 29 February is one. */
function offYear<K extends string>(
  { key, value }: Placed<Readonly<Record<K, string>>>,
  name: K,
): Finding[] {
  return isDate(`2000-${value[name]}`)
    ? []
    : [
        mistake(
          `${key}.${name}`,
          '値の形が違います。',
          show(value[name]),
          'a day of the year, "12-29"',
        ),
      ]
}
