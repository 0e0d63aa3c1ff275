import { type Static, Type } from 'typebox'
import { file, flag, integer, strict, text } from './shape.ts'

const header = "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"
const path = (description: string, fallback: string) =>
  text(`Assumed. ${description}`, '^/[!-~]*$', 'a path that begins with "/"', fallback)
const media = (description: string, fallback: string) =>
  text(
    `Assumed. ${description}`,
    '^[!#$&^_.+*A-Za-z0-9-]+/[!#$&^_.+*A-Za-z0-9-]+[ -~]*$',
    'a media type such as "application/xml"',
    fallback,
  )

/**
 * Everything that is assumed about the official interface, whose specification is not public, in
 * one place. Paths, token and login follow the one public hint (a bridge with `/login` that answers
 * an `idToken`, and `/onshi/kakunin`); the rest is a guess that the simulator shares.
 */
export const Protocol = Type.Object(
  {
    login_path: path('Where an account logs in; used with `[gateway.account]` only.', '/login'),
    query_path: path('Where questions are posted.', '/onshi/kakunin'),
    status_path: path(
      'What is fetched as a sign of life of the application, about no person; any answer that is no page counts.',
      '/status',
    ),
    content_type: media(
      'Content-Type of a question; the charset is added by the agent.',
      'application/xml',
    ),
    accept: media('Accept header of a question.', 'application/xml'),
    token_header: text(
      'Assumed. Header that carries the token of a login.',
      header,
      'the name of an HTTP header',
      'Authorization',
    ),
    token_prefix: text(
      'Assumed. What stands before the token in that header.',
      '^[ -~]*$',
      'printable ASCII',
      'Bearer ',
    ),
    token_field: text(
      'Assumed. Field of the login’s answer that holds the token.',
      '^[!-~]+$',
      'the name of a JSON field',
      'idToken',
    ),
    card_certificate_element: text(
      'Assumed. Element of a card question that carries the card’s authentication certificate.',
      '^[A-Za-z_][A-Za-z0-9_.-]*$',
      'the name of an XML element',
      'CardCertificate',
    ),
    challenge_path: path(
      'Where a challenge for a card is fetched, whose holder enters the PIN.',
      '/onshi/challenge',
    ),
    challenge_field: text(
      'Assumed. Field of that answer’s `result` that holds the challenge, Base64.',
      '^[!-~]+$',
      'the name of a JSON field',
      'challenge',
    ),
    card_challenge_element: text(
      'Assumed. Element of a card question that carries the challenge.',
      '^[A-Za-z_][A-Za-z0-9_.-]*$',
      'the name of an XML element',
      'CardChallenge',
    ),
    card_signature_element: text(
      'Assumed. Element of a card question that carries the card’s signature over the SHA-256 of the challenge.',
      '^[A-Za-z_][A-Za-z0-9_.-]*$',
      'the name of an XML element',
      'CardSignature',
    ),
    extra_headers: Type.Record(
      Type.String(),
      Type.String({ 'x-secret': true, pattern: '^[ -~]*$', 'x-write': 'printable ASCII' }),
      {
        default: {},
        description: 'Assumed. Further headers of every request, as `Name = "value"`.',
      },
    ),
  },
  {
    ...strict,
    description: 'Assumptions about the interface, whose specification is not public.',
  },
)
export type Protocol = Static<typeof Protocol>

const Account = Type.Object(
  {
    user: Type.String({
      description: 'User id at the gateway.',
      minLength: 1,
      'x-secret': true,
      'x-write': 'the user id',
    }),
    password_file: file('secret', 'File that holds the password. Secret.'),
  },
  { ...strict, description: 'Login with an account; without it no login is tried.' },
)

/** The other end, and how the clinic shows who it is. */
export const Gateway = Type.Object(
  {
    via: Type.Enum(['lines', 'terminal'], {
      default: 'lines',
      description:
        'How questions reach the official side: over `[[lines]]` with the clinic’s certificate, or through the folders of its terminal (資格確認端末), `[terminal]`, which has line and certificate itself.',
    }),
    simulator: flag(
      'The other end is `onshi-agent sim gateway`: its answers are invented, and health warns of it.',
      false,
    ),
    certificate_file: Type.Optional(
      file(
        'pkcs12',
        'The clinic’s certificate and key, PKCS#12 (.p12, .pfx). Secret. Required over lines, as are the next two.',
      ),
    ),
    passphrase_file: Type.Optional(
      file('secret', 'File that holds the passphrase of `certificate_file`. Secret.'),
    ),
    ca_file: Type.Optional(
      file('certificates', 'The only CA that is trusted as the gateway’s issuer, PEM.'),
    ),
    server_name: Type.Optional(
      text(
        'Name expected in the gateway’s certificate instead of the host of the line’s `gateway`.',
        '^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$',
        'a host name',
      ),
    ),
    timeout_ms: integer('How long an answer may take. Milliseconds.', 100, 120_000, 10_000),
    connect_timeout_ms: integer(
      'How long connecting may take, TLS included. Milliseconds.',
      100,
      60_000,
      3_000,
    ),
    answer_limit_bytes: integer(
      'Longest answer that is read. Bytes.',
      16_384,
      67_108_864,
      1_048_576,
    ),
    queue_limit: integer(
      'Questions that may wait; a further one ends as `offline`.',
      1,
      10_000,
      100,
    ),
    sessions: integer(
      'Questions at the gateway at a time. The official side accepts at most 20.',
      1,
      20,
      4,
    ),
    charset: Type.Enum(['UTF-8', 'Shift_JIS'], {
      default: 'UTF-8',
      description: 'Charset of questions; answers are read in either.',
    }),
    card_queries: Type.Optional(
      Type.Boolean({
        description:
          'Ask with the certificate of a tapped card. Whether the official side accepts that from this agent is not public: switch it on only where it is known to. When absent: on towards the simulator, off otherwise.',
      }),
    ),
    account: Type.Optional(Account),
    protocol: Protocol,
  },
  { ...strict, description: 'The other end, and the clinic’s identity.' },
)
export type Gateway = Static<typeof Gateway>

/** Whether card questions are asked: what is written, else only towards the simulator. */
export const effectiveCardQueries = (gateway: Pick<Gateway, 'simulator' | 'card_queries'>) =>
  gateway.card_queries ?? gateway.simulator
