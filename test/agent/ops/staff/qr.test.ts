import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { pictureOf } from '../../../../agent/ops/staff/qr.ts'

interface Known {
  readonly version: number
  readonly text: string
  readonly rows: readonly string[]
}
const { pictures }: { readonly pictures: readonly Known[] } = JSON.parse(
  readFileSync('test/fixtures/qr/pictures.json', 'utf8'),
)

test('a text is drawn as another library draws it, in every size', () => {
  assert.deepEqual(
    pictures.map(({ version }) => version),
    Array.from({ length: 13 }, (_, n) => n + 1),
  )
  for (const { version, text, rows } of pictures) {
    const drawn = rows.map((row) => BigInt(`0x${row}`).toString(2).slice(1)).join('\n')
    assert.equal(pictureOf(text), drawn, `version ${version}`)
  }
})

test('a text that fits no size is refused, not cut off', () => {
  assert.equal(pictureOf('x'.repeat(425)).split('\n').length, 69)
  assert.throws(() => pictureOf('x'.repeat(426)), RangeError)
})
