import { type Static, Type } from 'typebox'

const strict = { additionalProperties: false } as const
const Url = Type.String({ maxLength: 500, pattern: '^https?://[^\\s@?#]+$' })
/** PEM of the one CA that is trusted; the system's where absent. */
const CaPem = Type.Optional(Type.String({ maxLength: 65_536 }))
const Identity = Type.Optional(
  Type.Object(
    {
      /** PKCS#12, Base64. */
      pkcs12: Type.String({ maxLength: 65_536 }),
      passphrase: Type.String({ maxLength: 256 }),
    },
    { ...strict, description: 'Client certificate for mTLS.' },
  ),
)

/** What a sink may write into ORCA; nothing: it compares and reports. */
export const OrcaWrite = Type.Enum(['new-patient', 'add-insurance', 'change-insurance'])
export type OrcaWrite = Static<typeof OrcaWrite>

/**
 * How a consumer is pushed to, one shape a kind. Kept in the encrypted store, as it is changed
 * while the agent runs; `secrets` is never listed, logged or delivered.
 */
export const FaceFolderSink = Type.Object(
  {
    kind: Type.Literal('face-folder'),
    folder: Type.String({ maxLength: 1_000, pattern: '^/' }),
    /** As it came where absent. */
    charset: Type.Optional(Type.Enum(['UTF-8', 'Shift_JIS'])),
    /** So many files of ours may wait to be taken. */
    limit: Type.Integer({ minimum: 1, maximum: 100_000, default: 500 }),
  },
  strict,
)
export type FaceFolderSink = Static<typeof FaceFolderSink>

export const OrcaSink = Type.Object(
  {
    kind: Type.Literal('orca'),
    /** `http://host:8000`, without the prefix of WebORCA, which is probed. */
    url: Url,
    user: Type.String({ minLength: 1, maxLength: 100, pattern: '^[^:]+$' }),
    write: Type.Array(OrcaWrite, { maxItems: 3, default: [] }),
    secrets: Type.Object(
      { password: Type.String({ maxLength: 256 }), caPem: CaPem, identity: Identity },
      strict,
    ),
  },
  strict,
)
export type OrcaSink = Static<typeof OrcaSink>

export const FhirSink = Type.Object(
  {
    kind: Type.Literal('fhir'),
    /** Base of the FHIR server, without a slash at its end. */
    url: Url,
    /** Whether Patient resources are written; else they are only looked for. */
    writePatient: Type.Boolean({ default: false }),
    /** Whether a CoverageEligibilityResponse is written too. */
    eligibilityResponse: Type.Boolean({ default: false }),
    secrets: Type.Object(
      {
        /** What may stand in a header: anything else is no token, and no request leaves with it. */
        token: Type.Optional(Type.String({ maxLength: 4_096, pattern: '^[!-~]+$' })),
        caPem: CaPem,
        identity: Identity,
      },
      strict,
    ),
  },
  strict,
)
export type FhirSink = Static<typeof FhirSink>

export const WebhookSink = Type.Object(
  {
    kind: Type.Literal('webhook'),
    url: Url,
    /** thin: ids, outcome and where to read; full: the event as this consumer may see it. */
    payload: Type.Enum(['thin', 'full'], { default: 'thin' }),
    /** `key`: what `whsec_` stands before, Base64 of 32 bytes. [Standard Webhooks] */
    secrets: Type.Object({ key: Type.String({ maxLength: 100 }), caPem: CaPem }, strict),
  },
  strict,
)
export type WebhookSink = Static<typeof WebhookSink>

export const SinkSettings = Type.Union([FaceFolderSink, OrcaSink, FhirSink, WebhookSink])
export type SinkSettings = Static<typeof SinkSettings>
export type SinkKind = SinkSettings['kind']

/** Sinks that carry the official bytes or every field, whatever is asked: for full roles only. */
export const carriesEverything = (kind: SinkKind) => kind !== 'webhook'

/** The settings as operators list them. */
export function withoutSecrets(settings: SinkSettings): object {
  const { kind } = settings
  if (kind === 'face-folder') return settings
  const { secrets: _, ...shown } = settings
  return shown
}
