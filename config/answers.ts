import { type Static, type TProperties, Type } from 'typebox'
import { CardFace } from '../agent/kernel/card-face.ts'
import { roleNames } from '../agent/kernel/roles.ts'
import type { SinkKind } from '../agent/kernel/sink.ts'
import { Clinic, day } from './clinic.ts'
import { Contact, Line } from './line.ts'
import { Config } from './schema.ts'
import { file, type Shape, strict, text } from './shape.ts'

/** What is not answered yet is left out: setup then waits for it. */
const part = <P extends TProperties>(description: string, properties: P) =>
  Type.Optional(Type.Object(properties, { ...strict, description }))
const maybe = Type.Optional
const yes = (description: string) => maybe(Type.Boolean({ description }))
const words = (description: string) =>
  maybe(text(description, '^[^\\u0000-\\u001f\\u007f]{1,200}$', 'one line of text'))
const list = (description: string) => maybe(Type.Array(Type.String(), { description }))

/** Which of the accounts of the official side it is, as its notice says. */
export const accountKinds = [
  'web-api',
  'master',
  'master-reset',
  'administrator',
  'general',
  'medical-information',
  'link-application',
  'face-reader',
] as const

const Share = part('The shared folder of the official terminal (資格確認端末).', {
  share: maybe(
    text(
      'The share as `//HOST/NAME`; setup mounts it with an account of its own.',
      '^//[^/\\\\\\s,]+(/[^/\\\\,\\u0000-\\u001f]+)+$',
      'a share with slashes, "//192.168.1.50/OQS"',
    ),
  ),
  user: maybe(
    text(
      'Account on the terminal that only the agent uses; a local Windows user.',
      '^[^\\s,=\\u0000-\\u001f]{1,64}$',
      'a user name without spaces and commas',
    ),
  ),
  domain: maybe(text('Its domain, where it has one.', '^[A-Za-z0-9._-]{1,64}$', 'a domain')),
  password_file: maybe(file('secret', 'File of mode 0600 with its password.')),
  version: Type.Enum(['3.1.1', '3.0', '2.1'], {
    default: '3.1.1',
    description: 'SMB version. Old Windows speaks `3.0` or `2.1`; 1.0 is not offered.',
  }),
  folder: maybe(
    file(
      'path',
      'Instead of `share`: a folder of this machine that holds `req`, `res` and `face`.',
    ),
  ),
  owns: Type.Boolean({
    default: false,
    description: 'No other program reads `res` and `face` (`terminal.owns`).',
  }),
  certificate_expires: maybe(
    day('Last day of the terminal’s certificate (電子証明書), as it stands on its notice.'),
  ),
  contact: maybe(Contact),
})

const AnsweredLine = Type.Object(
  {
    ...Line.properties,
    application_accepted: yes(
      '利用申請 for this line was accepted. Setup waits until it is `true`.',
    ),
    line_auth_done: yes(
      '回線認証 was done at `line_auth_url`. Asked only where that is given; setup waits until it is `true`.',
    ),
  },
  strict,
)

const Certificate = part('The clinic’s own certificate (電子証明書).', {
  file: maybe(
    file('pkcs12', 'The .p12 or .pfx that was downloaded with the 電子証明書発行通知書.'),
  ),
  passphrase_file: maybe(file('secret', 'File of mode 0600 with its passphrase.')),
  ca_file: maybe(file('certificates', 'The CA of the gateway, PEM.')),
  server_name: Config.properties.gateway.properties.server_name,
})

const Account = part('The account for the Web API. Never the master account.', {
  needed: yes('`false` where the gateway wants no login.'),
  kind: maybe(
    Type.Enum([...accountKinds], {
      description: 'Which account it is, as its notice says; only `web-api` is taken.',
    }),
  ),
  user: maybe(
    Type.String({
      minLength: 1,
      description: 'User id.',
      'x-secret': true,
      'x-write': 'the user id',
    }),
  ),
  password_file: maybe(file('secret', 'File of mode 0600 with its password.')),
})

const sinks = ['face-folder', 'orca', 'fhir', 'webhook'] as const satisfies readonly SinkKind[]

