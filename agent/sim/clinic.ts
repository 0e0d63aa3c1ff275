import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEMO_ACCOUNT } from './gateway/server.ts'
import { DEMO_INSTITUTION_CODE, type PkiFiles } from './pki.ts'

/** TableKeys of one table, as the configuration names them. */
export type TableKeys = Readonly<Record<string, string | number | boolean | readonly string[]>>

/** An invented clinic that asks the simulator of the official side. */
export interface Clinic {
  /** Where `store.key` and `password` lie. */
  readonly folder: string
  /** Where the agent keeps its state; default `folder`. */
  readonly state?: string
  readonly files: PkiFiles
  /** Where the API listens; default `127.0.0.1`, a free port. */
  readonly listen?: string
  /** The preferred one first; `kind` is `simulator` unless they say otherwise. */
  readonly lines: readonly TableKeys[]
  /** Default the simulator's. */
  readonly user?: string
  /** Further lines of `[gateway]`. */
  readonly gatewayKeys?: string
  readonly reader?: { readonly driver: string; readonly options: TableKeys }
  /** Further tables. */
  readonly tables?: string
}

// A string, number, boolean or array of JSON is one of TOML.
const assigned = (keys: TableKeys, between = '\n') =>
  Object.entries(keys)
    .map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
    .join(between)

const lineTable = (line: TableKeys) => `[[lines]]\n${assigned({ kind: 'simulator', ...line })}`

const readerTable = ({ driver, options }: NonNullable<Clinic['reader']>) => `\
[[readers]]
${assigned({ name: 'desk-1', driver })}
options = { ${assigned(options, ', ')} }
`

type Place = Pick<Clinic, 'folder' | 'state' | 'listen'>

const head = ({ folder, state = folder, listen = '127.0.0.1:0' }: Place) => `\
monitor_from = ["127.0.0.1", "::1"]

[institution]
${assigned({ code: DEMO_INSTITUTION_CODE })} # invented, as every key, certificate and person here

[store]
${assigned({ path: join(state, 'agent.db'), key_file: join(folder, 'store.key') })}

[control]
${assigned({ socket: join(state, 'control.sock') })}

[[listen]]
${assigned({ address: listen })}
`

/** The whole configuration of the clinic, as TOML. */
export function clinicToml(clinic: Clinic): string {
  const { folder, files, reader } = clinic
  return `\
${head(clinic)}
${clinic.lines.map(lineTable).join('\n\n')}

[gateway]
${assigned({
  simulator: true,
  certificate_file: files.clientPkcs12,
  passphrase_file: files.passphrase,
  ca_file: files.ca,
})}
${clinic.gatewayKeys ?? ''}

[gateway.account]
${assigned({ user: clinic.user ?? DEMO_ACCOUNT.user, password_file: join(folder, 'password') })}

${reader === undefined ? '' : readerTable(reader)}
${clinic.tables ?? ''}
`
}

/** An invented clinic that asks through the folders of an official terminal. */
export interface TerminalClinic extends Place {
  /** Keys of `[terminal]`. */
  readonly terminal: TableKeys
  /** Keys of `[terminal.front]`; without it the agent stands beside. */
  readonly front?: TableKeys
  /** Further tables. */
  readonly tables?: string
}

/** The whole configuration of such a clinic, as TOML. */
export const terminalToml = (clinic: TerminalClinic): string => `\
${head(clinic)}
[gateway]
${assigned({ via: 'terminal', simulator: true })}

[terminal]
${assigned(clinic.terminal)}

${clinic.front === undefined ? '' : `[terminal.front]\n${assigned(clinic.front)}`}
${clinic.tables ?? ''}
`

export interface ClinicSecrets {
  /** 64 hex digits; default random ones. */
  readonly storeKey?: string
  /** Of the account; default the simulator's. */
  readonly password?: string
}

/** Writes configuration and secrets into the clinic's folder; the path of `agent.toml`. */
export function writeClinic(
  clinic: Clinic,
  {
    storeKey = randomBytes(32).toString('hex'),
    password = DEMO_ACCOUNT.password,
  }: ClinicSecrets = {},
): string {
  for (const [name, secret] of Object.entries({ 'store.key': storeKey, password }))
    writeFileSync(join(clinic.folder, name), secret, { mode: 0o600 })
  const file = join(clinic.folder, 'agent.toml')
  writeFileSync(file, clinicToml(clinic))
  return file
}
