import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEMO_ACCOUNT } from '../../../agent/sim/gateway/server.ts'
import {
  DEMO_INSTITUTION_CODE,
  makePki,
  type Pki,
  pkiFiles,
  writePki,
} from '../../../agent/sim/pki.ts'
import type { Contents, Machine, MachineOptions } from '../machine.ts'

/** What lies on the machine of an invented clinic before the package is installed. */
export type Furniture = Required<Pick<MachineOptions, 'files' | 'secrets'>>

export const GATEWAY = 'fd00:a::1'
const ETC = '/etc/onshi-agent'
const SIM = '/etc/onshi-sim'
/** Where the simulated card is put on the reader: `POST /tap`, `/remove`. */
export const CARD_CONTROL = 'http://127.0.0.1:35971'
/** Where the simulated gateway is told to misbehave: `POST /behaviour`. */
export const GATEWAY_CONTROL = 'http://127.0.0.1:8444'

const tomlOf = ({ url, link }: Official, readers: string) => `
monitor_from = ["127.0.0.1", "::1"]

[institution]
code = "${DEMO_INSTITUTION_CODE}"

[store]
key_file = "credential:store.key"

[[listen]]
address = "127.0.0.1:8480"

[[lines]]
name = "ngn"
kind = "simulator"
gateway = "${url}"
${link === null ? '' : `interface = "${link}"`}

[gateway]
simulator = true
card_queries = true
certificate_file = "credential:clinic.p12"
passphrase_file = "credential:clinic.p12.pass"
ca_file = "${ETC}/gateway-ca.pem"

[gateway.account]
user = "${DEMO_ACCOUNT.user}"
password_file = "credential:account.pass"
${readers}`
/** On pcscd's virtual reader, which `sim-card.service` puts cards on. */
const VIRTUAL_READER = `
[[readers]]
name = "desk-1"
driver = "pcsc"
options = { reader = "Virtual PCD" }
`

const CREDENTIALS = ['store.key', 'clinic.p12', 'clinic.p12.pass', 'account.pass']
const DROP_IN = ['[Service]', ...CREDENTIALS.map((name) => `LoadCredential=${name}:${ETC}/${name}`)]

/** Simulators as they come in the package, and a line that is there after each boot. */
const UNITS: Readonly<Record<string, string>> = {
  'line0.service': `
[Unit]
Before=sim-gateway.service onshi-agent.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=sh -c 'ip link add line0 type veth peer name line0-far && ip link set line0-far up && ip link set line0 up && ip address add fd00:a::2/64 dev line0 nodad && ip address add ${GATEWAY}/128 dev lo nodad'
[Install]
WantedBy=multi-user.target
`,
  'sim-gateway.service': `
[Service]
ExecStart=/usr/bin/onshi-agent sim gateway --pki ${SIM} --listen [${GATEWAY}]:8443
Restart=always
[Install]
WantedBy=multi-user.target
`,
  'sim-card.service': `
[Service]
ExecStart=/usr/bin/onshi-agent sim card --vpcd 127.0.0.1:35963
StandardInput=null
Restart=always
[Install]
WantedBy=multi-user.target
`,
}

/** Who answers the clinic, and over which network interface of the machine; null: whichever leads there. */
export interface Official {
  readonly url: string
  readonly link: string | null
  readonly pki: Pki
}

/**
 * Configuration, secrets and simulators of a clinic that asks over one line. `official`: where it is not
 * `sim-gateway.service` of the same machine. `readers`: tables of the configuration.
 */
export function clinicFurniture(
  official: Official = {
    url: `https://[${GATEWAY}]:8443`,
    link: 'line0',
    pki: makePki({ hosts: [GATEWAY] }),
  },
  readers: string = VIRTUAL_READER,
): Furniture {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-clinic-'))
  try {
    writePki(folder, official.pki)
    const { ca, clientPkcs12, passphrase } = pkiFiles(folder)
    const simulated: Contents = Object.fromEntries(
      readdirSync(folder).map((name) => [`${SIM}/${name}`, readFileSync(join(folder, name))]),
    )
    const units = Object.entries(UNITS).map(([name, text]) => [`/etc/systemd/system/${name}`, text])
    return {
      files: {
        ...Object.fromEntries(units),
        '/etc/systemd/system/onshi-agent.service.d/credentials.conf': DROP_IN.join('\n'),
        [`${ETC}/agent.toml`]: tomlOf(official, readers),
        [`${ETC}/gateway-ca.pem`]: readFileSync(ca),
      },
      secrets: {
        ...simulated,
        [`${ETC}/store.key`]: randomBytes(32).toString('hex'),
        [`${ETC}/clinic.p12`]: readFileSync(clientPkcs12),
        [`${ETC}/clinic.p12.pass`]: readFileSync(passphrase),
        [`${ETC}/account.pass`]: DEMO_ACCOUNT.password,
      },
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Starts what `clinicFurniture` put there; after a reboot it starts by itself. */
export async function startClinic(machine: Machine): Promise<void> {
  await machine.must(`systemctl enable --now ${Object.keys(UNITS).join(' ')} pcscd.socket`)
}
