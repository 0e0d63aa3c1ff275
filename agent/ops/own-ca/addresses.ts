import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { Subjects } from './subjects.ts'

/** A listener that shows a certificate of the own CA. */
export interface ServedAt {
  /** Without brackets. */
  readonly host: string
  readonly loopback: boolean
  readonly wildcard: boolean
  /** Further Host headers, with their ports. */
  readonly hosts: readonly string[]
}

/** 4 or 16 bytes of an IP address. */
export function addressBytes(address: string): Uint8Array {
  if (isIP(address) === 4) return Uint8Array.from(address.split('.'), Number)
  const [head = '', tail] = withoutDots(address).split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':'))
  const [left, right] = [groups(head), groups(tail ?? '')]
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0')
  const words = [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16))
  return Uint8Array.from(words.flatMap((word) => [word >> 8, word & 0xff]))
}

/** `::ffff:192.0.2.1` as `::ffff:c000:201`. */
function withoutDots(address: string): string {
  const [, head = '', four = ''] = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address) ?? []
  if (four === '') return address
  const [a = 0, b = 0, c = 0, d = 0] = four.split('.').map(Number)
  return `${head}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
}

/** Of one address alone. */
export const maskBytes = (address: string): Uint8Array =>
  new Uint8Array(isIP(address) === 4 ? 4 : 16).fill(0xff)

const LOOPBACKS: Subjects = { names: ['localhost'], addresses: ['127.0.0.1', '::1'] }
const NONE: Subjects = { names: [], addresses: [] }

/** What clients dial: what the Host check of these listeners lets in. `own`: of this machine, now. */
export function subjectsOf(served: readonly ServedAt[], own: readonly string[]): Subjects {
  return joined(
    served.flatMap(({ host, loopback, wildcard, hosts }) => [
      loopback || wildcard ? LOOPBACKS : NONE,
      { names: [], addresses: wildcard ? own : [host.replace(/%.*$/, '')] },
      ...hosts.map(subjectOf),
    ]),
  )
}

/** Of a Host header. */
function subjectOf(host: string): Subjects {
  const [, six, name = ''] = /^(?:\[([^\]]+)\]|([^:]+))(?::\d+)?$/.exec(host.toLowerCase()) ?? []
  const bare = six ?? name
  return isIP(bare) === 0 ? { names: [bare], addresses: [] } : { names: [], addresses: [bare] }
}

/** In an order of its own, each once, so that two of the same are the same text. */
export const joined = (all: readonly Subjects[]) => ({
  names: [...new Set(all.flatMap(({ names }) => names))].sort(),
  addresses: [...new Set(all.flatMap(({ addresses }) => addresses))].sort(),
})

/** What of `wanted` the CA may sign for, and what not. A subdomain is within its domain. [RFC 5280, 4.2.1.10] */
export function withinOf(wanted: Subjects, permitted: Subjects) {
  const isNamed = (name: string) =>
    permitted.names.some((base) => name === base || name.endsWith(`.${base}`))
  const isAddressed = (address: string) => permitted.addresses.includes(address)
  return {
    within: {
      names: wanted.names.filter(isNamed),
      addresses: wanted.addresses.filter(isAddressed),
    },
    outside: [
      ...wanted.names.filter((name) => !isNamed(name)),
      ...wanted.addresses.filter((address) => !isAddressed(address)),
    ],
  }
}

/** Addresses of this machine that others can dial; link-local ones need a zone that differs on each side. */
export const ownAddresses = (): string[] =>
  Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .filter(({ internal, address }) => !internal && !/^(fe80:|169\.254\.)/i.test(address))
    .map(({ address }) => address)
