import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { familyForms, familyTwins, givenTwins, half, mumbled } from '../../kernel/name-lists.ts'
import { byBirthdate, byNumber, hanako, matched } from './identity-bed.ts'

test('whatever is said by number or birth date, planted look-alikes are never linked', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...familyForms),
      fc.constantFrom(...givenTwins),
      fc.boolean(),
      ([now, old, familyKana], [one, other, givenKana], isByNumber) => {
        const nameKana = `${familyKana} ${givenKana}`
        const patient = { ...hanako, name: `${now} ${one}`, nameKana }
        const result = { name: `${old}　${other}`, nameKana: half(mumbled(nameKana)) }
        const match = isByNumber ? byNumber(result, patient) : byBirthdate([patient], result)
        assert.notEqual(match.link.is, 'known')
        assert.equal(match.lookAlike, true)
        assert.equal(match.isHeld, false)
      },
    ),
  )
})

test('a marriage is never held and another person with another birth date always is', () => {
  const families = fc.constantFrom(...familyForms, ...familyTwins)
  fc.assert(
    fc.property(families, families, ([one, , reading], [other, , otherReading]) => {
      fc.pre(reading !== otherReading)
      const patient = { ...hanako, name: `${one} 花子`, nameKana: `${reading} ハナコ` }
      const married = { name: `${other}　花子`, nameKana: half(`${otherReading} ハナコ`) }
      assert.deepEqual(
        [byNumber(married, patient).link.is, byNumber(married, patient).isHeld],
        ['known', false],
      )
      const stranger = { name: `${other}　健`, nameKana: half(`${otherReading} ケン`) }
      assert.equal(byNumber({ ...stranger, birthdate: '19991231' }, patient).isHeld, true)
      assert.equal(byNumber({ ...stranger, sex1: '1' }, patient).isHeld, true)
    }),
  )
})

const text = fc.oneof(
  fc.string(),
  fc.constantFrom('', '●', '山田　花子', 'ﾔﾏﾀﾞ ﾊﾅｺ', '19800502', '2'),
)
const texts = fc.record(
  {
    name: text,
    nameKana: text,
    nameOfOther: text,
    nameOfOtherKana: text,
    birthdate: text,
    sex1: text,
    referenceNumber: text,
  },
  { requiredKeys: [] },
)

test('nothing that an answer may hold makes matching fail, link what is held, or link one of several', () => {
  const patients = fc.array(
    fc
      .record({ name: text, nameKana: text, birthdate: text, sex: text })
      .map((traits) => ({ ...hanako, ...traits })),
    { maxLength: 3 },
  )
  const by = fc.constantFrom('number' as const, 'card' as const, 'birthdate' as const)
  fc.assert(
    fc.property(fc.array(texts, { maxLength: 3 }), patients, by, (results, known, how) => {
      const match = matched({ results, known: { patients: known, by: how } })
      if (match.isHeld || match.candidates > 1) assert.equal(match.link.is, 'none')
      assert.equal(match.isHeld, (match.identity?.count ?? 0) >= 2)
      for (const { field } of match.advisories) {
        const index = Number(field?.match(/^results\[(\d+)\]/)?.[1] ?? 0)
        assert.ok(field === null || index < results.length, `${field}`)
      }
    }),
    { numRuns: 1_000 },
  )
})
