import { good } from './clinic.ts'
import { oneLine, type Refusal, swap } from './refusals.ts'

const withLine = (text: string) => swap(oneLine, `${oneLine}\n${text}`)
const second = (text: string) => `${good}\n[[lines]]\n${text}\n`
const named = (name: string) =>
  second(`name = "${name}"\nkind = "ipsec"\ngateway = "https://192.0.2.1"`)

/** Lines, when another is taken, and clinic hours, each with one mistake. */
export const refusedLines: readonly Refusal[] = [
  {
    name: 'a gateway that is not https',
    toml: swap(oneLine, 'gateway = "http://[fd00::1]"'),
    key: 'lines[0].gateway',
    says: [/https origin/],
  },
  {
    name: 'a gateway with a path',
    toml: swap(oneLine, 'gateway = "https://[fd00::1]/onshi"'),
    key: 'lines[0].gateway',
    says: [/without a path/],
  },
  {
    name: 'a gateway that no URL can be',
    toml: swap(oneLine, 'gateway = "https://[fd00::zz]"'),
    key: 'lines[0].gateway',
    says: [/https origin/],
  },
  {
    name: 'a source address that is a name',
    toml: swap(oneLine, `${oneLine}\nsource_address = "eth0"`),
    key: 'lines[0].source_address',
    says: [/"eth0"/, /IP address/],
  },
  {
    name: 'a source address of another family than the gateway',
    toml: swap(oneLine, `${oneLine}\nsource_address = "192.0.2.7"`),
    key: 'lines[0].source_address',
    says: [/IPv6/],
  },
  {
    name: 'a simulator line without the simulator',
    toml: swap('"ip-vpn"', '"simulator"'),
    key: 'lines[0].kind',
    says: [/gateway\.simulator = true/],
  },
  {
    name: 'two lines of one name',
    toml: named('ngn'),
    key: 'lines[1].name',
    says: [/同じ名前の回線/, /lines\[0\]/],
  },
  {
    name: 'a line that is called as all of them together',
    toml: named('gateway'),
    key: 'lines[1].name',
    says: [/使えない名前/],
  },
  {
    name: 'a line with an address and an interface',
    toml: withLine('source_address = "fd00::2"\ninterface = "eth1"'),
    key: 'lines[0].interface',
    says: [/both `source_address` and `interface`/],
  },
  {
    name: 'a prefix without an interface',
    toml: withLine('prefix = "2001:db8::/32"'),
    key: 'lines[0].prefix',
    says: [/`prefix` without `interface`/],
  },
  {
    name: 'a prefix that is no block',
    toml: withLine('interface = "eth1"\nprefix = "2001:db8::"'),
    key: 'lines[0].prefix',
    says: [/CIDR/],
  },
  {
    name: 'a prefix with more bits than an address has',
    toml: withLine('interface = "eth1"\nprefix = "2001:db8::/129"'),
    key: 'lines[0].prefix',
    says: [/CIDR/],
  },
  {
    name: 'a prefix of another family than the gateway',
    toml: withLine('interface = "eth1"\nprefix = "192.0.2.0/24"'),
    key: 'lines[0].prefix',
    says: [/an IPv6 address, as the line’s other addresses are/],
  },
  {
    name: 'a DNS server by name',
    toml: withLine('dns_servers = ["fd00::53", "dns.example"]'),
    key: 'lines[0].dns_servers[1]',
    says: [/IP address of a DNS server/],
  },
  {
    name: 'a DNS server of another family than the line says',
    toml: swap(
      oneLine,
      'gateway = "https://gateway.example"\nfamily = "ipv4"\ndns_servers = ["fd00::53"]',
    ),
    key: 'lines[0].dns_servers[0]',
    says: [/IPv4 address, as `family` says/],
  },
  {
    name: 'a DNS server of another family than the line’s own address',
    toml: swap(
      oneLine,
      'gateway = "https://gateway.example"\nsource_address = "192.0.2.7"\ndns_servers = ["fd00::53"]',
    ),
    key: 'lines[0].dns_servers[0]',
    says: [/IPv4/],
  },
  {
    name: 'a family that the gateway’s address has not',
    toml: withLine('family = "ipv4"'),
    key: 'lines[0].family',
    says: [/"ipv6", or a gateway of IPv4/],
  },
  {
    name: 'a line-authentication page without a scheme',
    toml: withLine('line_auth_url = "www.lineauth.mnw"'),
    key: 'lines[0].line_auth_url',
    says: [/a URL/],
  },
  {
    name: 'a probe of the application every minute',
    toml: `${good}[failover]\napplication_probe_seconds = 60\n`,
    key: 'failover.application_probe_seconds',
    says: [/at least 300/, /simulator/],
  },
  {
    name: 'hours that end before they begin',
    toml: `${good}[clinic]\nhours = [{ days = ["mon"], from = "12:00", to = "08:30" }]\n`,
    key: 'clinic.hours[0].to',
    says: [/08:30, which is not later than 12:00/, /two entries/],
  },
  {
    name: 'a day off that the calendar does not have',
    toml: `${good}[clinic]\nclosed = ["2026-12-29", "2026-02-30"]\n`,
    key: 'clinic.closed[1]',
    says: [/2026-02-30/, /calendar/],
  },
  {
    name: 'a day of the week that there is not',
    toml: `${good}[clinic]\nhours = [{ days = ["holidays"], from = "08:30", to = "12:00" }]\n`,
    key: 'clinic.hours[0].days[0]',
    says: [/"holiday"/, /did you mean/],
  },
  {
    name: 'new hours from a day that the calendar does not have',
    toml: `${good}[clinic]\nhours = [{ days = ["mon"], from = "08:30", to = "12:00", effective_from = "2026-09-31" }]\n`,
    key: 'clinic.hours[0].effective_from',
    says: [/2026-09-31/, /calendar/],
  },
  {
    name: 'new hours from a day without quotes',
    toml: `${good}[clinic]\nhours = [{ days = ["mon"], from = "08:30", to = "12:00", effective_from = 2026-09-30 }]\n`,
    key: 'clinic.hours[0].effective_from',
    says: [/a date;/, /in quotes/],
  },
  {
    name: 'a level of 時間外対応加算 that there is not',
    toml: `${good}[[clinic.after_hours]]\nlevel = 5\n`,
    key: 'clinic.after_hours[0].level',
    says: [/from 0 to 4/],
  },
  {
    name: 'two levels from one day',
    toml: `${good}[clinic]\nafter_hours = [{ level = 1 }, { level = 2, effective_from = "2026-06-01" }, { level = 3 }]\n`,
    key: 'clinic.after_hours[2].effective_from',
    says: [/clinic\.after_hours\[0\]/],
  },
]
