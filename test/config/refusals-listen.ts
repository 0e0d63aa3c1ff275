import { good } from './clinic.ts'
import { atTop, lan, oneLine, type Refusal, swap, tls } from './refusals.ts'

/** Listeners and sources, each with one mistake. */
export const refusedListeners: readonly Refusal[] = [
  {
    name: 'a listener by name',
    toml: swap('"127.0.0.1:8480"', '"localhost:8480"'),
    key: 'listen[0].address',
    says: [/no name/],
  },
  {
    name: 'a listener with a port that there is not',
    toml: swap('"127.0.0.1:8480"', '"127.0.0.1:70000"'),
    key: 'listen[0].address',
    says: [/65535/],
  },
  {
    name: 'two listeners on one address, written differently',
    toml: swap(
      'address = "127.0.0.1:8480"',
      'address = "[::1]:8480"\n[[listen]]\naddress = "[0:0::1]:8480"',
    ),
    key: 'listen[1].address',
    says: [/the same as listen\[0\]/],
  },
  {
    name: 'a listener on the clinic’s network without allow and tls',
    toml: lan(''),
    code: 'LISTEN_UNSAFE',
    key: 'listen[0].address',
    says: [/E204/, /without `allow` and without `tls`/, /insecure_lan = true/],
  },
  {
    name: 'a listener on the clinic’s network without tls',
    toml: lan('allow = ["192.168.1.20"]'),
    code: 'LISTEN_UNSAFE',
    key: 'listen[0].address',
    says: [/reach, without `tls`/],
  },
  {
    name: 'a listener on the clinic’s network that allows no one',
    toml: lan(`allow = []\n${tls}`),
    code: 'LISTEN_UNSAFE',
    key: 'listen[0].address',
    says: [/without `allow`/],
  },
  {
    name: 'a listener on the clinic’s network that allows everyone',
    toml: lan(`allow = ["0.0.0.0/0"]\n${tls}`),
    code: 'LISTEN_UNSAFE',
    key: 'listen[0].address',
    says: [/lets everyone in/],
  },
  {
    name: 'a listener on every address, the line’s included',
    toml: swap('"127.0.0.1:8480"', '"0.0.0.0:8480"\ninsecure_lan = true'),
    code: 'LISTEN_UNSAFE',
    key: 'listen[0].address',
    says: [/every address of this machine/],
  },
  {
    name: 'a listener on the line’s own address',
    toml: swap(
      'address = "127.0.0.1:8480"',
      `address = "[fd00:0::2]:8480"\nallow = ["fd00::9"]\n${tls}`,
    ).replace(oneLine, `${oneLine}\nsource_address = "fd00::2"`),
    code: 'LISTEN_UNSAFE',
    key: 'listen[0].address',
    says: [/lines\[0\]\.source_address/],
  },
  {
    name: 'an allowed source that is a name',
    toml: lan(`allow = ["receipt.lan"]\n${tls}`),
    key: 'listen[0].allow[0]',
    says: [/"receipt\.lan"/, /CIDR/],
  },
  {
    name: 'a monitor with an impossible prefix',
    toml: atTop('monitor_from = ["192.168.1.0/33"]'),
    key: 'monitor_from[0]',
    says: [/CIDR/],
  },
  {
    name: 'a Host header of every name',
    toml: swap('address = "127.0.0.1:8480"', 'address = "127.0.0.1:8480"\nhosts = ["*"]'),
    key: 'listen[0].hosts[0]',
    says: [/host name/],
  },
  {
    name: 'a control socket whose path no socket can have',
    toml: `control = { socket = "/run/${'x'.repeat(110)}" }\n${good}`,
    key: 'control.socket',
    says: [/115 bytes/, /at most 107/],
  },
]
