import { execFile, spawn } from 'node:child_process'
import { type Static, type TSchema, Type } from 'typebox'
import { Check } from 'typebox/value'

/** iproute2 asks the kernel and prints; longer means that the machine itself hangs. */
const LIMIT_MS = 2_000
/** An interface with many routes of a site’s routing daemon. */
const OUTPUT_LIMIT_BYTES = 4_194_304

/** `ip` lies in sbin, which an ordinary user’s PATH leaves out. */
const environment = () => ({
  ...process.env,
  LC_ALL: 'C',
  PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`,
})

/** What became of one `ip -j …`. `missing`: not installed, or it could not ask the kernel. */
export type IpAnswer =
  | { readonly is: 'answer'; readonly value: unknown }
  | { readonly is: 'refused'; readonly why: string }
  | { readonly is: 'missing'; readonly why: string }

/**
 * Asks the kernel through iproute2: right also inside a network namespace, where /sys shows the
 * interfaces of another. Never throws for what the machine lacks.
 */
export function askIp(args: readonly string[]): Promise<IpAnswer> {
  const options = {
    env: environment(),
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: OUTPUT_LIMIT_BYTES,
  } as const
  return new Promise((resolve) => {
    execFile('ip', ['-j', ...args], options, (error, stdout, stderr) => {
      if (error === null) return resolve(read(stdout))
      const why = stderr.trim().slice(0, 200) || error.message.slice(0, 200)
      // Status 2: the kernel was asked and said no. [ip(8)]
      resolve({ is: error.code === 2 ? 'refused' : 'missing', why })
    })
  })
}

/** Nothing at all is an empty list: `ip -j neigh show` of an older release prints no brackets. */
function read(stdout: string): IpAnswer {
  if (stdout.trim() === '') return { is: 'answer', value: [] }
  try {
    return { is: 'answer', value: JSON.parse(stdout) }
  } catch {
    return { is: 'missing', why: 'this ip prints no JSON' }
  }
}

/**
 * `ip` outlives a parent that is killed, and would wait for the next change of the network. So a
 * shell holds it, which ends it with its own standard input, and not before us by a Ctrl-C.
 */
const MONITOR = [
  'trap "" INT HUP',
  'ip -o monitor link address route & exec >&-',
  'read -r _; kill $!; wait $!',
].join('; ')

/** Writes a line whenever links, addresses or routes change; ends with its standard input. */
export const monitorNetwork = () =>
  spawn('sh', ['-c', MONITOR], { env: environment(), stdio: ['pipe', 'pipe', 'ignore'] })

const Name = Type.Optional(Type.String())
const Flag = Type.Optional(Type.Boolean())

const IpAddress = Type.Object({
  family: Type.String(),
  local: Name,
  prefixlen: Type.Optional(Type.Integer()),
  scope: Name,
  tentative: Flag,
  dadfailed: Flag,
  deprecated: Flag,
  temporary: Flag,
})
export type IpAddress = Static<typeof IpAddress>

/** Of `ip -j address show`. [iproute2, ip/ipaddress.c] */
const IpLink = Type.Object({
  ifname: Type.String(),
  flags: Type.Array(Type.String()),
  addr_info: Type.Optional(Type.Array(IpAddress)),
})

/** Of `ip -j route get`. [iproute2, ip/iproute.c] */
const IpRoute = Type.Object({
  type: Name,
  dev: Name,
  gateway: Name,
  /** A router of the other family. [RFC 5549] */
  via: Type.Optional(Type.Object({ host: Type.String() })),
  prefsrc: Name,
  from: Name,
  table: Name,
})

/** Of `ip -j neighbour show`. [iproute2, ip/ipneigh.c] */
const IpNeighbour = Type.Object({ state: Type.Array(Type.String()) })

/** iproute2 prints an empty object for what a filter left out: such entries are no mistake. */
const entriesIn = <S extends TSchema>(schema: S, value: unknown): Static<S>[] =>
  Array.isArray(value)
    ? value.flatMap((entry: unknown) => (Check(schema, entry) ? [entry] : []))
    : []

export const linksIn = (value: unknown) => entriesIn(IpLink, value)
export const routesIn = (value: unknown) => entriesIn(IpRoute, value)
export const neighboursIn = (value: unknown) => entriesIn(IpNeighbour, value)
