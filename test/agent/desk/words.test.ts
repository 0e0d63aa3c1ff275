import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { OUT_OF_REACH } from '../../../agent/desk/call.ts'
import { noteWords, outcomes, saidOf, sayings } from '../../../agent/desk/words.ts'
import { advisories, advisory } from '../../../agent/kernel/advisories.ts'
import { conditions } from '../../../agent/kernel/conditions.ts'
import { faults } from '../../../agent/kernel/faults.ts'
import { NoteKind, Outcome } from '../../../agent/kernel/verification.ts'
import { sampleVerification } from '../../bed/desk-samples.ts'

/** Printed on a device, on a key or on a file, or the product’s own name. */
const LATIN = /onshi-agent|院内IT|Web API|PIN|CSV|LAN|ONU|USB|TPM|DNS|ID|CA/g
const JAPANESE = /[\u3041-\u30ff\u4e00-\u9fff]/

interface Message {
  readonly code: string
  readonly number: string
  readonly texts: readonly string[]
}

const messages: readonly Message[] = [
  ...Object.entries({ ...faults, ...conditions, ...advisories, [OUT_OF_REACH.code]: OUT_OF_REACH }),
].map(([code, { number, title, action }]) => ({ code, number, texts: [title, action] }))
const results: readonly Message[] = Object.entries(sayings).map(
  ([code, { number, title, say, next }]) => ({ code, number, texts: [title, say, next] }),
)

/** What of a text is not Japanese, and not what everybody calls so. */
const leaks = (text: string): string[] =>
  text.replace(LATIN, '').match(/[A-Za-zＡ-Ｚａ-ｚ_]+|[`{}<>]/g) ?? []

test('every message has Japanese text, a next action, a code and a number, and no English', () => {
  assert.ok(messages.length > 200 && results.length >= 13)
  for (const { code, number, texts } of [...messages, ...results]) {
    assert.match(number, /^[ECAK]\d{2,3}$/, code)
    assert.match(code, /^[A-Z_0-9]+$|^[a-z-]+$/)
    for (const text of texts) {
      assert.match(text, JAPANESE, `${number} says nothing in Japanese`)
      assert.deepEqual(leaks(text), [], `${number}: ${text}`)
    }
  }
})

test('no two messages share a number, whatever letter is heard', () => {
  // A fault and the condition of the same code are two messages with two numbers.
  const numbers = [
    ...Object.values(faults),
    ...Object.values(conditions),
    ...Object.values(advisories),
    ...Object.values(sayings),
    OUT_OF_REACH,
  ].map(({ number }) => number.slice(1))
  assert.equal(new Set(numbers).size, numbers.length)
})

test('English in a message is found', () => {
  assert.deepEqual(leaks('先に cert try を行ってください。'), ['cert', 'try'])
  assert.deepEqual(leaks('PIN とLANケーブル'), [])
})

test('what is said of a field that is wrong is Japanese too', () => {
  const titles = globSync('agent/{intake,eligibility,api}/**/*.ts').flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/title: (?:'([^'\n]+)'|`([^`]+)`),/g)]
      .map(([, plain, filled = '']) => plain ?? filled.replace(/\$\{[^}]*\}/g, ''))
      .filter((title) => JAPANESE.test(title)),
  )
  assert.ok(titles.length > 10)
  const wrong = titles.filter((title) => leaks(title).length > 0)
  assert.deepEqual(wrong, [])
})

test('every outcome and every note has its words', () => {
  assert.deepEqual(Object.keys(outcomes).sort(), [...Outcome.enum].sort())
  assert.deepEqual(Object.keys(noteWords).sort(), [...NoteKind.enum].sort())
})

test('no outcome is called uninsured, and what is not found or several is not called invalid', () => {
  for (const { title, say } of Object.values(sayings))
    assert.doesNotMatch(title + say, /無保険|未加入/)
  for (const outcome of ['not-found', 'multiple'] as const)
    assert.match(outcomes[outcome].title, /無効とは限りません/)
})

test('valid is green only where nothing has to be seen first', () => {
  const tone = (...codes: Parameters<typeof advisory>[0][]) =>
    saidOf(sampleVerification({ advisories: codes.map((code) => advisory(code)) }))
  assert.equal(tone('PUBLIC_EXPENSE_UNVERIFIED', 'ADDRESS_CHANGED').number, 'K101')
  assert.equal(tone('PUBLIC_EXPENSE_UNVERIFIED').tone, 'good')
  assert.equal(tone('INSURER_CHANGED').number, 'K111')
  assert.equal(tone('INSURER_CHANGED').tone, 'warn')
  const stop = tone('INSURER_CHANGED', 'GIVEN_NAME_DIFFERS')
  assert.equal(stop.number, 'K112')
  assert.equal(stop.tone, 'stop')
  assert.notEqual(stop.mark, '×', 'a valid answer does not look like one that cannot be used')
})

test('a stop makes any other outcome red, and a held one says so before all else', () => {
  const death = [advisory('LOST_BY_DEATH')]
  assert.equal(saidOf({ outcome: 'not-found', held: false, advisories: death }).tone, 'stop')
  assert.equal(saidOf({ outcome: 'valid', held: true, advisories: [] }).number, 'K110')
})

test('of who is shown no advisories, the outcome alone is said', () => {
  assert.equal(saidOf({ outcome: 'valid', held: false }).number, 'K101')
})
