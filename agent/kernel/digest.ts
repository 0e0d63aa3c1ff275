import { type Static, Type } from 'typebox'
import { Outcome } from './verification.ts'

const strict = { additionalProperties: false } as const
const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const count = (description: string) => Type.Integer({ minimum: 0, description })
const Time = Type.String({ description: 'RFC 3339.' })
const seconds = nullable(Type.Number({ description: 'Seconds.' }))

const about = {
  verificationId: Type.String({ description: 'UUID.' }),
  patientNumber: nullable(Type.String({ description: 'The clinic’s patient number.' })),
  askedAt: Time,
}

/** One day in figures and lists, for the billing office and the remote one. [source pages] */
export const Digest = Type.Object(
  {
    day: Type.String({ description: 'YYYY-MM-DD, Japanese time.' }),
    madeAt: Time,
    verifications: count('Ended on the day.'),
    byOutcome: Type.Record(Type.String(), count('Of this outcome.')),
    bySource: Type.Record(Type.String(), count('Of this source.')),
    firstVisits: count('Patients who were new here.'),
    insurerChanges: count('Patients whose insurer changed.'),
    notes: Type.Record(Type.String(), count('Notes of this kind.')),
    lookup: Type.Object(
      {
        count: count('Questions for which somebody waited.'),
        median: seconds,
        p90: seconds,
        longest: seconds,
      },
      { ...strict, description: 'From accepted to answered.' },
    ),
    unresolved: Type.Array(Type.Object({ ...about, outcome: Outcome }, strict), {
      description:
        'Nobody knows yet, nor has closed it: not found, several, offline, failed, pending.',
    }),
    mismatches: Type.Array(
      Type.Object(
        {
          ...about,
          code: Type.String(),
          number: Type.String(),
          severity: Type.Enum(['warn', 'stop']),
          title: Type.String({ description: 'Japanese.' }),
          field: nullable(Type.String()),
        },
        strict,
      ),
      { description: 'Advisories on what differs from the record, the age, or what was typed.' },
    ),
    held: Type.Array(Type.Object(about, strict), {
      description: 'Wait for a person to say whose they are.',
    }),
    undelivered: Type.Array(
      Type.Object(
        {
          consumer: Type.String({ description: 'Name.' }),
          waiting: count('On their way.'),
          parked: count('Wait for a person.'),
          refused: count('Refused for good.'),
          oldestAt: nullable(Time),
        },
        strict,
      ),
      { description: 'Now, at the time of making.' },
    ),
  },
  strict,
)
export type Digest = Static<typeof Digest>
