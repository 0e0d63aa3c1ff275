/** Who has which address: pure, so that tests and configurations can say it without a bed. */

export const LINES = ['a', 'b', 'c'] as const
export type LineName = (typeof LINES)[number]
export type Family = 'ipv6' | 'ipv4'

export const GATEWAY_NAME = 'gateway.onshi.mnw'
export const LINE_AUTH_NAME = 'lineauth.onshi.mnw'
export const GATEWAY_PORT = 443
export const ECHO_PORT = 7
/** The gateway's addresses that every line leads to. */
export const SHARED_GATEWAY: Readonly<Record<Family, string>> = {
  ipv6: 'fd00:ff::1',
  ipv4: '10.255.0.1',
}
/** Where nobody lives, on any line. */
export const NOBODY: Readonly<Record<Family, string>> = {
  ipv6: 'fd00:ff:dead::1',
  ipv4: '10.255.222.1',
}

/** The addresses of one line. */
export interface Plan {
  readonly name: LineName
  readonly family: Family
  /** On the clinic's box. */
  readonly interface: string
  /** Where packets from `source` look for their way, and the priority of the rule that says so. */
  readonly table: number
  /** Own address; its network has `prefixBits`. */
  readonly source: string
  readonly prefixBits: number
  readonly prefix: string
  readonly router: string
  /** This line's own address of the gateway, its DNS server, its line authentication. */
  readonly gateway: string
  readonly dns: string
  readonly lineAuth: string
}

/** `generation` counts changes of the prefix. */
export function planOf(name: LineName, family: Family, generation = 0): Plan {
  const number = LINES.indexOf(name) + 1
  const near =
    family === 'ipv6'
      ? `fd00:${name}:${generation === 0 ? ':' : `0:${generation.toString(16)}::`}`
      : `10.${number}.${generation}.`
  const far = family === 'ipv6' ? `fd00:ff:${name}::` : `10.255.${number}.`
  const prefixBits = family === 'ipv6' ? 64 : 24
  return {
    name,
    family,
    interface: `line-${name}`,
    table: 100 + number,
    source: `${near}2`,
    prefixBits,
    prefix: `${family === 'ipv6' ? near : `${near}0`}/${prefixBits}`,
    router: `${near}1`,
    gateway: `${far}1`,
    dns: `${far}53`,
    lineAuth: `${far}80`,
  }
}

/** As a URL writes a host. */
export const inUrl = (address: string) => (address.includes(':') ? `[${address}]` : address)
