import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pictureOf } from '../../../../agent/ops/staff/qr.ts'

/** As two encoders that share nothing draw 総務: byte mode, UTF-8, level L. */
const picture = [
  '111111100100101111111',
  '100000101001001000001',
  '101110100100001011101',
  '101110101001001011101',
  '101110100011101011101',
  '100000101110101000001',
  '111111101010101111111',
  '000000000011100000000',
  '111110111100110101010',
  '000101000100100101111',
  '101011100111010011001',
  '000111001010000110011',
  '110110110101010010110',
  '000000001011111101001',
  '111111101000101101011',
  '100000100111111001001',
  '101110101010100110010',
  '101110101010100001100',
  '101110101001010111100',
  '100000101100000010000',
  '111111101011010110110',
]

test('a text is drawn the right way round, whatever characters are in it', () => {
  assert.deepEqual(pictureOf('総務').split('\n'), picture)
})

test('a code grows with its text; one that fits none is refused, not cut off', () => {
  assert.deepEqual(
    [1, 17, 18, 2953].map((length) => pictureOf('x'.repeat(length)).split('\n').length),
    [21, 21, 25, 177],
  )
  assert.throws(() => pictureOf('x'.repeat(2954)), RangeError)
})
