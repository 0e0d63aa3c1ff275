import { type Static, Type } from 'typebox'

const strict = { additionalProperties: false } as const
const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const Time = Type.String({
  description: 'RFC 3339 with +09:00.',
  examples: ['2026-04-01T09:30:02+09:00'],
})
const Id = Type.String({ description: 'UUID.' })

/** How a question came to be asked. */
export const SourceKind = Type.Enum(['card', 'card-face', 'terminal', 'batch'])
export type SourceKind = Static<typeof SourceKind>

/** One thing that a person should look at. `advisories.ts` has them all. */
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

const Said = Type.Object(
  {
    value: nullable(Type.String({ description: 'As it came; null: absent.' })),
    at: Time,
    source: SourceKind,
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
      Type.Integer({ description: 'Whole months since the last visit: a hint for 初診.' }),
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
