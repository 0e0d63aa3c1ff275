import type { NoteKind, Outcome, PatientLink } from './verification.ts'

/** Why reception and the liaison office hand a patient over. [source pages, 地域連携室] */
export const handoverReasons = ['first-visit', 'insurer-changed', 'referral'] as const
export type HandoverReason = (typeof handoverReasons)[number]

/** What is handed over: a verification that somebody is to look after. Times are epoch ms. */
export interface Handover {
  readonly verificationId: string
  /** When it became one. */
  readonly at: number
  readonly reasons: readonly HandoverReason[]
  /** From where, as ticked. */
  readonly referralText: string | null
  /** Who takes care of it. */
  readonly owner: string | null
  readonly ownedAt: number | null
  readonly acknowledgedBy: string | null
  readonly acknowledgedAt: number | null
}

/** What an event tells the liaison office. */
export interface News {
  readonly patient: Partial<PatientLink> | null
  /** Null: a note. */
  readonly outcome: Outcome | null
  readonly noteKind: NoteKind | null
}

/** Where there is a newer card, the insurer is another one, though nobody knows which yet. */
export function reasonsOf({ patient, outcome, noteKind }: News): HandoverReason[] {
  const isInsurerNew = patient?.insurerChanged === true || outcome === 'invalid-new-exists'
  const holds: Readonly<Record<HandoverReason, boolean>> = {
    'first-visit': patient?.firstSeenHere === true,
    'insurer-changed': isInsurerNew,
    referral: noteKind === 'referral',
  }
  return handoverReasons.filter((reason) => holds[reason])
}

/** What is said of a handover itself. */
const ofHandover: ReadonlySet<NoteKind | null> = new Set<NoteKind>([
  'assignment',
  'acknowledgement',
])
export const isOfHandover = (kind: NoteKind | null): boolean => ofHandover.has(kind)

/** First visits, changes of insurer, referral ticks, and who takes care of them. */
export const isForLiaison = (news: News): boolean =>
  reasonsOf(news).length > 0 || isOfHandover(news.noteKind)
