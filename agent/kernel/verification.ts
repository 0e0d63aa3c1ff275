import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { Advisory, Consents, History, Identity, Reception, SourceKind } from './judgement.ts'
import { OfficialHeader, OfficialResult } from './official.ts'

const strict = { additionalProperties: false } as const
const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const Time = Type.String({
  description: 'RFC 3339 with +09:00.',
  examples: ['2026-04-01T09:30:02+09:00'],
})
const Id = Type.String({ description: 'UUID.' })

/** What an answer means, in the contract's words; never collapsed to a boolean. */
export const outcomes = [
  'valid',
  'invalid',
  'invalid-new-exists',
  'not-found',
  'multiple',
  'valid-unregistered',
  'pending',
  'failed',
  'offline',
] as const
export const Outcome = Type.Enum([...outcomes])
export type Outcome = Static<typeof Outcome>

export const Source = Type.Object(
  {
    kind: SourceKind,
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
    firstSeenHere: Type.Boolean({
      description:
        'Received here for the first time; not where nobody came, as for a bulk question.',
    }),
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
    /** Null: nobody was received, as for a bulk question. */
    reception: nullable(Reception),
  },
  strict,
)
export type Verification = Static<typeof Verification>

const SINCE_JUDGEMENT = {
  limitConsent: null,
  identity: null,
  history: null,
  consents: null,
  reception: null,
} as const

/**
 * A stored verification, typed again, also one of a release that did not judge; undefined where a later
 * release wrote it.
 */
export function readVerification(stored: object): Verification | undefined {
  const patient = 'patient' in stored ? stored.patient : null
  const whole = {
    ...SINCE_JUDGEMENT,
    ...stored,
    patient: typeof patient === 'object' && patient !== null ? { name: null, ...patient } : null,
  }
  return Value.Check(Verification, whole) ? whole : undefined
}

/** A later fact about a verification. */
export const NoteKind = Type.Enum(
  [
    'original-sighted',
    'referral',
    'hold',
    'release',
    'rejection',
    'paid-in-full',
    'closing',
    'assignment',
    'acknowledgement',
  ],
  {
    description:
      '現物確認, 紹介状, 保留, 同じ人, この人ではない, 全額（10割）支払い, 対応終了, 連携の担当（`text`: その人、なければ `by`）, 連携の確認済.',
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
      /** Of a release: the whole verification, no longer held. */
      verification: Type.Optional(Verification),
    },
    strict,
  ),
])
export type FeedEvent = Static<typeof FeedEvent>
