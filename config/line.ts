import { type Static, Type } from 'typebox'
import { flag, integer, strict, text } from './shape.ts'

/** Names of lines and readers. */
export const name = (description: string) =>
  text(
    description,
    '^[a-z0-9][a-z0-9-]{0,31}$',
    'up to 32 small letters, digits and hyphens, not beginning with a hyphen',
  )

const words = (description: string) =>
  Type.Optional(text(description, '^[^\\u0000-\\u001f\\u007f]{1,200}$', 'one line of text'))

/** What a person needs on the phone with the carrier. */
export const Contact = Type.Object(
  {
    customer_id: words('お客様ID of the line.'),
    router: words('Model and place of the router and ONU, as the label says.'),
    carrier: words('Who runs the line.'),
    phone: words('The carrier’s number.'),
    hours: words('When the carrier answers.'),
  },
  { ...strict, description: 'Shown with the line’s faults and in its report.' },
)

/** One admitted network path to the gateway. */
export const Line = Type.Object(
  {
    name: name('Shown in logs, health and `source.line`.'),
    kind: Type.Enum(['ip-vpn', 'ipsec', 'simulator'], {
      description:
        'How the line reaches the gateway; a bare mobile line is not admitted, only an IPsec+IKE service on it. `simulator` only with `gateway.simulator = true`.',
    }),
    gateway: text(
      'Origin of the gateway on this line, e.g. `https://[fd00::1]:8443`.',
      '^https://[^/?#@\\s]+$',
      'an https origin without a path, "https://[fd00::1]:8443"',
    ),
    family: Type.Optional(
      Type.Enum(['ipv6', 'ipv4'], {
        description: 'When absent: of the addresses written here, else `ipv6`.',
      }),
    ),
    source_address: Type.Optional(
      Type.String({
        description:
          'Own address on this line; connections start from it. For an address that changes write `interface` instead; without either the system chooses.',
      }),
    ),
    interface: Type.Optional(
      text(
        'Network interface of this line, e.g. `eth1`: its address is used, and followed when its prefix changes.',
        '^[^/\\s]{1,15}$',
        'the name of an interface, "eth1"',
      ),
    ),
    prefix: Type.Optional(
      Type.String({
        description:
          'Only an address of this prefix is used, e.g. `2001:db8::/32`; for an interface with several.',
      }),
    ),
    dns_servers: Type.Optional(
      Type.Array(Type.String(), {
        minItems: 1,
        description:
          'This line’s own DNS servers, e.g. `fd00::53`; asked from the line’s address. The system resolves when absent.',
      }),
    ),
    metered: flag(
      'Costs by use: not kept connected, tested monthly and when the others are down.',
      false,
    ),
    line_auth_url: Type.Optional(
      text(
        'Where 回線認証 is repeated, e.g. `https://www.lineauth.mnw`; only its reachability is tested.',
        '^https?://[^/?#@\\s]+(/[!-~]*)?$',
        'a URL, "https://www.lineauth.mnw"',
      ),
    ),
    contact: Type.Optional(Contact),
  },
  strict,
)
export type Line = Static<typeof Line>

/** When another line is taken. */
export const Failover = Type.Object(
  {
    prove_seconds: integer(
      'How long a line that came back must hold before traffic returns to it; twice as long after each relapse. Seconds.',
      1,
      3_600,
      30,
    ),
    probe_seconds: integer(
      'How often a line that carries nothing is probed with a TCP connection. Seconds.',
      1,
      300,
      10,
    ),
    application_probe_seconds: integer(
      'How often the gateway’s application is asked for a sign of life over a line that carries no questions, in clinic hours. Under 300 only towards the simulator. Seconds.',
      1,
      86_400,
      300,
    ),
    late_ms: integer(
      'Ask over a second line when no answer came after this time, although the line lives; 0: never. The official side may limit sessions of one account. Milliseconds.',
      0,
      60_000,
      0,
    ),
  },
  { ...strict, description: 'When another line is taken.' },
)
export type Failover = Static<typeof Failover>
