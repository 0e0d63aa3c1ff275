import { isIP } from 'node:net'
import { type Finding, mistake, show } from './fault.ts'
import type { Failover, Line } from './line.ts'
import { familyOf, familyOfLine, hostOf } from './line-card.ts'
import { keyPath } from './shape.ts'
import { parseSource } from './sources.ts'

const together = '組み合わせが違います。'
const misshapen = '値の形が違います。'

/** What no schema can say of one line. `key` is where it stands, `lines[0]`. */
export function aboutLine(key: string, line: Line, simulator: boolean): Finding[] {
  const at = (name: string) => keyPath(key, name)
  return [
    ...(line.kind === 'simulator' && !simulator
      ? [
          mistake(
            at('kind'),
            together,
            '"simulator" while gateway.simulator is not true',
            '"ip-vpn" or "ipsec", or gateway.simulator = true to practise',
          ),
        ]
      : []),
    // Health and maintenance say `gateway` for all lines together.
    ...(line.name === 'gateway'
      ? [mistake(at('name'), '使えない名前です。', show(line.name), 'a name of the line alone')]
      : []),
    ...(hostOf(line.gateway) === undefined
      ? [
          mistake(
            at('gateway'),
            misshapen,
            show(line.gateway),
            'an https origin with a host and perhaps a port, "https://[fd00::1]:8443"',
          ),
        ]
      : []),
    ...aboutSource(at, line),
    ...aboutAddresses(at, line),
  ]
}

type At = (name: string) => string

/** The line's own end is either an address or an interface. */
function aboutSource(at: At, line: Line): Finding[] {
  const { source_address: own, interface: device, prefix } = line
  return [
    ...(own !== undefined && isIP(own) === 0
      ? [
          mistake(
            at('source_address'),
            misshapen,
            show(own),
            'an IP address of this machine on the line',
          ),
        ]
      : []),
    ...(own !== undefined && device !== undefined
      ? [
          mistake(
            at('interface'),
            together,
            'both `source_address` and `interface`',
            '`source_address` for an address that stays, `interface` for one that changes',
          ),
        ]
      : []),
    ...(prefix !== undefined && device === undefined
      ? [
          mistake(
            at('prefix'),
            together,
            '`prefix` without `interface`',
            '`interface` beside it, or no `prefix`',
          ),
        ]
      : []),
    ...(prefix !== undefined && (parseSource(prefix) === undefined || !prefix.includes('/'))
      ? [mistake(at('prefix'), misshapen, show(prefix), 'a CIDR block, "2001:db8::/32"')]
      : []),
    ...(line.dns_servers ?? []).flatMap((server, i) =>
      isIP(server) === 0
        ? [
            mistake(
              `${at('dns_servers')}[${i}]`,
              misshapen,
              show(server),
              'the IP address of a DNS server',
            ),
          ]
        : [],
    ),
  ]
}

/** A connection has one family, so all addresses of a line have it. */
function aboutAddresses(at: At, line: Line): Finding[] {
  const family = familyOfLine(line)
  const ofGateway = familyOf(hostOf(line.gateway) ?? '')
  const spoken = family === 'ipv6' ? 'IPv6' : 'IPv4'
  if (ofGateway !== undefined && ofGateway !== family) {
    const found = `"${family}" beside a gateway address of the other family`
    return [mistake(at('family'), together, found, `"${ofGateway}", or a gateway of ${spoken}`)]
  }
  const why = line.family === undefined ? 'as the line’s other addresses are' : 'as `family` says'
  const stranger = (field: string, address: string | undefined) => {
    const own = address === undefined ? undefined : familyOf(address)
    if (address !== undefined && NOWHERE.test(address))
      return [mistake(field, together, show(address), `an ${spoken} address of one machine`)]
    return own === undefined || own === family
      ? []
      : [mistake(field, together, show(address), `an ${spoken} address, ${why}`)]
  }
  return [
    ...stranger(at('source_address'), line.source_address),
    ...stranger(at('prefix'), line.prefix),
    ...(line.dns_servers ?? []).flatMap((server, i) =>
      stranger(`${at('dns_servers')}[${i}]`, server),
    ),
  ]
}

/** The unspecified address, multicast, and link-local ones, which mean nothing without their link. */
const NOWHERE = /^(::|0\.0\.0\.0|ff[0-9a-f]{2}:.*|fe[89ab][0-9a-f]:.*|2(2[4-9]|3\d)\..*)$/i

/** The official side is not probed more often than this. Seconds. */
const APPLICATION_PROBE_LEAST_S = 300

/** A probe of the application costs the gateway a request, unless it is the simulator. */
export function aboutFailover(failover: Failover, simulator: boolean): Finding[] {
  const seconds = failover.application_probe_seconds
  if (simulator || seconds >= APPLICATION_PROBE_LEAST_S) return []
  const found = `the number ${seconds} while gateway.simulator is not true`
  const write = `at least ${APPLICATION_PROBE_LEAST_S}`
  return [mistake('failover.application_probe_seconds', '値が範囲の外です。', found, write)]
}
