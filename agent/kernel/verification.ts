import { type Static, Type } from 'typebox'
import { OfficialHeader, OfficialResult } from './official.ts'

const strict = { additionalProperties: false } as const
const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const Time = Type.String({
  description: 'RFC 3339 with +09:00.',
  examples: ['2026-04-01T09:30:02+09:00'],
})
const Id = Type.String({ description: 'UUID.' })

/** What an answer means, in the contract's words; never collapsed to a boolean. */
export const Outcome = Type.Enum([
  'valid',
  'invalid',
  'invalid-new-exists',
  'not-found',
  'multiple',
  'valid-unregistered',
  'pending',
  'failed',
  'offline',
])
export type Outcome = Static<typeof Outcome>

export const Source = Type.Object(
  {
    kind: Type.Enum(['card', 'card-face', 'terminal', 'batch']),
    authentication: Type.Enum(['pin', 'visual', 'terminal', 'none'], {
      description: '本人認証. none: a typed card face.',
    }),
    reader: nullable(Type.String()),
    line: nullable(Type.String({ description: 'The line that answered.' })),
  },
  strict,
)
export type Source = Static<typeof Source>

/** A fault as consumers see it: same fields as a problem, without the status. */
export const FaultReport = Type.Object(
  {
    code: Type.String({ description: 'Stable word, e.g. GATEWAY_TIMEOUT.' }),
    number: Type.String({ description: 'Short number to read over the phone, e.g. E501.' }),
    title: Type.String({ description: 'What happened, Japanese.' }),
    detail: Type.String({ description: 'What happened, English.' }),
    action: Type.String({ description: 'What to do next, Japanese.' }),
  },
  strict,
)
export type FaultReport = Static<typeof FaultReport>

export const Advisory = Type.Object(
  {
    code: Type.String(),
    number: Type.String(),
    severity: Type.Enum(['info', 'warn', 'stop']),
    field: nullable(Type.String({ description: 'Path in this object, e.g. results[0].name.' })),
    title: Type.String({ description: 'Japanese.' }),
    detail: Type.String({ description: 'English.' }),
    action: Type.String({ description: 'Japanese.' }),
  },
  strict,
)
export type Advisory = Static<typeof Advisory>

export const Official = Type.Object(
  {
    header: OfficialHeader,
    status: nullable(Type.String({ description: 'ProcessingResultStatus.' })),
    validity: nullable(Type.String({ description: 'QualificationValidity.' })),
    code: nullable(Type.String({ description: 'ProcessingResultCode or ErrorCode, opaque.' })),
    message: nullable(Type.String({ description: 'ProcessingResultMessage or ErrorMessage.' })),
  },
  strict,
)
export type Official = Static<typeof Official>

export const PatientLink = Type.Object(
  {
    id: Id,
    referenceNumber: nullable(Type.String({ description: 'The clinic’s patient number.' })),
    firstSeenHere: Type.Boolean(),
    insurerChanged: Type.Boolean({
      description: 'Another insurer than at the patient’s last verification with a result.',
    }),
    name: nullable(
      Type.String({
        description:
          'The clinic’s own record of the name: never one with ● where there was a better.',
      }),
    ),
  },
  strict,
)
export type PatientLink = Static<typeof PatientLink>

/** What was last known of a patient whom nobody could be asked about. Never says what holds now. */
export const LastKnown = Type.Object(
  {
    id: Id,
    at: Type.String({ description: 'When that verification ended, RFC 3339.' }),
    outcome: Outcome,
  },
  {
    ...strict,
    description: 'The patient’s last verification that the official side decided, and its date.',
  },
)
export type LastKnown = Static<typeof LastKnown>

const Said = Type.Object(
  {
    value: nullable(Type.String({ description: 'As it came; null: absent.' })),
    at: Time,
    source: Source.properties.kind,
    verificationId: Id,
  },
  strict,
)
export type Said = Static<typeof Said>
/** A field that says otherwise than at the patient’s last answer. */
export const Change = Type.Object({ before: Said, now: Said }, strict)
export type Change = Static<typeof Change>
const change = Type.Optional(Change)

/** The patient’s history at this clinic, as it was known when the question ended. */
export const History = Type.Object(
  {
    firstSeenAt: Time,
    lastVisitAt: nullable(Time),
    monthsSinceLast: nullable(
      Type.Integer({ description: 'Calendar months since the last visit: a hint for 初診.' }),
    ),
    firstOfMonth: Type.Boolean({ description: 'Nobody was received for the patient this month.' }),
    changes: Type.Object(
      {
        insurerNumber: change,
        insuredCardSymbol: change,
        insuredIdentificationNumber: change,
        insuredBranchNumber: change,
        insuredPartialContributionRatio: change,
        elderlyRecipientContributionRatio: change,
        limitApplicationCertificateClassificationFlag: change,
        address: change,
      },
      { ...strict, description: 'What changed since the last answer, by field.' },
    ),
  },
  strict,
)
export type History = Static<typeof History>

const Pair = Type.Object(
  {
    known: Type.String({ description: 'Of the clinic’s record, or what was typed.' }),
    returned: Type.String({ description: 'As it came.' }),
  },
  strict,
)
const pair = Type.Optional(Pair)

