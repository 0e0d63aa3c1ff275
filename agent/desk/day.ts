import type { FeedEvent, Verification } from '../kernel/verification.ts'

type NoteEvent = Extract<FeedEvent, { type: 'note' }>

/** A verification with what people noted on it. Fields that the role may not see are absent. */
export interface Entry {
  readonly id: string
  /** When it was committed, RFC 3339. */
  readonly at: string
  readonly verification: Verification
  readonly notes: readonly NoteEvent[]
}

/** The verifications of a day, newest first, and what comes live. */
export interface Day {
  readonly entries: readonly Entry[]
  /** The newest that came while the page was open, or was there when it was opened. */
  readonly newest: Entry | undefined
  find(id: string): Entry | undefined
  /** One event of the feed, in its order; one that is known already changes nothing. */
  take(event: FeedEvent): void
  clear(): void
}

/** Notes that came before their verification wait here for it, as those of another day do for ever. */
export function openDay(): Day {
  const entries = new Map<string, Entry>()
  const taken = new Set<string>()
  const orphans = new Map<string, NoteEvent[]>()
  const sorted = () => [...entries.values()].reverse()
  let list: readonly Entry[] | undefined

  const takeVerification = (at: string, verification: Verification) => {
    const { id } = verification
    const before = entries.get(id)
    const notes = before?.notes ?? orphans.get(id) ?? []
    orphans.delete(id)
    entries.set(id, { id, at: before?.at ?? at, verification, notes })
  }
  const takeNote = (event: NoteEvent) => {
    const { verificationId } = event.note
    if (event.verification !== undefined) takeVerification(event.at, event.verification)
    const entry = entries.get(verificationId)
    if (entry === undefined) {
      orphans.set(verificationId, [...(orphans.get(verificationId) ?? []), event])
      return
    }
    entries.set(verificationId, {
      ...entry,
      ...decided(entry, event),
      notes: [...entry.notes, event],
    })
  }
  return {
    get entries() {
      list ??= sorted()
      return list
    },
    get newest() {
      return this.entries[0]
    },
    find: (id) => entries.get(id),
    take(event) {
      if (taken.has(event.id)) return
      taken.add(event.id)
      list = undefined
      if (event.type === 'verification') takeVerification(event.at, event.verification)
      else takeNote(event)
    },
    clear() {
      entries.clear()
      taken.clear()
      orphans.clear()
      list = undefined
    },
  }
}

/** What a note says about whose a verification is holds from then on. */
function decided({ verification }: Entry, { note }: NoteEvent): { verification?: Verification } {
  if (note.kind === 'hold') return { verification: { ...verification, held: true } }
  if (note.kind === 'rejection')
    return { verification: { ...verification, held: true, patient: null } }
  return {}
}
