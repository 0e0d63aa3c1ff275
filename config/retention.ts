import { type Static, Type } from 'typebox'
import { integer, strict } from './shape.ts'

/** 療養担当規則 第9条: records are kept three years from the day on which what they are of ended. */
const THREE_YEARS = 1_096
const TEN_YEARS = 3_653

const days = (description: string, minimum: number, fallback: number) =>
  integer(`${description} Days.`, minimum, TEN_YEARS, fallback)

/** How long the agent keeps what it knows. */
export const Retention = Type.Object(
  {
    verifications_days: days(
      'Verifications, with their questions, results and notes, counted from the newest note; patients go with their last one. 療養担当規則 第9条 asks for three years from the end of what a record is of, which the agent does not know: hence a year more.',
      THREE_YEARS,
      1_461,
    ),
    messages_days: days(
      'The official answers as they came, byte by byte. Assumption: claims are sent until the 10th of the next month and disputed within six months, after which the verification is enough.',
      31,
      240,
    ),
    intakes_days: days(
      'Who was received while nobody could be asked, once closed. As verifications.',
      THREE_YEARS,
      1_461,
    ),
    roster_days: days(
      'Entries removed from the roster, with the consent to be asked about. As verifications.',
      THREE_YEARS,
      1_461,
    ),
    appointments_days: days(
      'Who was expected, counted from the day. Assumption: a quarter shows who did not come.',
      7,
      90,
    ),
    registrations_days: days(
      'Patient numbers that were registered with the official side, once answered. Assumption.',
      7,
      90,
    ),
    audit_days: days(
      'Who saw and did what. Assumption: five years, as 診療録 are kept (療養担当規則 第9条).',
      THREE_YEARS,
      1_827,
    ),
    backups_days: days(
      'Backups, here and at `backup.target`: an older one goes though `backup.keep` would keep it, so that what was removed from the database leaves them too. The last good one stays. So long, too, is kept what a restore put aside. Assumption: a wrong record is noticed within two months.',
      1,
      60,
    ),
    accounts_days: days(
      'Staff, consumers and vendor access since they were disabled, revoked or closed; never shorter than `audit_days`, as whom the audit names must be found by name.',
      THREE_YEARS,
      1_827,
    ),
  },
  {
    ...strict,
    description:
      'How long what is known of patients and people is kept. `jobs.purge` removes what is older, so that it is in no free page and no log of the database either. What still waits for somebody is kept, and health says so.',
  },
)
export type Retention = Static<typeof Retention>
