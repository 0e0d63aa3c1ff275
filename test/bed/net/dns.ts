import { createSocket, type RemoteInfo } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { type Static, Type } from 'typebox'

/** empty: the name is there, but has no such address. */
const MODES = ['good', 'wrong', 'servfail', 'nxdomain', 'empty', 'silent'] as const

/** What a server of names is told to do. */
export const DnsBehaviour = Type.Object(
  {
    mode: Type.Enum(MODES),
    /** For `wrong`: what every name is said to be. */
    address: Type.Optional(Type.String()),
    /** Before every answer. */
    delayMs: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  { additionalProperties: false },
)
export type DnsBehaviour = Static<typeof DnsBehaviour>

/** Names in lower case, without a dot at the end, with their addresses. */
export type Zone = Readonly<Record<string, readonly string[]>>

const HEADER_BYTES = 12
const TYPE_A = 1
const TYPE_AAAA = 28
const CLASS_IN = 1
const TTL_SECONDS = 5
const RCODE = { good: 0, servfail: 2, nxdomain: 3 } as const
/** Response, authoritative, recursion available. [RFC 1035, section 4.1.1] */
const ANSWER_FLAGS = 0x8480
const RECURSION_DESIRED = 0x0100
/** A pointer to the name of the question. [RFC 1035, section 4.1.4] */
const SAME_NAME = 0xc00c

/** The whole reply to a query of one question; undefined: none is sent. Pure. */
export function dnsReply(query: Buffer, zone: Zone, behaviour: DnsBehaviour): Buffer | undefined {
  const question = readQuestion(query)
  if (question === undefined || behaviour.mode === 'silent') return undefined
  const known = behaviour.mode === 'wrong' ? [behaviour.address ?? ''] : zone[question.name]
  const fits = (address: string) => isIPv6(address) === (question.type === TYPE_AAAA)
  const isAddress = question.type === TYPE_AAAA || question.type === TYPE_A
  const mode = known === undefined && behaviour.mode === 'good' ? 'nxdomain' : behaviour.mode
  const isAnswer = mode === 'good' || mode === 'wrong'
  const records = isAnswer && isAddress ? (known ?? []).filter(fits).map(record) : []
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt16BE(query.readUInt16BE(0), 0)
  const rcode = mode === 'servfail' || mode === 'nxdomain' ? RCODE[mode] : RCODE.good
  header.writeUInt16BE(ANSWER_FLAGS | (query.readUInt16BE(2) & RECURSION_DESIRED) | rcode, 2)
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(records.length, 6)
  return Buffer.concat([header, question.bytes, ...records])
}

function readQuestion(query: Buffer) {
  if (query.length < HEADER_BYTES || query.readUInt16BE(4) !== 1) return undefined
  const labels: string[] = []
  let at = HEADER_BYTES
  for (let length = query[at]; length; length = query[at]) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  const end = at + 5
  if (end > query.length) return undefined
  return {
    name: labels.join('.').toLowerCase(),
    type: query.readUInt16BE(at + 1),
    bytes: query.subarray(HEADER_BYTES, end),
  }
}

function record(address: string): Buffer {
  const data = isIPv6(address) ? ipv6Bytes(address) : Buffer.from(address.split('.').map(Number))
  const head = Buffer.alloc(12)
  head.writeUInt16BE(SAME_NAME, 0)
  head.writeUInt16BE(isIPv6(address) ? TYPE_AAAA : TYPE_A, 2)
  head.writeUInt16BE(CLASS_IN, 4)
  head.writeUInt32BE(TTL_SECONDS, 6)
  head.writeUInt16BE(data.length, 10)
  return Buffer.concat([head, data])
}

function ipv6Bytes(address: string): Buffer {
  const [left = '', right] = address.split('::').map((half) => half.split(':').filter(Boolean))
  const tail = right ?? []
  const gap = right === undefined ? 0 : 8 - left.length - tail.length
  const groups = [...left, ...Array.from({ length: gap }, () => '0'), ...tail]
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex')
}

export interface DnsServer {
  behave(behaviour: DnsBehaviour): void
  /** Whole questions so far, also those without a reply. */
  queries(): number
  close(): Promise<void>
}

/** Answers on UDP port 53 of one address. */
export async function openDns(address: string, zone: Zone): Promise<DnsServer> {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4')
  let behaviour: DnsBehaviour = { mode: 'good' }
  let queries = 0
  const late = new Set<NodeJS.Timeout>()
  socket.on('message', (query: Buffer, { address: to, port }: RemoteInfo) => {
    queries += 1
    const reply = dnsReply(query, zone, behaviour)
    if (reply === undefined) return
    const timer = setTimeout(() => {
      late.delete(timer)
      socket.send(reply, port, to)
    }, behaviour.delayMs ?? 0)
    late.add(timer)
  })
  socket.bind(53, address)
  await once(socket, 'listening')
  return {
    behave: (next) => {
      behaviour = next
    },
    queries: () => queries,
    async close() {
      for (const timer of late) clearTimeout(timer)
      const closed = once(socket, 'close')
      socket.close()
      await closed
    },
  }
}
