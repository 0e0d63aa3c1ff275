import assert from 'node:assert/strict'
import { test } from 'node:test'
import { networkdSnippet, type RoutedLine } from '../../../agent/uplink/routing-units.ts'

const line = (
  settings: Partial<RoutedLine['settings']> = {},
  state: Partial<RoutedLine['state']> = {},
): RoutedLine => ({
  name: 'ngn',
  place: 1,
  settings: { address: null, interface: 'eth1', prefix: null, family: 6, ...settings },
  state: {
    address: '2001:db8:1:2:a::5',
    interface: 'eth1',
    prefixLength: 64,
    fault: null,
    ...state,
  },
  router: null,
})
/** Without comments. */
const unitOf = (of: RoutedLine) =>
  networkdSnippet(of)
    .split('\n')
    .filter((text) => text !== '' && !text.startsWith('#'))

test('an address from router advertisements gets a table of its own and a rule for its prefix', () => {
  assert.deepEqual(unitOf(line()), [
    '[Match]',
    'Name=eth1',
    '[Network]',
    'IPv6AcceptRA=yes',
    'IPv4Forwarding=no',
    'IPv6Forwarding=no',
    '[IPv6AcceptRA]',
    'RouteTable=102',
    '[Route]',
    'Destination=::/0',
    'Type=unreachable',
    'Metric=65535',
    'Table=102',
    '[RoutingPolicyRule]',
    'From=2001:db8:1:2::/64',
    'Table=102',
    'Priority=1002',
  ])
})

test('a written prefix outlives the address of the day', () => {
  assert.ok(unitOf(line({ prefix: '2001:db8::/32' })).includes('From=2001:db8::/32'))
  const nowhere = unitOf(line({}, { address: null }))
  assert.ok(nowhere.includes('From=PREFIX-OF-THE-LINE'))
})

test('a written address comes with its router, IPv4 by DHCP with the table of the lease', () => {
  const written = unitOf({ ...line({ address: 'fd00:b::2' }), router: 'fe80::1' })
  const expected = ['Address=fd00:b::2/64', 'Gateway=fe80::1', 'Table=102', 'From=fd00:b::2/128']
  for (const text of expected) assert.ok(written.includes(text), text)
  const dhcp = unitOf(line({ family: 4 }, { address: '192.0.2.7', prefixLength: 24 }))
  for (const text of ['DHCP=ipv4', '[DHCPv4]', 'RouteTable=102', 'From=192.0.2.0/24'])
    assert.ok(dhcp.includes(text), text)
})
