import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  isOtherPrefix,
  type NetworkInterface,
  type OwnAddress,
  parseLinks,
  type SourceSettings,
  type SourceState,
  sourceOf,
} from '../../../agent/uplink/network.ts'

const own = (address: string, over: Partial<OwnAddress> = {}): OwnAddress => ({
  address,
  family: address.includes(':') ? 6 : 4,
  prefixLength: address.includes(':') ? 64 : 24,
  isBindable: true,
  isUsable: true,
  ...over,
})
const link = (name: string, ...addresses: OwnAddress[]): NetworkInterface => ({
  name,
  isUp: true,
  addresses,
})
const settings = (over: Partial<SourceSettings> = {}): SourceSettings => ({
  address: null,
  interface: 'eth1',
  prefix: null,
  family: 6,
  ...over,
})
const chosen = (address: string): SourceState => ({
  address,
  interface: 'eth1',
  prefixLength: address.includes(':') ? 64 : 24,
  fault: null,
})
const broken = (fault: SourceState['fault'], name: string | null = 'eth1'): SourceState => ({
  address: null,
  interface: name,
  prefixLength: null,
  fault,
})

test('without address and interface the system chooses', () => {
  const state = sourceOf(settings({ interface: null }), [])
  assert.deepEqual(state, { address: null, interface: null, prefixLength: null, fault: null })
})

test('an interface gives the newest address of the line’s family that is routed everywhere', () => {
  const eth1 = link(
    'eth1',
    own('192.0.2.7'),
    own('fd00:1::2'),
    own('2001:db8:9::2', { isUsable: false }),
    own('2001:db8:2::2'),
    own('2001:db8:1::2'),
  )
  const network = [link('eth0', own('2001:db8::2')), eth1]
  assert.deepEqual(sourceOf(settings(), network), chosen('2001:db8:2::2'))
  assert.deepEqual(sourceOf(settings({ family: 4 }), network), chosen('192.0.2.7'))
  assert.deepEqual(sourceOf(settings({ prefix: 'fd00::/8' }), network), chosen('fd00:1::2'))
})

test('an address that is used stays until it is no longer usable', () => {
  const current = chosen('2001:db8:1::2')
  const both = [link('eth1', own('2001:db8:2::2'), own('2001:db8:1::2'))]
  assert.deepEqual(sourceOf(settings(), both, current), current)
  const withdrawn = [link('eth1', own('2001:db8:2::2'), own('2001:db8:1::2', { isUsable: false }))]
  assert.deepEqual(sourceOf(settings(), withdrawn, current), chosen('2001:db8:2::2'))
})

test('a link that is down, or not there, is not the same as an address that is missing', () => {
  assert.deepEqual(sourceOf(settings(), []), broken('LINE_LINK_DOWN'))
  const down = [{ ...link('eth1', own('2001:db8::2')), isUp: false }]
  assert.deepEqual(sourceOf(settings(), down), broken('LINE_LINK_DOWN'))
  const bare = [link('eth1', own('fe80::1', { isUsable: false }))]
  assert.deepEqual(sourceOf(settings(), bare), broken('LINE_ADDRESS_MISSING'))
})

test('a written address is found however it is spelt, also on the loopback', () => {
  const written = (address: string) => settings({ address, interface: null })
  const network = [
    link('lo', own('::1', { isUsable: false, prefixLength: 128 })),
    link('eth1', own('2001:db8::2', { isUsable: false })),
  ]
  assert.deepEqual(sourceOf(written('2001:DB8:0:0::2'), network), chosen('2001:db8::2'))
  assert.equal(sourceOf(written('0::1'), network).interface, 'lo')
  const duplicate = [link('eth1', own('2001:db8::2', { isBindable: false }))]
  assert.deepEqual(sourceOf(written('2001:db8::2'), duplicate), broken('LINE_ADDRESS_MISSING'))
})

