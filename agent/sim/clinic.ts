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
const assigned = (keys: TableKeys) =>
  Object.entries(keys).map(([key, value]) => `${key} = ${JSON.stringify(value)}`)

const lineTable = (line: TableKeys) =>
  ['[[lines]]', ...assigned({ kind: 'simulator', ...line })].join('\n')

const readerTable = ({ driver, options }: NonNullable<Clinic['reader']>) => `\
[[readers]]
name = "desk-1"
driver = "${driver}"
options = { ${assigned(options).join(', ')} }
`

/** The whole configuration of the clinic, as TOML. */
export const clinicToml = (clinic: Clinic): string => `\
# Written by a simulator: every key, certificate and person here is invented.
[institution]
code = "${DEMO_INSTITUTION_CODE}"

[store]
path = "${clinic.state ?? clinic.folder}/agent.db"
key_file = "${clinic.folder}/store.key"

[control]
socket = "${clinic.state ?? clinic.folder}/control.sock"

[[listen]]
address = "${clinic.listen ?? '127.0.0.1:0'}"

${clinic.lines.map(lineTable).join('\n\n')}

[gateway]
simulator = true
certificate_file = "${clinic.files.clientPkcs12}"
passphrase_file = "${clinic.files.passphrase}"
ca_file = "${clinic.files.ca}"
${clinic.gatewayKeys ?? ''}

[gateway.account]
user = "${clinic.user ?? DEMO_ACCOUNT.user}"
password_file = "${clinic.folder}/password"

${clinic.reader === undefined ? '' : readerTable(clinic.reader)}
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
