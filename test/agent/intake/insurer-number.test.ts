import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { hasCheckDigit, misreadings, withoutPadding } from '../../../agent/intake/insurer-number.ts'
import { checksAt } from './checks.ts'

const { laws } = checksAt(0)
const proposalsOf = (number: string) => misreadings(number, laws).map(({ proposals }) => proposals)

/** A body with the one last digit that makes it right. */
const numbered = (body: string) => {
  const found = Array.from('0123456789').filter((digit) => hasCheckDigit(body + digit))
  assert.equal(found.length, 1, 'exactly one digit checks')
  return `${body}${found[0]}`
}
const bodies = fc.oneof(
  fc.stringMatching(/^\d{5}$/),
  fc.tuple(fc.constantFrom(...laws), fc.stringMatching(/^\d{5}$/)).map(([law, rest]) => law + rest),
)
const replaced = (number: string, at: number, digit: string) =>
  `${number.slice(0, at)}${digit}${number.slice(at + 1)}`

test('public insurer numbers pass, and so do those of the simulator', () => {
  for (const number of ['138057', '39322011', '320010', '01320027', '10131142', '19113760'])
    assert.ok(hasCheckDigit(number), number)
  for (const number of ['01130012', '06139992', '06139984', '138990', '39139993', '12137998'])
    assert.deepEqual(misreadings(number, laws), [], number)
})

test('every single wrong digit of every number shows', () => {
  fc.assert(
    fc.property(bodies, (body) => {
      const number = numbered(body)
      for (const at of Array.from(number).keys())
        for (const digit of '0123456789')
          assert.equal(hasCheckDigit(replaced(number, at, digit)), digit === number[at])
    }),
  )
})

test('of swapped neighbours only 0 and 9 go unseen', () => {
  fc.assert(
    fc.property(bodies, (body) => {
      const number = numbered(body)
      for (const at of Array.from(number).keys()) {
        const [left = '', right = ''] = number.slice(at, at + 2)
        if (right === '') continue
        const swapped = replaced(replaced(number, at, right), at + 1, left)
        const isUnseen = left === right || [left + right].some((two) => /^(09|90)$/.test(two))
        assert.equal(hasCheckDigit(swapped), isUnseen, `${number} ${swapped}`)
      }
    }),
  )
})

test('a number is proposed exactly where one look-alike digit alone repairs it', () => {
  const pairs = ['35', '53', '17', '71', '80', '08']
  fc.assert(
    fc.property(bodies, fc.nat({ max: 7 }), fc.constantFrom(...'0123456789'), (body, at, digit) => {
      const wrong = replaced(numbered(body), at % (body.length + 1), digit)
      const isRight = (number: string) =>
        hasCheckDigit(number) && (number.length === 6 || laws.includes(number.slice(0, 2)))
      if (hasCheckDigit(wrong)) return
      const repairs = Array.from(wrong).flatMap((was, place) =>
        pairs
          .filter((pair) => pair.startsWith(was))
          .map((pair) => replaced(wrong, place, pair.slice(1)))
          .filter(isRight),
      )
      assert.deepEqual(proposalsOf(wrong), [repairs.length === 1 ? repairs : undefined])
    }),
    { numRuns: 500 },
  )
})

test('a worn digit is proposed, an ambiguous or unknown one is not', () => {
  assert.deepEqual(proposalsOf('06159992'), [['06139992']], '3 read as 5')
  assert.deepEqual(proposalsOf('06739992'), [['06139992']], '1 read as 7')
  assert.deepEqual(proposalsOf('130990'), [['138990']], '8 read as 0')
  assert.deepEqual(proposalsOf('138998'), [undefined], 'several digits would do')
  assert.deepEqual(proposalsOf('06149992'), [undefined], 'no pair that is taken for each other')
  assert.deepEqual(misreadings('', laws), [], 'what is no number at all is another mistake')
})

test('eight digits need a 法別番号 in force, six have none', () => {
  const [unknown] = misreadings(numbered('9913999'), laws)
  assert.match(unknown?.title ?? '', /法別番号/)
  assert.equal(unknown?.proposals, undefined)
  assert.deepEqual(misreadings(numbered('9913999'), [...laws, '99']), [])
  assert.deepEqual(misreadings(numbered('99139'), laws), [])
})

test('a number of six digits that was padded to eight is told from one with a 法別番号', () => {
  assert.equal(withoutPadding('00138990'), '138990')
  for (const number of ['06139992', '138990', '0013899', ''])
    assert.equal(withoutPadding(number), number)
})
