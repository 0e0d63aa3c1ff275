import { type Static, Type } from 'typebox'
import { CardFace } from '../kernel/card-face.ts'
import { RoleName } from '../kernel/roles.ts'
import { staffRoles } from '../kernel/staff.ts'
import { FeedEvent } from '../kernel/verification.ts'
import { orNull } from './answers.ts'
import { Health } from './health.ts'
import { PresentationList } from './presentations.ts'
import { ReaderList } from './readers.ts'

/** What the desk’s page and the agent say to each other, beside the routes that programs use too. */

const strict = { additionalProperties: false } as const
const time = Type.String({ description: 'RFC 3339.' })

/** `GET /desk/session`, and the answer to whatever changes it. */
export const Session = Type.Object({
  state: Type.Enum(['signed-out', 'setting', 'active', 'locked'], {
    description:
      'setting: came in by a one-time or recovery code and has to set a secret and a PIN first.',
  }),
  hasStaff: Type.Boolean({ description: 'False: nobody can sign in yet.' }),
  staff: orNull(
    Type.Object({
      id: Type.String(),
      name: Type.String(),
      role: RoleName,
      roleTitle: Type.String({ description: 'Japanese.' }),
      needsSecondFactor: Type.Boolean(),
    }),
  ),
  token: orNull(Type.String({ description: 'For `X-Desk-Token` of everything that changes.' })),
  may: Type.Array(Type.String(), { description: 'Routes, `GET /v1/events`.' }),
  institution: Type.String({ description: '医療機関コード.' }),
  version: Type.String({ description: 'Release of the agent.' }),
  lockSeconds: Type.Integer({ description: 'Idle time after which it locks.' }),
  documents: Type.Array(Type.String(), {
    description: 'What bears the numbers that are typed, today, Japanese: 資格確認書 …',
  }),
})
export type Session = Static<typeof Session>

/** `POST /desk/session`. */
export const SignIn = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    secret: Type.String({ minLength: 1, maxLength: 200, description: 'Or a one-time code.' }),
    code: Type.Optional(Type.String({ maxLength: 40, description: 'TOTP, or a recovery code.' })),
  },
  strict,
)
export type SignIn = Static<typeof SignIn>

/** `POST /desk/session/unlock`. */
export const Unlock = Type.Object({ pin: Type.String({ minLength: 1, maxLength: 20 }) }, strict)

/** `GET /desk/session/second-factor`: one to scan; it counts from `Setting` on. */
export const SecondFactor = Type.Object({
  uri: Type.String({ description: 'otpauth://totp/…' }),
  secret: Type.String({ description: 'Base32, to type in.' }),
  picture: Type.String({ description: 'QR code, rows of 0 and 1 with line ends.' }),
})
export type SecondFactor = Static<typeof SecondFactor>

/** `POST /desk/session/secret`. */
export const Setting = Type.Object(
  {
    secret: Type.String({ minLength: 1, maxLength: 200 }),
    pin: Type.String({ minLength: 1, maxLength: 20, description: '4 to 8 digits.' }),
    code: Type.Optional(
      Type.String({ maxLength: 10, description: 'Of the second factor that was scanned.' }),
    ),
  },
  strict,
)
export type Setting = Static<typeof Setting>

export const Settled = Type.Object({
  session: Session,
  recoveryCodes: Type.Array(Type.String(), { description: 'To print; shown once.' }),
})
export type Settled = Static<typeof Settled>

/** `POST /desk/prints`: what was printed, for the audit. */
export const Print = Type.Object(
  {
    kind: Type.Enum([
      'slip',
      'declaration',
      'procedure',
      'list',
      'recovery-codes',
      'one-time-code',
    ]),
    subject: Type.String({
      // No name gets into the audit by it.
      pattern:
        '^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|staff-[0-9a-f]{12}|\\d{4}-\\d{2}(-\\d{2})?)$',
      description: 'Id of what it is about, a day or a month.',
    }),
  },
  strict,
)
export type Print = Static<typeof Print>

/** `GET /desk/staff`. */
export const StaffList = Type.Object({
  items: Type.Array(
    Type.Object({
      id: Type.String(),
      name: Type.String(),
      role: Type.Enum([...staffRoles]),
      roleTitle: Type.String({ description: 'Japanese.' }),
      sources: Type.Array(Type.String()),
      createdAt: time,
      disabledAt: orNull(time),
      usedAt: orNull(time),
      hasSecret: Type.Boolean(),
      hasSecondFactor: Type.Boolean(),
      recoveryCodesLeft: Type.Integer(),
      unusedFor90Days: Type.Boolean(),
    }),
  ),
})
export type StaffList = Static<typeof StaffList>

