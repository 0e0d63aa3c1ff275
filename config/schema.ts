import { type Static, Type } from 'typebox'
import { drivers } from '../drivers/index.ts'
import { Gateway } from './gateway.ts'
import { defaultAddress, Listen } from './listen.ts'
import { file, integer, type Shape, strict, text } from './shape.ts'
import { Sources } from './sources.ts'

const name = (description: string) =>
  text(description, '^[a-z0-9-]+$', 'small letters, digits and hyphens')

export const Line = Type.Object(
  {
    name: name('Shown in logs, health and `source.line`.'),
    kind: Type.Enum(['ip-vpn', 'ipsec', 'simulator'], {
      description:
        'How the line reaches the gateway; `simulator` only with `gateway.simulator = true`.',
    }),
    gateway: text(
      'Origin of the gateway on this line, e.g. `https://[fd00::1]:8443`.',
      '^https://[^/?#@\\s]+$',
      'an https origin without a path, "https://[fd00::1]:8443"',
    ),
    source_address: Type.Optional(
      Type.String({
        description:
          'Own address on this line; connections start from it. The system chooses when absent.',
      }),
    ),
  },
  strict,
)
export type Line = Static<typeof Line>

/** `options` fits the option schema of the driver that `driver` names. */
export interface ReaderConfig {
  name: string
  driver: string
  options: unknown
}

/** One branch per driver, told apart by `driver`; a driver's own schema is its documentation. */
const Reader = Type.Unsafe<ReaderConfig>(
  Type.Union(
    drivers.map((driver) =>
      Type.Object(
        {
          name: name('Shown to staff and in `source.reader`.'),
          driver: Type.Literal(driver.name, { description: driver.title }),
          options: driver.options,
        },
        strict,
      ),
    ),
  ),
)

/**
 * The whole configuration. This schema is the single source: the type, the defaults, the checks,
 * `config/agent.schema.json` and the table in config/README.md derive from it.
 */
export const Config = Type.Object(
  {
    institution: Type.Object(
      {
        code: text(
          '医療機関コード, ten digits: 都道府県 2, 点数表 1, 医療機関 7. One agent serves one institution.',
          '^[0-9]{10}$',
          'ten digits in quotes, "1312345678"',
        ),
      },
      { ...strict, description: 'Whose agent this is.' },
    ),
    store: Type.Object(
      {
        path: file('path', 'The database.', { default: '/var/lib/onshi-agent/agent.db' }),
        key_file: file(
          'store-key',
          'File that holds the database’s key: 64 hex digits or 32 raw bytes. Secret; without it the database cannot be read.',
        ),
      },
      { ...strict, description: 'Where verifications are kept.' },
    ),
    control: Type.Object(
      {
        socket: file('path', 'Unix socket of the commands that talk to a running agent.', {
          default: '/run/onshi-agent/control.sock',
        }),
      },
      { ...strict, description: 'How commands reach a running agent.' },
    ),
    listen: Type.Array(Listen, {
      minItems: 1,
      default: [{ address: defaultAddress }],
      description: 'Where the API is served.',
    }),
    monitor_from: Sources(
      'Source addresses or CIDR blocks that may read /health and /metrics without a token.',
      [],
    ),
    lines: Type.Array(Line, {
      minItems: 1,
      maxItems: 1,
      description: 'Admitted network paths to the gateway; one line for now.',
    }),
    gateway: Gateway,
    readers: Type.Array(Reader, { default: [], description: 'Card readers.' }),
    taps: Type.Object(
      {
        lapse_seconds: integer(
          'How long a tapped card waits for 本人認証 before it lapses. Seconds.',
          10,
          600,
          60,
        ),
      },
      { ...strict, description: 'Tapped cards.' },
    ),
    log: Type.Object(
      {
        level: Type.Enum(['info', 'warn', 'error'], {
          default: 'info',
          description: 'The least severe entry that is written.',
        }),
      },
      { ...strict, description: 'The log, on standard output.' },
    ),
  },
  strict,
)
export type Config = Static<typeof Config>

/** `Config` as data, for the walks over it. */
export const configShape: Shape = JSON.parse(JSON.stringify(Config))
