import { BlockList, isIP } from 'node:net'
import { Type } from 'typebox'

/** An array of sources; the entries are judged by `parseSource`. */
export const Sources = (description: string, fallback?: string[]) =>
  Type.Array(Type.String(), {
    description,
    ...(fallback === undefined ? {} : { default: fallback }),
  })

interface Source {
  readonly address: string
  readonly prefix: number
  readonly family: 'ipv4' | 'ipv6'
}

/** An address or a CIDR block (`192.168.1.0/24`, `fd00::/8`); undefined for anything else. */
export function parseSource(entry: string): Source | undefined {
  const [, address = '', digits] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(entry) ?? []
  const version = isIP(address)
  if (version === 0) return undefined
  const bits = version === 4 ? 32 : 128
  const prefix = digits === undefined ? bits : Number(digits)
  return prefix > bits ? undefined : { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' }
}

/**
 * The sources that checked entries name, for `check(address, family)`. An IPv4 rule holds for the
 * IPv4-mapped form too. Entries that are none are left out: the loader refuses them.
 */
export function sourceList(entries: readonly string[]): BlockList {
  const list = new BlockList()
  for (const entry of entries) {
    const source = parseSource(entry)
    if (source) list.addSubnet(source.address, source.prefix, source.family)
  }
  return list
}

/** Whether two texts are the same address, however they are written. */
export function sameAddress(one: string, other: string): boolean {
  const [a, b] = [parseSource(one), parseSource(other)]
  if (!a || !b) return false
  const list = new BlockList()
  list.addAddress(a.address, a.family)
  return list.check(b.address, b.family)
}
