import { isIP } from 'node:net'
import { type Static, type TSchema, Type } from 'typebox'
import { Check } from 'typebox/schema'
import { Backup } from './backup.ts'
import { Clinic } from './clinic.ts'
import { aboutClinic } from './clinic-rules.ts'
import { type Finding, finding, mistake, show } from './fault.ts'
import { Protocol } from './gateway.ts'
import { aboutJobs, aboutTime, Jobs } from './jobs.ts'
import { Failover, Line } from './line.ts'
import { aboutFailover, aboutLine } from './line-rules.ts'
import { isLoopback, Listen, type ListenAddress, parseListenAddress, weaknesses } from './listen.ts'
import { Outbox } from './outbox.ts'
import { aboutRecipient } from './recipient.ts'
import { type Placed, placed, repeats } from './repeats.ts'
import { isTable, keyPath } from './shape.ts'
import { parseSource, sameAddress } from './sources.ts'
import { Terminal } from './terminal.ts'
import { aboutTerminal, aboutVia } from './terminal-rules.ts'

/**
 * What no schema can say. Takes the configuration as it came, and judges those parts that fit the
 * schema, so that one mistake does not hide another.
 */
export function breaches(value: unknown): Finding[] {
  const root = isTable(value) ? value : {}
  const gateway = isTable(root['gateway']) ? root['gateway'] : {}
  const simulator = gateway['simulator'] === true
  const lines = fitting(Line, root['lines'], 'lines')
  const listeners = fitting(Listen, root['listen'], 'listen')
  const readers = fitting(Type.Object({ name: Type.String() }), root['readers'], 'readers')
  const protocol = Check(Protocol, gateway['protocol']) ? [gateway['protocol']] : []
  const failover = Check(Failover, root['failover']) ? [root['failover']] : []
  const terminal = Check(Terminal, root['terminal']) ? [root['terminal']] : []
  const outbox = Check(Outbox, root['outbox']) ? [root['outbox']] : []
  const clinic = Check(Clinic, root['clinic']) ? [root['clinic']] : []
  const jobs = Check(Jobs, root['jobs']) ? [root['jobs']] : []
  const backup = Check(Backup, root['backup']) ? [root['backup']] : []
  return [
    ...listeners.flatMap((each) => aboutListener(each, lines, simulator)),
    ...aboutVia(root),
    ...terminal.flatMap((each) => aboutTerminal(each, gateway['via'] === 'terminal')),
    ...repeats(listeners, addressOf, 'address', '同じ受付アドレスが二度あります。'),
    ...aboutSources(root['monitor_from'], 'monitor_from'),
    ...lines.flatMap(({ key, value }) => aboutLine(key, value, simulator)),
    ...repeats(lines, ({ name }) => name, 'name', '同じ名前の回線が二つあります。'),
    ...failover.flatMap((each) => aboutFailover(each, simulator)),
    ...clinic.flatMap(aboutClinic),
    ...outbox.flatMap(aboutOutbox),
    ...jobs.flatMap(aboutJobs),
    ...backup.flatMap(({ at, recipient }) => [
      ...aboutTime('backup.at', at),
      ...aboutRecipient(recipient),
    ]),
    ...aboutSocket(isTable(root['control']) ? root['control']['socket'] : undefined),
    ...repeats(readers, ({ name }) => name, 'name', '同じ名前のリーダーが二つあります。'),
    ...protocol.flatMap((each) => aboutHeaders('gateway.protocol', each.extra_headers, ours)),
  ]
}

function fitting<S extends TSchema>(schema: S, list: unknown, key: string): Placed<Static<S>>[] {
  if (!Array.isArray(list)) return []
  return list.flatMap((value: unknown, i) =>
    Check(schema, value) ? [{ key: `${key}[${i}]`, value }] : [],
  )
}

function aboutListener(
  { key, value: listen }: Placed<Listen>,
  lines: readonly Placed<Line>[],
  simulator: boolean,
): Finding[] {
  const at = keyPath(key, 'address')
  const address = parseListenAddress(listen.address)
  const sources = aboutSources(listen.allow, keyPath(key, 'allow'))
  if (address === undefined) {
    const write = 'an IP address (no name) and a port up to 65535, "127.0.0.1:8480" or "[::1]:8480"'
    return [mistake(at, '値の形が違います。', show(listen.address), write), ...sources]
  }
  const doubled =
    listen.own_ca && listen.tls !== undefined
      ? [
          mistake(
            keyPath(key, 'own_ca'),
            '一方だけを書いてください。',
            '`own_ca` beside `tls`',
            'one of them',
          ),
        ]
      : []
  if (address.loopback) return [...doubled, ...sources]
  return [...onLine(at, address, lines, simulator), ...exposed(at, listen), ...doubled, ...sources]
}

