import { type Static, Type } from 'typebox'
import { Advisory } from './judgement.ts'
import { RosterForm, RosterKind, RosterState, StatusColour } from './roster.ts'

const strict = { additionalProperties: false } as const
const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const Text = nullable(Type.String())
const Time = nullable(Type.String({ description: 'RFC 3339.' }))

/** An entry as a role that may see every field sees it; what is not known is null. */
export const ShownRosterEntry = Type.Object(
  {
    id: Type.String({ description: 'UUID.' }),
    at: Type.String({ description: 'When it was added, RFC 3339.' }),
    changedAt: Type.String({ description: 'RFC 3339.' }),
    version: Type.Integer({ description: 'As in the ETag.' }),
    patientNumber: RosterForm.properties.patientNumber,
    kind: RosterKind,
    name: Text,
    nameKana: Text,
    birthdate: Text,
    cardFace: nullable(
      Type.Object(
        {
          insurerNumber: Text,
          insuredCardSymbol: Text,
          insuredIdentificationNumber: Text,
          insuredBranchNumber: Text,
        },
        strict,
      ),
    ),
    device: nullable(Type.Object({ name: Text, contractNumber: Text, supplier: Text }, strict)),
    contractEnd: Text,
    owner: Text,
    note: Text,
    standingConsent: nullable(
      Type.Object(
        { since: Time, by: Text, revokedAt: Time, revokedBy: Text },
        { ...strict, description: '居宅同意, as it was recorded last.' },
      ),
    ),
    month: Type.String({ description: 'YYYY-MM, that of the eligibility.' }),
    eligibility: Type.Object(
      { state: RosterState, verificationId: nullable(Type.String()), at: Time },
      strict,
    ),
    needsCheck: Type.Boolean({ description: '要確認: the month’s eligibility is not confirmed.' }),
    contractNotice: nullable(
      Type.Enum([0, 7, 30, 60], {
        description: 'The contract ends within so many days; 0: it has ended.',
      }),
    ),
    statusColour: StatusColour,
    advisories: Type.Array(Advisory),
  },
  strict,
)
export type ShownRosterEntry = Static<typeof ShownRosterEntry>