/** `POST /desk/staff`, and with `oneTimeCode` in the answer that to `…/reset` too. */
export const StaffBody = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 63 }),
    role: Type.Enum([...staffRoles]),
    sources: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: 32 })),
  },
  strict,
)
export const StaffAdded = Type.Object({
  staff: Type.Object({ id: Type.String(), name: Type.String() }),
  oneTimeCode: Type.String({ description: 'Shown once; opens for 72 hours.' }),
})
export type StaffAdded = Static<typeof StaffAdded>

/**
 * Event `state` of `GET /desk/live`: how everything is, without patient data, so that the locked page
 * shows it too. Sent at once, at each change, and every ten seconds. Events `item` are those of the
 * feed (id: cursor), `session` says that the session is no longer what it was.
 */
export const DeskState = Type.Object({
  at: time,
  readers: ReaderList.properties.items,
  presentations: PresentationList.properties.items,
  status: Health.properties.status,
  checks: Health.properties.checks,
  via: Type.Enum(['lines', 'terminal']),
  lines: Type.Array(
    Type.Object({
      name: Type.String(),
      standing: Type.Enum(['up', 'trial', 'down']),
      isCurrent: Type.Boolean(),
      isHeldByHand: Type.Boolean(),
      carrier: orNull(Type.String()),
      phone: orNull(Type.String()),
      hours: orNull(Type.String()),
    }),
  ),
  outage: orNull(Type.Object({ startedAt: time })),
  /** Whom to call, from `[desk]`. */
  contacts: Type.Array(
    Type.Object({ name: Type.String(), phone: Type.String(), hours: Type.String() }),
  ),
})
export type DeskState = Static<typeof DeskState>

/** `GET /v1/verifications?day=`: a day as it stands now. */
export const DayList = Type.Object({
  items: Type.Array(FeedEvent, {
    description: 'Verifications as they are after what people decided, and their notes.',
  }),
  cursor: Type.String({ description: 'Of the feed: what comes after it is not in here.' }),
})
export type DayList = Static<typeof DayList>

/** `GET /v1/handovers`: what reception and the liaison office hand over. */
export const HandoverList = Type.Object({
  items: Type.Array(
    Type.Object({
      verificationId: Type.String(),
      at: time,
      reasons: Type.Array(Type.Enum(['first-visit', 'insurer-changed', 'referral'])),
      owner: orNull(Type.String({ description: 'Who takes care of it.' })),
      ownedAt: orNull(time),
      acknowledgedBy: orNull(Type.String()),
      acknowledgedAt: orNull(time),
      isOverdue: Type.Boolean({ description: 'Not acknowledged for more than one business day.' }),
      referralText: orNull(Type.String({ description: 'From where, as ticked.' })),
      event: orNull(FeedEvent),
    }),
  ),
})
export type HandoverList = Static<typeof HandoverList>

/** `GET /v1/lines/{name}/quality`: a row a minute, oldest first. */
export const LineQuality = Type.Object({
  items: Type.Array(
    Type.Object({
      at: time,
      standing: Type.Enum(['up', 'trial', 'down'], { description: 'The worst of the minute.' }),
      probes: Type.Integer(),
      lost: Type.Integer(),
      questions: Type.Integer(),
      failed: Type.Integer(),
      rttMedianMs: orNull(Type.Number()),
    }),
  ),
})
export type LineQuality = Static<typeof LineQuality>

/** `POST /v1/card-faces/check`: what is typed so far; fields that are absent are not looked at. */
export const FacePart = Type.Partial(CardFace, strict)
export type FacePart = Static<typeof FacePart>

export const FaceCheck = Type.Object({
  mistakes: Type.Array(
    Type.Object({
      field: Type.String(),
      title: Type.String({ description: 'Japanese.' }),
      detail: Type.String(),
      proposals: Type.Optional(Type.Array(Type.String())),
    }),
  ),
  birthdate: orNull(
    Type.Object({
      date: Type.String({ description: 'YYYYMMDD.' }),
      era: Type.String({ description: '昭和55年5月2日; before 明治6年 by the Gregorian year.' }),
      age: Type.Integer({ description: 'Today.' }),
    }),
  ),
  insurer: orNull(
    Type.String({ description: 'What the 法別番号 says, Japanese: 後期高齢者医療.' }),
  ),
})
export type FaceCheck = Static<typeof FaceCheck>