/** What came in over a line must never reach the API. */
function onLine(
  key: string,
  address: ListenAddress,
  lines: readonly Placed<Line>[],
  simulator: boolean,
): Finding[] {
  if (address.wildcard && !simulator) {
    const found = `${address.host}, every address of this machine, the lines’ included`
    return [finding('LISTEN_UNSAFE', key, found, 'the address of the clinic’s network alone')]
  }
  return lines.flatMap(({ key: line, value: { source_address: own } }) => {
    if (own === undefined || isIP(own) === 0 || isLoopback(own)) return []
    if (!address.wildcard && !sameAddress(own, address.host)) return []
    const found = `${address.host}, which takes in ${line}.source_address`
    return [finding('LISTEN_UNSAFE', key, found, 'an address that is not a line’s')]
  })
}

function exposed(key: string, listen: Listen): Finding[] {
  const missing = weaknesses(listen)
  if (listen.insecure_lan || missing.length === 0) return []
  const found = `an address that others can reach, ${missing.join(' and ')}`
  const write =
    'both `allow` and either `tls` or `own_ca = true`, or an address of this machine alone such as "127.0.0.1:8480", or `insecure_lan = true` to accept the risk'
  return [finding('LISTEN_UNSAFE', key, found, write)]
}

function aboutSources(entries: unknown, key: string): Finding[] {
  if (!Array.isArray(entries)) return []
  return entries.flatMap((entry: unknown, i) => {
    if (typeof entry !== 'string' || parseSource(entry)) return []
    const write = 'an IP address or a CIDR block, "192.168.1.20" or "192.168.1.0/24"'
    return [mistake(`${key}[${i}]`, '値の形が違います。', show(entry), write)]
  })
}

function aboutOutbox({ targets, fhir }: Outbox): Finding[] {
  const hosts = placed(targets, 'outbox.targets')
  return [
    ...hosts.flatMap(({ key, value }) => aboutSources(value.networks, `${key}.networks`)),
    ...repeats(hosts, ({ host }) => host.toLowerCase(), 'host', '同じ配信先が二度あります。'),
    ...aboutHeaders('outbox.fhir', fhir.extra_headers, oursOfFhir),
  ]
}

/** `sun_path` of a Unix socket holds 107 bytes and its end. [unix(7)] */
const socketLimitBytes = 107

function aboutSocket(path: unknown): Finding[] {
  if (typeof path !== 'string' || Buffer.byteLength(path) <= socketLimitBytes) return []
  const found = `a path of ${Buffer.byteLength(path)} bytes once it is absolute`
  const write = `one of at most ${socketLimitBytes}`
  return [mistake('control.socket', '値が範囲の外です。', found, write)]
}

const addressOf = ({ address }: Listen): string | undefined => {
  const parsed = parseListenAddress(address)
  if (parsed === undefined || parsed.port === 0) return undefined
  const { host, port, family } = parsed
  return family === 6 && !host.includes('%')
    ? `${new URL(`http://[${host}]`).hostname}:${port}`
    : `${host}:${port}`
}

/** Headers that the agent itself must be sure of. */
const ours = new Set([
  'host',
  'content-length',
  'content-type',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'trailer',
  'te',
  'upgrade',
  'expect',
])

/** Each says what a request may do: one that a person sets for all of them undoes that. */
const oursOfFhir = new Set([...ours, 'accept', 'prefer', 'if-match', 'if-none-exist'])

function aboutHeaders(
  table: string,
  headers: Readonly<Record<string, string>>,
  set: ReadonlySet<string>,
): Finding[] {
  return Object.keys(headers).flatMap((name) => {
    const key = keyPath(`${table}.extra_headers`, name)
    const refuse = (found: string, write: string) => [
      mistake(key, '使えない名前です。', found, write),
    ]
    if (set.has(name.toLowerCase())) return refuse('a header that the agent sets', 'another header')
    return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)
      ? []
      : refuse('what is no header name', 'letters, digits and hyphens')
  })
}
