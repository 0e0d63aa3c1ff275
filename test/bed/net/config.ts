import { DEMO_ACCOUNT } from '../../../agent/sim/gateway/server.ts'
import { DEMO_INSTITUTION_CODE, type PkiFiles } from '../../../agent/sim/pki.ts'
import { GATEWAY_NAME, LINE_AUTH_NAME, type Plan } from './plan.ts'

interface Places {
  readonly folder: string
  readonly state: string
  readonly files: PkiFiles
}

/** `[[lines]]` by interface, each with its own DNS server; the gateway by name. */
export const lineTables = (plans: readonly Plan[]) =>
  plans
    .map(
      ({ name, family, interface: device, dns }) => `\
[[lines]]
name = "${name}"
kind = "simulator"
family = "${family}"
interface = "${device}"
gateway = "https://${GATEWAY_NAME}"
dns_servers = ["${dns}"]
line_auth_url = "http://${LINE_AUTH_NAME}"
`,
    )
    .join('\n')

/** A whole configuration towards the simulator of the bed. */
export const configText = (
  { folder, state, files }: Places,
  lines: string,
  gatewayKeys: string,
  tables: string,
) => `\
[institution]
code = "${DEMO_INSTITUTION_CODE}"

[store]
path = "${state}/agent.db"
key_file = "${folder}/store.key"

[control]
socket = "${state}/control.sock"

[[listen]]
address = "127.0.0.1:0"

${lines}
[gateway]
simulator = true
certificate_file = "${files.clientPkcs12}"
passphrase_file = "${files.passphrase}"
ca_file = "${files.ca}"
${gatewayKeys}

[gateway.account]
user = "${DEMO_ACCOUNT.user}"
password_file = "${folder}/password"

${tables}
`