const Consumer = Type.Object(
  {
    name: Type.String({ minLength: 1, description: 'As `onshi-agent consumer add NAME`.' }),
    role: Type.Enum([...roleNames], { description: 'What it is for.' }),
    from: list('Addresses or CIDR blocks that it comes from.'),
    sink: maybe(Type.Enum([...sinks], { description: 'How it is pushed to; polls without.' })),
    networks: maybe(
      Type.Array(Type.String(), {
        minItems: 1,
        description: 'Where the host of `url` may be: becomes `[[outbox.targets]]`.',
      }),
    ),
    folder: maybe(file('path', 'With `face-folder`.')),
    charset: maybe(Type.Enum(['UTF-8', 'Shift_JIS'], { description: 'With `face-folder`.' })),
    url: words('With `orca`, `fhir`, `webhook`.'),
    user: words('With `orca`.'),
    password_file: maybe(file('secret', 'With `orca`.')),
    write: list('With `orca`: `new-patient`, `add-insurance`, `change-insurance`.'),
    token_file: maybe(file('secret', 'With `fhir`.')),
    payload: maybe(Type.Enum(['thin', 'full'], { description: 'With `webhook`.' })),
    ca_file: maybe(file('certificates', 'Over HTTPS.')),
    p12_file: maybe(file('pkcs12', 'Over HTTPS.')),
    p12_passphrase_file: maybe(file('secret', 'Over HTTPS.')),
  },
  strict,
)

const Network = part('Who may connect from the clinic’s network.', {
  address: maybe(Config.properties.listen.items.properties.address),
  allow: maybe(
    Type.Array(Type.String(), { description: 'Addresses or CIDR blocks that may connect.' }),
  ),
  certificate_file: maybe(
    file(
      'certificates',
      'A TLS certificate of the clinic’s own, PEM. Left out: the agent makes a small CA of its own, and setup prints its fingerprint.',
    ),
  ),
  key_file: maybe(file('private-key', 'Its private key, PEM.')),
  hosts: list('Names under which it is reached, with the port, as `listen.hosts`.'),
  monitor_from: list('Who may read /health and /metrics without a token.'),
})

/** What `onshi-agent setup` is answered, by a file or by a person, in the order in which a clinic gets it. */
export const Answers = Type.Object(
  {
    way: maybe(
      Type.Enum(['terminal', 'web-api'], {
        description:
          'How questions reach the official side: through the shared folder of its terminal (資格確認端末の共有フォルダー), or over the Web API.',
      }),
    ),
    simulator: Type.Boolean({
      default: false,
      description: 'To practise: every answer is invented.',
    }),
    institution: part('Whose agent this is.', {
      code: maybe(Config.properties.institution.properties.code),
      name: words('Name of the clinic; on the summary page only.'),
    }),
    clinic: part('When the clinic is open.', {
      hours: maybe(
        Type.Array(Clinic.properties.hours.items, { description: 'As `clinic.hours`.' }),
      ),
      closed: maybe(Type.Array(day('A day off.'), { description: 'As `clinic.closed`.' })),
      help_desk: words('As `clinic.help_desk`.'),
    }),
    terminal: Share,
    lines: maybe(
      Type.Array(AnsweredLine, { minItems: 1, description: 'The preferred one first.' }),
    ),
    certificate: Certificate,
    account: Account,
    readers: maybe(
      Type.Array(Config.properties.readers.items, { description: 'Card readers; `[]`: none.' }),
    ),
    network: Network,
    consumers: maybe(Type.Array(Consumer, { description: 'Receipt computer, EHR, offices.' })),
    staff: part('The first who signs in at the desk: role `it`, with a second factor.', {
      name: words('Name of that person.'),
      from: list('Addresses or CIDR blocks that they come from.'),
    }),
    backup: part('Encrypted backups, and the key that opens them.', {
      target: maybe(
        file(
          'path',
          'Where they go beside this machine: a mounted share or USB stick, or a folder on it. Left out: health warns for as long as there is none.',
        ),
      ),
      recipient: Config.properties.backup.properties.recipient,
    }),
    credentials: part('How secrets are kept on the disk.', {
      sealing: maybe(
        Type.Enum(['host', 'tpm2', 'none'], {
          description:
            'Sealed to this machine, to its TPM (with a copy sealed to the machine, so that no TPM stops a start), or files of root’s alone. Left out: `host` where systemd can, else `none`.',
        }),
      ),
    }),
    first: maybe(
      Type.Object(CardFace.properties, {
        ...strict,
        description:
          'Card face of the first verification; nothing of it is kept in setup’s own state. Not needed with `simulator`.',
      }),
    ),
  },
  strict,
)
export type Answers = Static<typeof Answers>

/** `Answers` as data, for the walks over it. */
export const answersShape: Shape = JSON.parse(JSON.stringify(Answers), (key, value) =>
  // What stands on a patient's card is not repeated in a message.
  key === 'first' ? { ...value, properties: secretly(value.properties) } : value,
)

function secretly(properties: Readonly<Record<string, Shape>>): Record<string, Shape> {
  const hidden = (one: Shape): Shape => ({ ...one, 'x-secret': true })
  return Object.fromEntries(Object.entries(properties).map(([key, one]) => [key, hidden(one)]))
}
