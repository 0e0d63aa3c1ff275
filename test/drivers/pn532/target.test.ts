import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseTargets, pollings } from '../../../drivers/pn532/target.ts'

const bytes = (hex: string): Uint8Array =>
  Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
const hexOf = (of: Uint8Array): string => Buffer.from(of).toString('hex')

const atrsOf = (kind: keyof typeof pollings, answer: string): string[] =>
  parseTargets(bytes(answer), pollings[kind].parse).map(({ atr }) => hexOf(atr))

test('cards of type B get the ATR that PC/SC readers give them', () => {
  for (const [atqb, atr] of [
    ['000005e0 b381a1', '3b888001000005e0b381a1007f'],
    ['00000000 9181c1', '3b888001000000009181c100d8'],
    ['000014e0 b38191', '3b888001000014e0b38191005e'],
  ] as const)
    assert.deepEqual(atrsOf('typeB', `01 01 50 01020304 ${atqb} 01 01`), [atr])
})

test('two cards of type B are two targets', () => {
  const answer = `02 01 50 01020304 000005e0 b381a1 01 01 02 50 05060708 00000000 9181c1 01 02`
  const targets = parseTargets(bytes(answer), pollings.typeB.parse)
  assert.deepEqual(
    targets.map(({ number, id }) => [number, id]),
    [
      [1, '01020304'],
      [2, '05060708'],
    ],
  )
})

test('a telephone has no historical bytes, a card of type A its own', () => {
  assert.deepEqual(atrsOf('typeA', '01 01 0004 20 04 08123456 05 78807002'), ['3b80800101'])
  assert.deepEqual(atrsOf('typeA', '01 01 0004 20 04 11223344 07 78807002 abcd'), [
    '3b828001abcd65',
  ])
})

test('a transit card and a memory card of type A are storage cards', () => {
  const felica = '01 01 14 01 0101060102030405 03014b024f4993ff 0003'
  assert.deepEqual(
    atrsOf('felica', felica).map((atr) => atr.slice(0, 26)),
    ['3b8f8001804f0ca00000030611'],
  )
  assert.deepEqual(
    atrsOf('typeA', '01 01 0044 00 07 04112233445566').map((atr) => atr.slice(0, 26)),
    ['3b8f8001804f0ca00000030603'],
  )
})

test('an answer that is cut anywhere gives no target, and no error', () => {
  for (const [kind, answer] of [
    ['typeB', '01 01 50 01020304 000005e0 b381a1 01 01'],
    ['typeA', '01 01 0004 20 04 08123456 05 78807002'],
    ['felica', '01 01 14 01 0101060102030405 03014b024f4993ff 0003'],
  ] as const) {
    const whole = bytes(answer)
    for (let cut = 0; cut < whole.length; cut++)
      assert.deepEqual(parseTargets(whole.slice(0, cut), pollings[kind].parse), [])
    assert.equal(parseTargets(whole, pollings[kind].parse).length, 1)
  }
})