test('a written address that went away with its link is told from one that is missing', () => {
  const written = settings({ address: '2001:db8::2', interface: null })
  assert.deepEqual(sourceOf(written, [link('eth1')]), broken('LINE_ADDRESS_MISSING', null))
  const before = chosen('2001:db8::2')
  const down = [{ ...link('eth1'), isUp: false }]
  const after = sourceOf(written, down, before)
  assert.deepEqual(after, broken('LINE_LINK_DOWN'))
  assert.deepEqual(sourceOf(written, [link('eth1')], after), broken('LINE_ADDRESS_MISSING'))
  const elsewhere = [link('eth0', own('2001:db8::2')), link('eth1')]
  const onEth1 = settings({ address: '2001:db8::2' })
  assert.deepEqual(sourceOf(onEth1, elsewhere), broken('LINE_ADDRESS_MISSING'))
})

test('whatever the interfaces are, an address is one of theirs and there is a fault without one', () => {
  const someAddress = fc.record({
    address: fc
      .oneof(fc.ipV6(), fc.ipV4())
      .filter((text) => !text.includes('.') || !text.includes(':')),
    isBindable: fc.boolean(),
    isUsable: fc.boolean(),
  })
  const network = fc.array(
    fc.record({
      name: fc.constantFrom('eth0', 'eth1'),
      isUp: fc.boolean(),
      addresses: fc.array(someAddress.map(({ address, ...rest }) => own(address, rest))),
    }),
  )
  fc.assert(
    fc.property(network, fc.constantFrom(4, 6), (links, family) => {
      const state = sourceOf(settings({ family }), links)
      if (state.fault !== null) return state.address === null
      return links.some(
        ({ name, isUp, addresses }) =>
          name === 'eth1' &&
          isUp &&
          addresses.some(
            (one) => one.address === state.address && one.isUsable && one.family === family,
          ),
      )
    }),
  )
})

test('prefixes are compared by /64, of IPv4 by /24, and nothing with what is not known', () => {
  assert.equal(isOtherPrefix('2001:db8:0:1::5', '2001:db8:0:1:ffff::6'), false)
  assert.equal(isOtherPrefix('2001:db8:0:1::5', '2001:db8:0:2::5'), true)
  assert.equal(isOtherPrefix('192.0.2.1', '192.0.2.250'), false)
  assert.equal(isOtherPrefix('192.0.2.1', '192.0.3.1'), true)
  assert.equal(isOtherPrefix('192.0.2.1', '2001:db8::1'), true)
  assert.equal(isOtherPrefix(null, '2001:db8::1'), false)
  assert.equal(isOtherPrefix('2001:db8::1', null), false)
})

test('what ip prints is read: carrier, tentative, deprecated, temporary, link-local', () => {
  const flags = ['BROADCAST', 'UP', 'LOWER_UP']
  const inet6 = (local: string, over: object = {}) => ({
    family: 'inet6',
    local,
    prefixlen: 64,
    scope: 'global',
    ...over,
  })
  const [none, eth1, eth2, tun] = parseLinks([
    {},
    { ifname: 'eth0', flags: ['NO-CARRIER', 'UP', 'LOWER_UP'] },
    {
      ifname: 'eth1',
      flags,
      addr_info: [
        inet6('2001:db8::1'),
        inet6('2001:db8::2', { tentative: true }),
        inet6('2001:db8::3', { tentative: true, dadfailed: true }),
        inet6('2001:db8::4', { deprecated: true }),
        inet6('2001:db8::5', { temporary: true }),
        inet6('fe80::1', { scope: 'link' }),
      ],
    },
    { ifname: 'eth2', flags: ['BROADCAST', 'UP'] },
    { ifname: 'tun0', flags: ['POINTOPOINT', 'NOARP', 'UP', 'LOWER_UP'], operstate: 'UNKNOWN' },
  ])
  assert.deepEqual([none?.isUp, eth1?.isUp, eth2?.isUp, tun?.isUp], [false, true, false, true])
  const where = (key: 'isUsable' | 'isBindable') =>
    eth1?.addresses.filter((one) => one[key]).map(({ address }) => address)
  assert.deepEqual(where('isUsable'), ['2001:db8::1'])
  assert.deepEqual(where('isBindable'), ['2001:db8::1', '2001:db8::4', '2001:db8::5', 'fe80::1'])
  assert.deepEqual(parseLinks('nonsense'), [])
})
