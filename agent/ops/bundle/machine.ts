import { lstat, readdir } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { Type } from 'typebox'
import { Check } from 'typebox/value'
import { codeOf } from '../../kernel/errors.ts'
import { printedBy } from '../doctor/asked.ts'

const Text = Type.Optional(Type.String())
const Numbered = Type.Optional(Type.Number())
const Links = Type.Array(
  Type.Object({
    ifname: Type.String(),
    flags: Type.Optional(Type.Array(Type.String())),
    mtu: Numbered,
    operstate: Text,
    addr_info: Type.Optional(
      Type.Array(Type.Object({ family: Text, local: Text, prefixlen: Numbered, scope: Text })),
    ),
  }),
)
const Routes = Type.Array(
  Type.Object({
    ...{ dst: Text, gateway: Text, dev: Text, src: Text, table: Text, protocol: Text, type: Text },
    ...{ metric: Numbered, priority: Numbered },
  }),
)

/** Of the kernel’s own letters: interfaces and addresses, no alias and no name of a person. */
const PLAIN = /^[A-Za-z0-9.:/@_-]{1,48}$/

/** The machine’s own addresses and routes, by iproute2; what cannot be asked is left out. */
export async function networkOf(): Promise<Readonly<Record<string, unknown>>> {
  const [links, ...routes] = await Promise.all([
    asked(['address'], Links),
    asked(['-4', 'route', 'show', 'table', 'all'], Routes),
    asked(['-6', 'route', 'show', 'table', 'all'], Routes),
    asked(['-4', 'rule'], Routes),
    asked(['-6', 'rule'], Routes),
  ])
  const [ipv4 = [], ipv6 = [], rules4 = [], rules6 = []] = routes.map((list) => list.map(plain))
  return {
    interfaces: links.map(({ addr_info: addresses = [], flags = [], ...link }) => ({
      ...plain(link),
      flags: flags.filter((flag) => PLAIN.test(flag)),
      addresses: addresses.map(plain),
    })),
    routes: { ipv4, ipv6 },
    rules: { ipv4: rules4, ipv6: rules6 },
  }
}

async function asked<T extends Type.TSchema>(
  args: readonly string[],
  schema: T,
): Promise<Type.Static<T> | never[]> {
  const printed = await printedBy('ip', ['-j', ...args])
  try {
    const value: unknown = JSON.parse(printed ?? '[]')
    return Check(schema, value) ? value : []
  } catch (error) {
    if (error instanceof SyntaxError) return []
    throw error
  }
}

const KEPT: ReadonlySet<string> = new Set([
  ...['ifname', 'mtu', 'operstate', 'family', 'local', 'prefixlen', 'scope'],
  ...['dst', 'gateway', 'dev', 'src', 'table', 'protocol', 'type', 'metric', 'priority'],
])

const plain = (one: object) =>
  Object.fromEntries(
    Object.entries(one).filter(
      ([name, value]) =>
        KEPT.has(name) &&
        (typeof value === 'number' || (typeof value === 'string' && PLAIN.test(value))),
    ),
  )

/** Names that the agent or its package gives; a person may have put anything beside them. */
const OURS =
  /^(agent\.db(-wal|-shm|\.audit(\.2)?|\.anchor|\.lock)?|audit\.anchor|agent\.toml|setup\.json|credentials|ca|backups?)$/
const FILES_MOST = 200

/** Modes, owners and sizes in a folder; foreign names are told by their ending alone. */
export async function listingOf(folder: string): Promise<readonly object[]> {
  try {
    const names = (await readdir(folder)).sort().slice(0, FILES_MOST)
    return await Promise.all(names.map((name) => entryOf(folder, name)))
  } catch (error) {
    return [{ errno: codeOf(error) }]
  }
}

async function entryOf(folder: string, name: string): Promise<object> {
  const { mode, uid, gid, size, mtime } = await lstat(join(folder, name))
  const ending = /^\.[a-z0-9]{1,5}$/.exec(extname(name).toLowerCase())?.[0] ?? ''
  return {
    name: OURS.test(name) ? name : `(masked)${ENDINGS.includes(ending) ? ending : ''}`,
    mode: (mode & 0o7777).toString(8).padStart(4, '0'),
    ...{ uid, gid, bytes: size, changedAt: mtime.toISOString() },
  }
}
const ENDINGS: readonly string[] = ['.toml', '.key', '.pem', '.p12', '.pass', '.xml', '.zip', '.db']

/** `✗ PrivateUsers=   Service has access to other users   0.2`: what it costs, where it costs. */
const DIRECTIVE = /^\S (\w{3,40}=[~\w@()|/=-]{0,60}) .*? (\d\.\d)\s*$/gmu

/** Pure. What `systemd-analyze security` printed, without its descriptions. */
export const sandboxRows = (printed: string): string[] =>
  [...printed.matchAll(DIRECTIVE)].map(([, name, exposure]) => `${name} ${exposure}`)
