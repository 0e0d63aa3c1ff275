import { type Static, Type } from 'typebox'
import { drivers } from '../drivers/index.ts'
import { Audit } from './audit.ts'
import { Backup } from './backup.ts'
import { Clinic, Maintenance } from './clinic.ts'
import { Desk } from './desk.ts'
import { Gateway } from './gateway.ts'
import { Jobs } from './jobs.ts'
import { Failover, Line, name } from './line.ts'
import { defaultAddress, Listen } from './listen.ts'
import { Outbox } from './outbox.ts'
import { Retention } from './retention.ts'
import { file, integer, type Shape, strict, text } from './shape.ts'
import { Sources } from './sources.ts'
import { Terminal } from './terminal.ts'

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
    audit: Audit,
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
      default: [],
      description:
        'Admitted network paths to the gateway, the preferred one first. At least one, unless `gateway.via` is `terminal`.',
    }),
    failover: Failover,
    gateway: Gateway,
    terminal: Type.Optional(Terminal),
    outbox: Outbox,
    clinic: Clinic,
    desk: Desk,
    jobs: Jobs,
    retention: Retention,
    backup: Backup,
    maintenance: Maintenance,
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
