import { isIPv4, SocketAddress } from 'node:net'
import type { SourceSettings, SourceState } from './network.ts'

/** What the units of one line are made of. */
export interface RoutedLine {
  readonly name: string
  /** Place in the order of preference, from 0. */
  readonly place: number
  readonly settings: SourceSettings
  readonly state: SourceState
  /** Of the line, where a route shows it. */
  readonly router: string | null
}

/** Tables of ours; 253 to 255 are the system’s. */
const FIRST_TABLE = 101
/** Before the rule of the main table, 32766. */
const FIRST_PRIORITY = 1_001

/** After every route that a router or a lease brings. */
const LAST_METRIC = 65_535

const NOTES = [
  '# [RoutingPolicyRule] needs systemd 235, RouteTable= in [IPv6AcceptRA] 232. Give this file a name',
  '# that sorts before those of other tools: the first .network that fits an interface is the one.',
  '# IPv4Forwarding= and IPv6Forwarding= are of systemd 256; older ones pass over them.',
]

/**
 * Pure. The systemd-networkd unit with which packets from the line’s address leave by the line’s own
 * interface: the line’s routes go into a table of its own, and a rule by source leads there. The
 * main table keeps the clinic’s network. [systemd.network(5), ip-rule(8)]
 */
export function networkdSnippet(line: RoutedLine): string {
  const { name, place, settings, state } = line
  const device = settings.interface ?? state.interface ?? 'INTERFACE-OF-THE-LINE'
  const table = FIRST_TABLE + place
  const { from, note } = sourceRule(line)
  return [
    `# /etc/systemd/network/10-onshi-${name}.network`,
    ...NOTES,
    '[Match]',
    `Name=${device}`,
    '',
    '[Network]',
    ...network(line),
    'IPv4Forwarding=no',
    'IPv6Forwarding=no',
    '',
    ...routes(line, table),
    '',
    '# Without its router the line’s packets leave by no other line.',
    '[Route]',
    `Destination=${settings.family === 6 ? '::/0' : '0.0.0.0/0'}`,
    'Type=unreachable',
    `Metric=${LAST_METRIC}`,
    `Table=${table}`,
    '',
    '[RoutingPolicyRule]',
    ...note,
    `From=${from}`,
    `Table=${table}`,
    `Priority=${FIRST_PRIORITY + place}`,
    '',
  ].join('\n')
}

function network({ settings, state }: RoutedLine): string[] {
  if (isWritten(settings)) {
    const length = state.prefixLength ?? (settings.family === 6 ? 64 : 24)
    return [`Address=${settings.address}/${length}`, 'IPv6AcceptRA=no']
  }
  return settings.family === 6 ? ['IPv6AcceptRA=yes'] : ['DHCP=ipv4']
}

function routes({ settings, router }: RoutedLine, table: number): string[] {
  if (isWritten(settings))
    return ['[Route]', `Gateway=${router ?? 'ROUTER-OF-THE-LINE'}`, `Table=${table}`]
  const section = settings.family === 6 ? '[IPv6AcceptRA]' : '[DHCPv4]'
  return [section, `RouteTable=${table}`]
}

/** A rule knows no interface to come from: an address that changes needs the carrier’s whole prefix. */
function sourceRule({ settings, state }: RoutedLine): { from: string; note: readonly string[] } {
  if (settings.prefix !== null) return { from: settings.prefix, note: [] }
  const { family } = settings
  const single = family === 6 ? 128 : 32
  if (settings.address !== null) return { from: `${settings.address}/${single}`, note: [] }
  const from = state.address === null ? 'PREFIX-OF-THE-LINE' : prefixOf(state.address)
  const note = [
    '# The prefix as it is now. A carrier that changes it needs its whole range here, which is best',
    '# written as `prefix` of the line too: no other line may have addresses inside.',
  ]
  return { from, note }
}

/** The /64 of an IPv6 address, the /24 of an IPv4 one. */
function prefixOf(address: string): string {
  if (isIPv4(address)) return `${address.split('.').slice(0, 3).join('.')}.0/24`
  const [head = '', tail] = address.split('::')
  const first = head === '' ? [] : head.split(':')
  const last = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups = [...first, ...Array(8 - first.length - last.length).fill('0'), ...last]
  const prefix = `${groups.slice(0, 4).join(':')}::`
  return `${new SocketAddress({ address: prefix, family: 'ipv6' }).address}/64`
}

const isWritten = ({ address }: SourceSettings) => address !== null

/** Pure. Ends forwarding now and at the next start; networkd before 256 only ever turns it on. */
export const FORWARDING_SYSCTL = [
  '# /etc/sysctl.d/90-onshi-lines.conf, then: sysctl --system',
  'net.ipv4.ip_forward = 0',
  'net.ipv6.conf.all.forwarding = 0',
  '',
].join('\n')
