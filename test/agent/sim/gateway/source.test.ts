import assert from 'node:assert/strict'
import { BlockList, isIPv4 } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { holds, plainAddress, readPrefix } from '../../../../agent/sim/gateway/source.ts'

const prefix = (text: string) => {
  const read = readPrefix(text)
  assert.ok(read, text)
  return read
}

test('a prefix holds what its first bits say, as the operating system would route it', () => {
  const near = fc.tuple(fc.ipV6(), fc.ipV6(), fc.nat(128), fc.boolean())
  fc.assert(
    fc.property(near, ([inside, elsewhere, length, same]) => {
      const judge = new BlockList()
      judge.addSubnet(inside, length, 'ipv6')
      const asked = same ? inside : elsewhere
      assert.equal(holds(prefix(`${inside}/${length}`), asked), judge.check(asked, 'ipv6'))
    }),
  )
  fc.assert(
    fc.property(fc.ipV4(), fc.ipV4(), fc.nat(32), (inside, asked, length) => {
      const judge = new BlockList()
      judge.addSubnet(inside, length, 'ipv4')
      const read = prefix(`${inside}/${length}`)
      assert.equal(holds(read, asked), judge.check(asked, 'ipv4'))
      assert.equal(holds(read, `::ffff:${asked}`), judge.check(asked, 'ipv4'))
      assert.equal(holds(read, inside), true)
    }),
  )
})

test('an address in any spelling is the same one', () => {
  for (const spelt of ['fd00:a::1', 'FD00:A:0:0::1', 'fd00:a:0:0:0:0:0:1', 'fd00:a::0.0.0.1'])
    assert.deepEqual(prefix(spelt), prefix('fd00:a::1/128'))
  assert.deepEqual(prefix('::ffff:192.0.2.0/120'), prefix('192.0.2.7/24'))
  assert.ok(holds(prefix('::/0'), '192.0.2.1'))
  assert.ok(!holds(prefix('0.0.0.0/0'), 'fd00:a::1'))
  assert.ok(!holds(prefix('::/0'), ''))
})

test('what is no address and no prefix is not read as one', () => {
  for (const wrong of [
    '',
    '/64',
    'fd00:a::/129',
    '192.0.2.0/33',
    'fd00:a::/',
    'fd00:a::/x',
    'fd00:a::/64/64',
    'fe80::1%lo/64',
    '192.0.2',
    'localhost',
    '[::1]',
  ])
    assert.equal(readPrefix(wrong), undefined, wrong)
})

test('an address is written without a zone, and IPv4 in dots', () => {
  assert.equal(plainAddress('fe80::1%eth0'), 'fe80::1')
  assert.equal(plainAddress('::ffff:192.0.2.1'), '192.0.2.1')
  assert.ok(isIPv4(plainAddress('::FFFF:192.0.2.1')))
  assert.equal(plainAddress(undefined), '')
})
