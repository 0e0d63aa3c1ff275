import { isIP } from 'node:net'
import type { LineCard } from '../agent/kernel/line.ts'
import type { Line } from './line.ts'
import { parseSource } from './sources.ts'

/** The host of an origin, without brackets; undefined when it is no origin. */
export function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).hostname.replace(/^\[|\]$/g, '') : undefined
}

/** `ipv6`, `ipv4`, or undefined for what is no address and no CIDR block. */
export function familyOf(address: string): 'ipv6' | 'ipv4' | undefined {
  const version = isIP(address)
  if (version !== 0) return version === 6 ? 'ipv6' : 'ipv4'
  return parseSource(address)?.family
}

/** The family of a line: as it is written, else that of the addresses that are. */
export function familyOfLine(line: Line): 'ipv6' | 'ipv4' {
  const addresses = [hostOf(line.gateway) ?? '', line.source_address ?? '', line.prefix ?? '']
  const named = [...addresses, ...(line.dns_servers ?? [])].flatMap((one) => familyOf(one) ?? [])
  return line.family ?? named[0] ?? 'ipv6'
}

/** The line as people are told of it. */
export function lineCard(line: Line): LineCard {
  const { name, kind, metered, contact = {} } = line
  return {
    name,
    kind,
    family: familyOfLine(line),
    metered,
    contact: {
      customerId: contact.customer_id ?? null,
      router: contact.router ?? null,
      carrier: contact.carrier ?? null,
      phone: contact.phone ?? null,
      hours: contact.hours ?? null,
      lineAuthUrl: line.line_auth_url ?? null,
    },
  }
}
