import { type Static, Type } from 'typebox'
import { Fhir } from './fhir.ts'
import { Orca } from './orca.ts'
import { flag, integer, strict, text } from './shape.ts'

/** A host that consumers may be pushed to. */
export const Target = Type.Object(
  {
    host: text(
      'Host as it stands in the consumer’s URL: a name, or an address without brackets.',
      '^([A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?|[0-9A-Fa-f:.]+)$',
      'a host name or an address, "ehr.clinic.lan"',
    ),
    networks: Type.Array(Type.String(), {
      minItems: 1,
      description:
        'Addresses or CIDR blocks in which that host may be; looked at again at each connection.',
    }),
  },
  { ...strict, description: 'A host that consumers may be pushed to.' },
)
export type Target = Static<typeof Target>

/** What is pushed, and where to. Who is pushed to is state: `onshi-agent consumer add`. */
export const Outbox = Type.Object(
  {
    targets: Type.Array(Target, {
      default: [],
      description:
        'Hosts that consumers may be pushed to over HTTP (orca, fhir, webhook). Nothing is sent anywhere else.',
    }),
    first_retry_ms: integer(
      'Pause after the first failed attempt; it doubles with each further one. Milliseconds.',
      10,
      60_000,
      1_000,
    ),
    retry_cap_seconds: integer('Longest pause between two attempts. Seconds.', 1, 3_600, 300),
    orca_appointments: flag(
      'Fetch the appointments for the job `appointments` from every ORCA that is pushed to. They come with names and telephone numbers, of which nothing is kept.',
      false,
    ),
    orca: Orca,
    fhir: Fhir,
  },
  { ...strict, description: 'Pushing to receipt computer and EHR.' },
)
export type Outbox = Static<typeof Outbox>
