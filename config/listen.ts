import { BlockList, isIP } from 'node:net'
import { type Static, Type } from 'typebox'
import { file, flag, strict, text } from './shape.ts'
import { parseSource, Sources } from './sources.ts'

export const defaultAddress = '127.0.0.1:8480'

/** One address on which the API is served. */
export const Listen = Type.Object(
  {
    address: text(
      'Address and port, e.g. `127.0.0.1:8480` or `[::1]:8480`; port 0 takes a free one. An address of the clinic’s network needs `allow` and either `tls` or `own_ca`. Never the address of a line, so not `0.0.0.0` or `::` beside a real one.',
      '^(\\[[^\\]]+\\]|[^:\\[\\]]+):\\d{1,5}$',
      'an IP address and a port, "127.0.0.1:8480" or "[::1]:8480"',
    ),
    allow: Type.Optional(
      Sources('Source addresses or CIDR blocks that may connect; all of them when absent.'),
    ),
    tls: Type.Optional(
      Type.Object(
        {
          certificate_file: file('certificates', 'Server certificate with its chain, PEM.'),
          key_file: file('private-key', 'Its private key, PEM. Secret.'),
        },
        {
          ...strict,
          description:
            'HTTPS with a certificate of the clinic’s own. Changed files are taken up within a minute.',
        },
      ),
    ),
    own_ca: flag(
      'HTTPS with a certificate of the agent’s own CA, which is made at the first start and renews it. Instead of `tls`; clients take the CA from `/ca.crt`, with the fingerprint that `onshi-agent ca show` prints.',
      false,
    ),
    insecure_lan: flag(
      'Accept an address of the clinic’s network without both `allow` and `tls`. Anyone there can then read along; health warns of it.',
      false,
    ),
    hosts: Type.Array(
      text(
        'A Host header.',
        '^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\\[[0-9A-Fa-f:.]+\\])(:\\d{1,5})?$',
        'a host name with its port as clients send it, "onshi.clinic.lan:8480"',
      ),
      {
        default: [],
        description:
          'Further exact values of the Host header, as clients send them, e.g. `onshi.clinic.lan:8480`.',
      },
    ),
  },
  strict,
)
export type Listen = Static<typeof Listen>

export interface ListenAddress {
  /** Without brackets; may carry a zone (`fe80::1%eth0`). */
  readonly host: string
  readonly port: number
  readonly family: 4 | 6
  readonly loopback: boolean
  /** `0.0.0.0` or `::`: every address of the machine. */
  readonly wildcard: boolean
}

const loopbacks = new BlockList()
loopbacks.addSubnet('127.0.0.0', 8, 'ipv4')
loopbacks.addAddress('::1', 'ipv6')
const wildcards = new BlockList()
wildcards.addAddress('0.0.0.0', 'ipv4')
wildcards.addAddress('::', 'ipv6')

/** Whether an address (no name) never leaves the machine. */
export const isLoopback = (host: string) => contains(loopbacks, host)

/** `127.0.0.1:8480` or `[::1]:8480`, taken apart; undefined when it is no IP address and port. */
export function parseListenAddress(address: string): ListenAddress | undefined {
  const [, six, four, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(address) ?? []
  const host = six ?? four ?? ''
  const port = Number(digits)
  const version = isIP(host)
  if (version !== (six === undefined ? 4 : 6) || !(port <= 65_535)) return undefined
  return {
    host,
    port,
    family: version === 4 ? 4 : 6,
    loopback: isLoopback(host),
    wildcard: contains(wildcards, host),
  }
}

/** What an address of the clinic’s network lacks, in words; empty on one that is loopback or safe. */
export function weaknesses({ address, allow = [], tls, own_ca }: Listen): string[] {
  if (parseListenAddress(address)?.loopback) return []
  const everyone = allow.some((entry) => parseSource(entry)?.prefix === 0)
  return [
    ...(allow.length === 0 ? ['without `allow`'] : []),
    ...(everyone ? ['with an `allow` that lets everyone in'] : []),
    ...(tls === undefined && !own_ca ? ['without `tls` or `own_ca`'] : []),
  ]
}

function contains(list: BlockList, host: string): boolean {
  const version = isIP(host)
  const bare = host.replace(/%.*$/, '')
  return version !== 0 && list.check(bare, version === 4 ? 'ipv4' : 'ipv6')
}
