import { join } from 'node:path'
import { stringify } from 'smol-toml'
import type { Answers } from './answers.ts'
import { hostOf } from './line-card.ts'
import { defaultAddress, parseListenAddress } from './listen.ts'
import type { Table } from './shape.ts'

/** What the configuration writes for the files that setup made. */
export interface Places {
  /** `store.path` and `control.socket`; null: the defaults. */
  readonly store: string | null
  readonly socket: string | null
  readonly storeKey: string
  /** `backup.folder`; null: the default. */
  readonly backups: string | null
  /** Public half of the recovery key; null: none was made. */
  readonly recipient: string | null
  /** Where the terminal's folders are seen. */
  readonly terminalRoot: string
  readonly certificate: string
  readonly passphrase: string
  readonly ca: string
  readonly accountPassword: string
  readonly tlsCertificate: string
  readonly tlsKey: string
}

const HEAD = `# Written by \`onshi-agent setup\`. Change it as you like: setup then leaves it alone, and says so.
# Every key is in ${join(import.meta.dirname, 'README.md')}. After a change: onshi-agent run --check
`

/** Pure. The text of agent.toml; keys that have their default are left out. */
export const configOf = (answers: Answers, places: Places): string =>
  `${HEAD}\n${stringify(tableOf(answers, places))}`

function tableOf(answers: Answers, places: Places): Table {
  const { institution, network = {}, clinic, readers = [], lines = [] } = answers
  return given({
    monitor_from: network.monitor_from,
    institution: given({ code: institution?.code }),
    store: given({ path: places.store ?? undefined, key_file: places.storeKey }),
    control: places.socket === null ? undefined : { socket: places.socket },
    listen: listeners(network, places),
    lines: answers.way === 'terminal' ? undefined : lines.map(lineOf),
    gateway: gatewayOf(answers, places),
    terminal: terminalOf(answers, places),
    outbox: targetsOf(answers),
    backup: given({
      recipient: places.recipient ?? undefined,
      folder: places.backups ?? undefined,
      target: answers.backup?.target,
    }),
    clinic: clinic === undefined ? undefined : { ...clinic },
    readers: readers.length === 0 ? undefined : readers,
  })
}

/** The machine itself can always ask: the commands, and a receipt computer that runs here. */
function listeners(network: NonNullable<Answers['network']>, places: Places): Table[] {
  const { address = defaultAddress, allow, certificate_file: certificate, hosts } = network
  const tls =
    certificate === undefined
      ? undefined
      : { certificate_file: places.tlsCertificate, key_file: places.tlsKey }
  // What is left of another address, in a talk, would bar the machine from itself.
  if (parseListenAddress(address)?.loopback === true) return [given({ address, hosts })]
  const own_ca = tls === undefined ? true : undefined
  return [{ address: defaultAddress }, given({ address, allow, tls, hosts, own_ca })]
}

/** What only setup asks is no part of the line. */
function lineOf(line: NonNullable<Answers['lines']>[number]): Table {
  const { application_accepted: _accepted, line_auth_done: _done, metered, ...rest } = line
  return given({ ...rest, metered: metered || undefined })
}

function gatewayOf({ way, simulator, certificate, account }: Answers, places: Places): Table {
  const common = { simulator: simulator || undefined }
  if (way === 'terminal') return given({ via: 'terminal', ...common })
  const login =
    account?.user === undefined
      ? undefined
      : { user: account.user, password_file: places.accountPassword }
  return given({
    ...common,
    certificate_file: places.certificate,
    passphrase_file: places.passphrase,
    ca_file: places.ca,
    server_name: certificate?.server_name,
    account: login,
  })
}

function terminalOf({ way, terminal }: Answers, places: Places): Table | undefined {
  if (way !== 'terminal' || terminal === undefined) return undefined
  const { owns, certificate_expires, contact } = terminal
  return given({
    root: places.terminalRoot,
    owns: owns || undefined,
    certificate_expires,
    contact: contact === undefined ? undefined : { ...contact },
  })
}

/** Where pushed consumers may be: their own address where it is one. A host stands there once. */
function targetsOf({ consumers = [] }: Answers): Table | undefined {
  const byHost = new Map<string, Set<string>>()
  for (const { url, networks } of consumers) {
    const host = url === undefined ? undefined : hostOf(url)?.toLowerCase()
    if (host === undefined) continue
    byHost.set(host, new Set([...(byHost.get(host) ?? []), ...(networks ?? [host])]))
  }
  const targets = [...byHost].map(([host, networks]) => ({ host, networks: [...networks] }))
  return targets.length === 0 ? undefined : { targets }
}

const given = (table: Table): Table =>
  Object.fromEntries(Object.entries(table).filter(([, value]) => value !== undefined))
