import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { pinWeaknessOf, weaknessOf } from '../../../../agent/ops/staff/strength.ts'

const alone = { name: '山田 hanako', institution: '1312345678', hasSecondFactor: false }
const withFactor = { ...alone, hasSecondFactor: true }
const list = readFileSync('agent/ops/staff/common-passwords.txt', 'utf8')
const common = list.split('\n').filter((line) => line !== '' && !line.startsWith('#'))

test('thirteen characters do alone, eight beside a second factor', () => {
  assert.equal(weaknessOf('kumo to nami!', alone), undefined)
  assert.match(weaknessOf('kumo to nami', alone)?.title ?? '', /^13文字/)
  assert.equal(weaknessOf('nami!kum', withFactor), undefined)
  assert.match(weaknessOf('nami!ku', withFactor)?.title ?? '', /^8文字/)
  assert.equal(weaknessOf('ぎんがてつどうのよるのはなし', alone), undefined)
})

test('none of the ten thousand most common passwords will do, in whatever case', () => {
  assert.equal(common.length, 10_000)
  for (const one of common)
    for (const secret of [one, one.toUpperCase()])
      assert.notEqual(weaknessOf(secret, withFactor), undefined, one)
})

test('a common word does not become another one by what is put around it', () => {
  for (const secret of ['password12345', '!!Sunshine2026!!', '2026princess??'])
    assert.match(weaknessOf(secret, alone)?.detail ?? '', /common/, secret)
})

test('name and code of the institution are refused, repetitions and sequences too', () => {
  for (const secret of [
    'kumo-Hanako-nami',
    'kumo 山田 nami 77',
    'x1312345678yzw',
    'kumo2345678nami',
  ])
    assert.match(weaknessOf(secret, alone)?.detail ?? '', /name or/, secret)
  for (const secret of [
    'aaaaaaaaaaaaa',
    'kumokumokumokumo',
    '1234567890123',
    'abcdefghijklmnop',
    'あああああああああああああ',
    '1qaz2wsx3edc4rfv',
  ])
    assert.notEqual(weaknessOf(secret, alone), undefined, secret)
})

test('a PIN has four to eight digits and is no repetition or sequence', () => {
  for (const pin of ['2580', '19283746', '1212']) assert.equal(pinWeaknessOf(pin), undefined, pin)
  for (const pin of ['', '258', '123456789', '25a0', '0000', '1234', '9876', '2468'])
    assert.equal(pinWeaknessOf(pin)?.field, 'pin', pin)
})
