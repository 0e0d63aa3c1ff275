import { DEMO_ACCOUNT } from '../../../agent/sim/gateway/server.ts'
import { DEMO_INSTITUTION_CODE } from '../../../agent/sim/pki.ts'
import type { Ending, Machine, MachineOptions } from '../machine.ts'
import { bootMachine } from '../machine.ts'

/** Where the terminal's folders are: not where the unit may write by itself. */
export const OQS = '/mnt/oqs'
/** Of the machine, in the clinic's network. */
export const LAN = '192.168.50.2'
/** Where another disk is mounted, as a stick is. */
export const STICK = '/mnt/backup'

const simulator = (args: string) => `[Service]\nExecStart=/usr/bin/onshi-agent sim ${args}\n`
const LAN0 = `[Unit]
Before=onshi-agent.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=sh -c 'ip link add lan0 type veth peer name lan0-far && ip link set lan0-far up && ip link set lan0 up && ip address add ${LAN}/24 dev lan0'
[Install]
WantedBy=multi-user.target
`
const common = (way: string) => `way = "${way}"
simulator = true
[institution]
code = "${DEMO_INSTITUTION_CODE}"
[[consumers]]
name = "rececom"
role = "receipt-computer"
[staff]
name = "院内　太郎"
`
const byTerminal = `${common('terminal')}
[terminal]
folder = "${OQS}"
certificate_expires = "2099-05-31"
`
const byWebApi = `${common('web-api')}
[[lines]]
name = "ngn"
kind = "simulator"
gateway = "https://[::1]:8443"
application_accepted = true
[certificate]
file = "pki/client.p12"
passphrase_file = "pki/client.p12.passphrase"
ca_file = "pki/ca.pem"
[account]
kind = "web-api"
user = "${DEMO_ACCOUNT.user}"
password_file = "account.pass"
[network]
address = "${LAN}:8480"
allow = ["192.168.50.0/24"]
[backup]
target = "${STICK}"
`

/**
 * A box with the package and nothing else, and the simulators of both ways beside it; in /root the
 * answers `terminal.toml` and `web-api.toml`. The folders of the terminal are not yet the agent's to write.
 */
export async function emptyBox(
  t: Ending,
  deb: string,
  more: Pick<MachineOptions, 'secrets'> = {},
): Promise<Machine> {
  const machine = await bootMachine(t, {
    debs: [deb],
    files: {
      '/etc/systemd/system/sim-terminal.service': simulator(`terminal --root ${OQS} --poll 100`),
      '/etc/systemd/system/sim-gateway.service': simulator('gateway --pki /root/pki'),
      '/etc/systemd/system/lan0.service': LAN0,
      '/root/terminal.toml': byTerminal,
      '/root/web-api.toml': byWebApi,
    },
    secrets: { '/root/account.pass': DEMO_ACCOUNT.password, ...more.secrets },
  })
  await machine.must(`dpkg -i /root/onshi-agent_*.deb
mkdir -p ${OQS}/req ${OQS}/res ${OQS}/face ${STICK}
systemctl enable --now lan0
systemctl start sim-terminal sim-gateway
until test -e /root/pki/client.p12.passphrase; do sleep 0.2; done`)
  return machine
}
