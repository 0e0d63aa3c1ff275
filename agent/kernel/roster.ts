import { type Static, Type } from 'typebox'
import type { Advisory } from './judgement.ts'
import { IntakeFace } from './offline-intake.ts'
import type { Outcome } from './verification.ts'

const strict = { additionalProperties: false } as const
const text = (description: string, maxLength: number) => Type.String({ description, maxLength })
const optional = (description: string, maxLength: number) =>
  Type.Optional(text(description, maxLength))

export const RosterKind = Type.Enum(['home-oxygen', 'home-visit', 'monthly'], {
  description: '在宅酸素, 訪問診療, その他（毎月来院する方）.',
})
export type RosterKind = Static<typeof RosterKind>

const kept = {
  name: optional('氏名, up to 100 characters.', 400),
  nameKana: optional('氏名カナ, up to 100 characters.', 400),
  birthdate: optional('YYYYMMDD, or by its era: S550502; needed with a card face.', 16),
  cardFace: Type.Optional(
    Type.Object(IntakeFace.properties, {
      ...strict,
      description: 'What is asked each month; the card of the patient’s last answer when absent.',
    }),
  ),
  device: Type.Optional(
    Type.Object(
      {
        name: optional('機器, up to 100 characters.', 400),
        contractNumber: optional('契約番号, up to 50 characters.', 200),
        supplier: optional('業者, up to 100 characters.', 400),
      },
      strict,
    ),
  ),
  contractEnd: optional('契約の期限 YYYY-MM-DD, the last day.', 16),
  owner: optional('契約の担当, up to 100 characters.', 400),
  note: optional('Free text, up to 500 characters.', 2_000),
} as const
const patientNumber = text('The clinic’s patient number, up to 50 characters.', 50)

/**
 * Whom the clinic sees each month, and with which device and contract. Shape only; what it may hold
 * is `intake/roster.ts`.
 */
export const RosterForm = Type.Object({ patientNumber, kind: RosterKind, ...kept }, strict)
export type RosterForm = Static<typeof RosterForm>

/** What a role sends of an entry: the fields that it may change. */
export const RosterChange = Type.Object(
  { patientNumber: Type.Optional(patientNumber), kind: Type.Optional(RosterKind), ...kept },
  strict,
)
export type RosterChange = Static<typeof RosterChange>

/** What a person did, and when it holds from, epoch ms. */
const Act = Type.Union([Type.Object({ at: Type.Integer(), by: Type.String() }), Type.Null()])

/** 居宅同意: asked again without the card until the patient revokes it. [workflow facts 6] */
export const StandingConsent = Type.Object({ given: Act, revoked: Act })
export type StandingConsent = Static<typeof StandingConsent>

/** An entry as the store keeps it; a later release may have put more into it. */
export const KeptEntry = Type.Object({
  form: Type.Object({ patientNumber, kind: RosterKind, ...kept }),
  standingConsent: Type.Union([StandingConsent, Type.Null()]),
})
export type KeptEntry = Static<typeof KeptEntry>

/** Times are epoch ms. */
export interface RosterEntry extends KeptEntry {
  readonly id: string
  readonly at: number
  readonly changedAt: number
  /** Grows with every change of the whole roster. */
  readonly version: number
}

/**
 * Whether the patient may be asked about without the card: with the standing consent of home care,
 * until it is revoked. Who comes to the desk each month needs none, as for an appointment, but can
 * refuse.
 */
export const mayBeAsked = ({ form, standingConsent }: KeptEntry): boolean =>
  standingConsent?.revoked == null && (form.kind === 'monthly' || standingConsent?.given != null)

export const RosterState = Type.Enum(['confirmed', 'asking', 'unconfirmed', 'invalid'], {
  description:
    'confirmed: an answer says that the patient is insured in this month, whoever asked; asking: a question of the roster is under way; invalid: the month’s last answer says that the card holds no more.',
})
export type RosterState = Static<typeof RosterState>

/** What is known of a patient’s eligibility in one month. */
export interface MonthEligibility {
  readonly state: RosterState
  /** The verification that says so. */
  readonly verificationId: string | null
  /** When it ended, epoch ms. */
  readonly at: number | null
}

/** Days before the end of a contract at which somebody is told. [source pages, 在宅酸素] */
export const CONTRACT_NOTICE_DAYS = [7, 30, 60] as const
/** 0: the contract has ended. */
export type ContractNotice = 0 | (typeof CONTRACT_NOTICE_DAYS)[number]

export const StatusColour = Type.Enum(['green', 'yellow', 'red'], {
  description: 'red: not insured, or the contract has ended; yellow: somebody should look.',
})
export type StatusColour = Static<typeof StatusColour>

/** An entry and how it stands. */
export interface RosterStanding {
  readonly entry: RosterEntry
  /** YYYY-MM, that of the eligibility. */
  readonly month: string
  readonly eligibility: MonthEligibility
  /** 要確認: nobody has confirmed the eligibility of the month. */
  readonly needsCheck: boolean
  readonly contractNotice: ContractNotice | null
  readonly statusColour: StatusColour
  /** Their fields are those of the shown entry. */
  readonly advisories: readonly Advisory[]
}

/** How a question ended that may be asked again in the same month: nobody knows more than before. */
const RETRIED: readonly Outcome[] = ['offline', 'failed', 'pending']

/** What the roster’s newest question about an entry in a month came to; null: none was asked. */
export type RosterAsked = Outcome | 'open' | null

/** Whether an entry is to be asked about once more in the month. */
export const mayAskInMonth = (asked: RosterAsked): boolean =>
  asked === null || (asked !== 'open' && RETRIED.includes(asked))