/** Whether the answer speaks of whom the clinic meant. */
export const Identity = Type.Object(
  {
    comparedWith: Type.Enum(['patient', 'card-face', 'intake'], {
      description: 'The clinic’s record, the typed card face, or the offline intake.',
    }),
    patientId: nullable(Type.String({ description: 'Of the patient that it was compared with.' })),
    candidates: Type.Integer({ description: 'How many patients of the clinic fit.' }),
    differences: Type.Object(
      { name: pair, nameKana: pair, birthdate: pair, sex1: pair },
      { ...strict, description: 'Real differences, by field; kanji and kana of a name are one.' },
    ),
    count: Type.Integer({ description: 'Real differences; two or more hold the verification.' }),
  },
  strict,
)
export type Identity = Static<typeof Identity>

const Consent = Type.Object(
  {
    state: Type.Enum(['none', 'given', 'expired'], { description: 'When the question ended.' }),
    until: nullable(
      Type.String({ description: 'AvailableTime, RFC 3339: reads as expired after it.' }),
    ),
  },
  strict,
)
/** 閲覧同意 that was given at the reader. What it opens is not fetched by this agent. */
export const Consents = Type.Object(
  {
    specificHealthCheckupsInfo: Consent,
    pharmacistsInfo: Consent,
    diagnosisInfo: Consent,
    operationInfo: Consent,
  },
  strict,
)
export type Consents = Static<typeof Consents>

/** Which of 時間外等加算 and 夜間・早朝等加算 the time of reception points at. Advice, no decision. */
export const TimeClass = Type.Enum(
  ['in-hours', 'early-or-night', 'out-of-hours', 'holiday', 'midnight'],
  { description: '時間内, 夜間・早朝等加算候補, 時間外, 休日, 深夜.' },
)
export type TimeClass = Static<typeof TimeClass>

/** When the patient was received, for 時間外等加算. */
export const Reception = Type.Object(
  {
    at: Time,
    inHours: nullable(
      Type.Boolean({ description: 'Inside the clinic’s hours; null: none are configured.' }),
    ),
    band: Type.Enum(['early', 'day', 'night', 'midnight'], {
      description: '早朝, 日中, 夜間, 深夜.',
    }),
    day: Type.Enum(['weekday', 'saturday', 'holiday'], { description: '平日, 土曜, 休日.' }),
    holiday: nullable(Type.String({ description: 'What makes it a 休日.' })),
    timeClass: TimeClass,
    matched: Type.Array(TimeClass, { description: 'Every class that fits, higher points first.' }),
    basis: Type.String({ description: 'Why, Japanese.' }),
    clock: Type.Enum(['synchronised', 'unsynchronised', 'unknown'], {
      description: 'Whether the clock could be trusted.',
    }),
    afterHoursLevel: nullable(
      Type.Integer({ minimum: 1, maximum: 4, description: '時間外対応加算 of the clinic.' }),
    ),
  },
  strict,
)
export type Reception = Static<typeof Reception>

/** The stored result of one question. Append-only: a recheck is a new one that `supersedes`. */
export const Verification = Type.Object(
  {
    id: Id,
    supersedes: nullable(Id),
    askedAt: Time,
    source: Source,
    outcome: Outcome,
    fault: nullable(FaultReport),
    official: nullable(Official),
    results: Type.Array(OfficialResult),
    patient: nullable(PatientLink),
    lastKnown: nullable(LastKnown),
    patientNumber: nullable(Type.String({ description: 'As sent with the question.' })),
    arbitraryIdentifier: nullable(Type.String({ description: 'As sent with the question.' })),
    card: nullable(
      Type.Object(
        { certificateExpired: Type.Boolean({ description: 'A fact, never our refusal.' }) },
        strict,
      ),
    ),
    confirmation: nullable(
      Type.Object({ by: Type.String(), at: Time }, { ...strict, description: '目視確認.' }),
    ),
    limitConsent: nullable(
      Type.Object(
        { by: Type.String(), at: Time },
        { ...strict, description: '限度額: who confirmed the patient’s consent.' },
      ),
    ),
    advisories: Type.Array(Advisory),
    held: Type.Boolean({ description: 'Waits for a person to say whose it is.' }),
    identity: nullable(Identity),
    history: nullable(History),
    consents: nullable(Consents),
    reception: nullable(
      Type.Unsafe<Reception>({
        ...Reception,
        description: 'Null: nobody was received, as for a bulk question.',
      }),
    ),
  },
  strict,
)
export type Verification = Static<typeof Verification>

/** A later fact about a verification. */
export const NoteKind = Type.Enum(
  ['original-sighted', 'referral', 'hold', 'release', 'rejection', 'paid-in-full', 'closing'],
  {
    description: '現物確認, 紹介状, 保留, 同じ人, この人ではない, 全額（10割）支払い, 対応終了.',
  },
)
export type NoteKind = Static<typeof NoteKind>

export const Note = Type.Object(
  {
    verificationId: Id,
    kind: NoteKind,
    by: Type.String({ description: 'Who.' }),
    text: nullable(Type.String()),
  },
  strict,
)
export type Note = Static<typeof Note>

/** One item of the feed. De-duplicate by `id`. */
export const FeedEvent = Type.Union([
  Type.Object(
    {
      type: Type.Literal('verification'),
      id: Id,
      cursor: Type.String(),
      at: Time,
      verification: Verification,
    },
    strict,
  ),
  Type.Object(
    {
      type: Type.Literal('note'),
      id: Id,
      cursor: Type.String(),
      at: Time,
      note: Note,
      verification: Type.Optional(
        Type.Unsafe<Verification>({
          ...Verification,
          description: 'Of a release: the whole verification, no longer held.',
        }),
      ),
    },
    strict,
  ),
])
export type FeedEvent = Static<typeof FeedEvent>
