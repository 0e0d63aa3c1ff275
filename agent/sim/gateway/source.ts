import { isIPv4, isIPv6 } from 'node:net'

/** A range of addresses. IPv4 stands in its IPv4-mapped form, so that one kind of number serves. */
export interface Prefix {
  /** Of 128. */
  readonly length: number
  /** The first `length` bits. */
  readonly bits: bigint
}

const BITS = 128
const IPV4_BITS = 32
const IPV4_MAPPED = 0xffffn << 32n

const groupsOf = (text: string) => (text === '' ? [] : text.split(':'))

const ipv6Number = (address: string): bigint => {
  // The URL parser writes every form of an address in hexadecimal groups.
  const { hostname } = new URL(`http://[${address}]`)
  const [head = '', tail] = hostname.slice(1, -1).split('::')
  const [first, last] = [groupsOf(head), groupsOf(tail ?? '')]
  const zeros = Array<string>(8 - first.length - last.length).fill('0')
  return [...first, ...zeros, ...last].reduce(
    (number, group) => (number << 16n) | BigInt(`0x${group}`),
    0n,
  )
}

const numberOf = (address: string): bigint | undefined => {
  if (isIPv4(address))
    return address
      .split('.')
      .reduce((number, octet) => (number << 8n) | BigInt(octet), IPV4_MAPPED >> 32n)
  return isIPv6(address) && !address.includes('%') ? ipv6Number(address) : undefined
}

/** An address alone, or address and length as in `fd00:a::/64`; undefined for anything else. */
export const readPrefix = (text: string): Prefix | undefined => {
  const [, address = '', digits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const number = numberOf(address)
  if (number === undefined) return undefined
  const offset = isIPv4(address) ? BITS - IPV4_BITS : 0
  const length = digits === undefined ? BITS : Number(digits) + offset
  return length > BITS ? undefined : { length, bits: number >> BigInt(BITS - length) }
}

/** Whether the address, as `plainAddress` gives it, is in the prefix. */
export const holds = ({ length, bits }: Prefix, address: string): boolean => {
  const number = numberOf(address)
  return number !== undefined && number >> BigInt(BITS - length) === bits
}

/** A peer's address as people write it: no zone, and IPv4 in dots; '' when it is gone already. */
export const plainAddress = (address: string | undefined): string =>
  (address ?? '').replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '')
