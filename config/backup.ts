import { type Static, Type } from 'typebox'
import { time } from './jobs.ts'
import { RECIPIENT_FORM } from './recipient.ts'
import { file, integer, strict, text } from './shape.ts'

/** Copies of the database that survive the machine. */
export const Backup = Type.Object(
  {
    at: time('When a backup is made.', '15 2 * * *'),
    recipient: Type.Optional(
      text(
        'Public half of the recovery key, which `onshi-agent backup recovery-key` makes; the other half is on paper. Without it no backup is made, and health warns.',
        '^age1[qpzry9x8gf2tvdw0s3jn54khce6mua7l]{58}$',
        RECIPIENT_FORM,
      ),
    ),
    folder: file('path', 'Where backups are kept on this machine.', {
      default: '/var/lib/onshi-agent/backups',
    }),
    keep: integer(
      'How many backups are kept at most, here and at `target`; none longer than `retention.backups_days`.',
      3,
      60,
      3,
    ),
    target: Type.Optional(
      file(
        'path',
        'A second place, off this machine: a mounted share or USB stick, or a folder on it. Each backup is copied there; while it is away health warns, and when it is back it gets what it lacks. A folder for each machine: two in one let go of each other’s.',
      ),
    ),
  },
  { ...strict, description: 'Encrypted copies of the database, tried out as they are made.' },
)
export type Backup = Static<typeof Backup>
