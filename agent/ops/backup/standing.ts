import type { ConditionCode } from '../../kernel/conditions.ts'
import type { Facts } from '../../kernel/errors.ts'
import type { FaultCode } from '../../kernel/faults.ts'

/** What is known of the backups of this machine. Times are epoch ms. */
export interface BackupState {
  readonly hasRecipient: boolean
  /** The newest that was restored for trial, and lies there still. */
  readonly good: {
    readonly name: string
    readonly at: number
    readonly sizeBytes: number
    /** The agent itself cannot change or remove it. */
    readonly isProtected: boolean
  } | null
  readonly generations: number
  /** Those that did not stand the trial. */
  readonly broken: readonly { readonly name: string; readonly code: FaultCode }[]
  /** What the last try came to; null: it was made, or none was tried. */
  readonly failure: FaultCode | null
  /** Whether the newest is off this machine; or why not, null: no target is configured. */
  readonly offsite: 'sent' | FaultCode | null
  /** When this machine was first asked to make backups, or the agent started. */
  readonly since: number
  readonly now: number
}

/** A condition that is to show, and what for. */
export type Told = readonly [code: ConditionCode, subject: string, facts: Facts]

/** A night may be missed, as by a machine that is switched off; two are not. */
const OVERDUE_MS = 48 * 60 * 60_000
export const SUBJECT = 'backup'

/** What health says of the backups. Pure. */
export function toldOf(state: BackupState): Told[] {
  const { hasRecipient, good, broken, offsite } = state
  return [
    ...when(!hasRecipient, ['RECOVERY_KEY_MISSING', SUBJECT, {}]),
    ...when(hasRecipient && isOverdue(state), ['BACKUP_OVERDUE', SUBJECT, overdueFacts(state)]),
    ...when(hasRecipient && offsite !== 'sent', [
      'BACKUP_ONLY_HERE',
      SUBJECT,
      { code: offsite ?? 'NO_TARGET' },
    ]),
    ...broken.map(({ name, code }): Told => {
      const known = good === null ? {} : { knownGood: good.name }
      return ['BACKUP_BROKEN', name, { file: name, code, ...known }]
    }),
    ...(good === null ? [] : [keptOf(state, good)]),
  ]
}

const when = (holds: boolean, told: Told): Told[] => (holds ? [told] : [])

/** Before the first one is due, nothing is late; what failed is. A failed one is tried again by itself. */
const isOverdue = ({ good, failure, since, now }: BackupState): boolean =>
  failure !== null || now - (good?.at ?? since) >= OVERDUE_MS

const overdueFacts = ({ good, failure, now }: BackupState): Facts => ({
  ...(failure === null ? {} : { code: failure }),
  ...(good === null ? {} : { ageSeconds: ageOf(good.at, now) }),
})

const keptOf = (
  { generations, offsite, now }: BackupState,
  { name, at, sizeBytes, isProtected }: NonNullable<BackupState['good']>,
): Told => [
  'BACKUP_KEPT',
  SUBJECT,
  {
    file: name,
    ageSeconds: ageOf(at, now),
    sizeBytes,
    generations,
    isProtected,
    isOffThisMachine: offsite === 'sent',
  },
]

/** A clock that was set back makes nothing young. */
const ageOf = (at: number, now: number) => Math.max(0, Math.round((now - at) / 1_000))
