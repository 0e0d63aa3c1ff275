import assert from 'node:assert/strict'
import { test } from 'node:test'
import { receptionOf } from '../../../../agent/eligibility/judge/reception.ts'
import { classify, receptionDay } from '../../../../agent/eligibility/judge/reception-day.ts'
import { builtInRules as rules } from '../../../../agent/kernel/built-in-rules.ts'
import { type Clinic, clinics } from './reception-clinics.ts'
import { type Expected, expectedDays } from './reception-oracle.ts'

const DAY_MS = 24 * 60 * 60_000
const TWENTY_YEARS = 7_305
const show = (minute: { band: string; inHours: boolean | null; matched: readonly string[] }) =>
  `${minute.band} ${minute.inHours} ${minute.matched.join(' > ')}`

/** The first minute that is not as the oracle has it; null where all of twenty years are. */
function firstDifference({ times, signOn }: Clinic): string | null {
  let days = 0
  for (const { date, kind, minutes } of expectedDays(signOn)) {
    days += 1
    const day = receptionDay(date, times, rules)
    if (day.kind !== kind) return `${date} is ${day.kind}, not ${kind}`
    for (let minute = 0; minute < 1_440; minute += 1) {
      const wanted = minutes[minute]
      const got = classify(minute, day)
      if (wanted === undefined) return 'the oracle is short'
      const isSame =
        got.band === wanted.band &&
        got.inHours === wanted.inHours &&
        got.matched.length === wanted.matched.length &&
        got.matched.every((one, i) => one === wanted.matched[i])
      if (!isSame) return `${date} minute ${minute}: ${show(got)}, not ${show(wanted)}`
    }
  }
  return days === TWENTY_YEARS ? null : `${days} days`
}

for (const clinic of clinics)
  test(`every minute of twenty years has the one candidate of the oracle: ${clinic.name}`, () => {
    assert.equal(firstDifference(clinic), null)
  })

/** The minutes at which something begins, of a day. */
const beginnings = (minutes: readonly Expected[]) =>
  minutes.flatMap((minute, i) => (i === 0 || minutes[i - 1] !== minute ? [i] : []))

/** As above for whole receptions, at the first and the last millisecond of what is the same. */
function firstWrongReception({ times, signOn }: Clinic): string | null {
  let midnight = Date.parse('2019-12-31T15:00:00Z')
  for (const { date, kind, minutes } of expectedDays(signOn)) {
    const begins = beginnings(minutes)
    for (const [i, minute] of begins.entries()) {
      const wanted = minutes[minute]
      if (wanted === undefined) return 'the oracle is short'
      const first = midnight + minute * 60_000
      const last = midnight + (begins[i + 1] ?? 1_440) * 60_000 - 1
      for (const at of [first, last]) {
        const got = receptionOf(at, times, rules, 'unknown')
        const isSame =
          got.day === kind &&
          got.timeClass === wanted.matched[0] &&
          got.at.startsWith(date) &&
          show(got) === show(wanted)
        if (!isSame) return `${got.at}: ${got.day} ${show(got)}, not ${kind} ${show(wanted)}`
      }
    }
    midnight += DAY_MS
  }
  return null
}

for (const clinic of clinics)
  test(`a reception has it from the first to the last millisecond: ${clinic.name}`, () => {
    assert.equal(firstWrongReception(clinic), null)
  })
