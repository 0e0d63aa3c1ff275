import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AgentError } from '../../../../agent/kernel/errors.ts'
import type { OfficialResult } from '../../../../agent/kernel/official.ts'
import type { Behaviour } from '../../../../agent/sim/orca/behaviour.ts'
import { type Bed, bed, comparisonOf, everyWrite, ichiroInOrca } from './bed.ts'
import { delivery, ichiro, verification } from './example.ts'

/** About a third of all requests meet one of these. */
const weather: readonly Behaviour[] = [
  { mode: 'drop', share: 0.06 },
  { mode: 'drop', share: 0.06, processed: true },
  { mode: 'cut', share: 0.05 },
  { mode: 'garbage', share: 0.05 },
  { mode: 'html', share: 0.04 },
  { mode: 'status', status: 502, share: 0.04 },
  { mode: 'in-use', share: 0.04 },
  { mode: 'restart', share: 0.02 },
  { mode: 'hang', share: 0.01 },
  { mode: 'stall', share: 0.01, at: 'patientmodv32' },
]

const numbers = ['41', '42', '43', '44', '45']
const years = Array.from({ length: 12 }, (_, at) => String(2015 + at))

/** A person of their own for each number, who changes insurance every January. */
const personOf = (number: string, year: string): OfficialResult => ({
  ...ichiro,
  name: `検証　${'一二三四五'.at(Number(number) % 5)}`,
  nameKana: `ｹﾝｼｮｳ ${'ｲﾆｻﾖｺ'.at(Number(number) % 5)}`,
  insuredIdentificationNumber: `${number}${year}`,
  qualificationDate: `${year}0101`,
  insuredCardValidDate: `${year}0101`,
})

async function insist({ deliver }: Bed, one: ReturnType<typeof delivery>, told: unknown[]) {
  for (let attempt = 1; attempt <= 200; attempt += 1) {
    try {
      const delivered = await deliver(one)
      told.push(delivered.is === 'delivered' ? null : delivered.facts)
      return comparisonOf(delivered)
    } catch (error) {
      if (!(error instanceof AgentError)) throw error
      told.push(error.code, error.message, error.facts, String(error.cause ?? ''))
    }
  }
  throw new Error('it never arrives')
}

const bystander = {
  ...ichiroInOrca,
  Patient_ID: '00001',
  WholeName: '検証　六',
  WholeName_inKana: 'ケンショウ　ロク',
}

for (const seed of [1, 2])
  test(`200 faults of an ORCA lose nothing, double nothing and leave nobody locked (seed ${seed})`, async (t) => {
    const place = await bed(t, { patients: [bystander], write: everyWrite, seed })
    const { orca, log } = place
    for (const behaviour of weather) orca.behave(behaviour)
    const told: unknown[] = []
    for (const year of years)
      for (const number of numbers) {
        const results = [personOf(number, year)]
        const { result, differences } = await insist(
          place,
          delivery(verification(results, { patientNumber: number })),
          told,
        )
        assert.ok(['written', 'same'].includes(result), result)
        assert.deepEqual(differences, [])
      }
    const faults = Object.values(orca.stats().faults).reduce((sum, times) => sum + times, 0)
    assert.ok(faults >= 200, `only ${faults} faults`)
    // What the last attempt could not let go, the next one does.
    orca.behave({ mode: 'normal' })
    const last = [personOf('41', '2026')]
    await insist(place, delivery(verification(last, { patientNumber: '41' })), told)

    const { locks, longestHeldMs, violations } = orca.stats()
    assert.deepEqual(violations, [])
    assert.deepEqual(
      locks.filter(({ isOpen }) => isOpen),
      [],
    )
    t.diagnostic(`${faults} faults, ${locks.length} locks, longest ${Math.round(longestHeldMs)} ms`)
    assert.equal(orca.patients().length, numbers.length + 1)
    for (const number of numbers)
      assert.deepEqual(
        orca
          .patient(`000${number}`)
          ?.HealthInsurance_Info.map((row) => [
            row.HealthInsuredPerson_Number.normalize('NFKC'),
            row.Certificate_StartDate,
            row.Certificate_ExpiredDate,
          ]),
        years.map((year, at) => [
          `${number}${year}`,
          `${year}-01-01`,
          at === years.length - 1 ? '9999-12-31' : `${year}-12-31`,
        ]),
      )
    assertNothingPersonal([...told, ...log.lines])
  })

/** Names, kana, birth dates, numbers and symbols of everybody here, and what ORCA says in Japanese. */
function assertNothingPersonal(told: readonly unknown[]) {
  const text = JSON.stringify(told)
  for (const secret of [
    '検証',
    'ｹﾝｼｮｳ',
    'ケンショウ',
    '19800502',
    '1980-05-02',
    '06139992',
    '５６７８',
  ])
    assert.ok(!text.includes(secret), secret)
  assert.doesNotMatch(text, /[\u3040-\u30ff\u4e00-\u9fff]/)
}
