import { isForLiaison } from '../kernel/handover.ts'
import type { Note, Verification } from '../kernel/verification.ts'
import { audit } from './audit.ts'
import type { Sql } from './database.ts'
import { closeFollowUp, resolveOthers } from './follow-ups.ts'
import { handOverReleased, noteHandover } from './handovers.ts'
import { decideHold, type Release, refuseDecided, released } from './holds.ts'
import { type RequestKey, recall, remember } from './idempotency.ts'
import { proposeToIntakes } from './intakes.ts'
import { type Actor, appendEvent, type Committed } from './questions.ts'

export interface NoteRecord {
  readonly eventId: string
  readonly at: number
  /** `at` as consumers see it, RFC 3339. */
  readonly atText: string
  readonly note: Note
  /** Of a release, and of nothing else. */
  readonly release: Release | null
  readonly key: RequestKey | null
  readonly actor: Actor
}

export const noteTransactions = {
  /**
   * The same key and body find the first note. Throws `HOLD_DECIDED` where a note about whose a
   * verification is finds nothing to decide, and what `noteHandover` throws.
   */
  note(sql: Sql, record: NoteRecord): Committed {
    const { eventId, at, note, key, actor } = record
    const known = recall(sql, key, at)
    if (known !== undefined) return { position: Number(known) }
    refuseDecided(sql, note)
    noteHandover(sql, note, at)
    const { release } = record
    const verification = release === null ? null : released(sql, release, at, note.by)
    if (release !== null && verification !== null) settle(sql, release, verification, at)
    const committed = appendEvent(sql, {
      type: 'note',
      id: eventId,
      verificationId: note.verificationId,
      patientId: patientOf(sql, note.verificationId),
      outcome: verification?.outcome ?? null,
      isHeld: false,
      isForLiaison: isForLiaison({
        patient: verification?.patient ?? null,
        outcome: verification?.outcome ?? null,
        noteKind: note.kind,
      }),
      at,
      body: bodyOf(record, verification),
    })
    decideHold(sql, note, at, committed.position)
    if (note.kind === 'closing') closeFollowUp(sql, note.verificationId, at)
    remember(sql, key, at, String(committed.position))
    audit(sql, { id: eventId, at, actor, action: 'note', subject: note.verificationId })
    return committed
  },
}

/** What an answer that is not held does for others when it ends. */
function settle(sql: Sql, { subject, numbers }: Release, verification: Verification, at: number) {
  const { id, outcome, patient } = verification
  proposeToIntakes(sql, subject, id, at)
  handOverReleased(sql, verification, at)
  const patientNumber = numbers.asked ?? numbers.returned
  resolveOthers(sql, { id, at, outcome, patientId: patient?.id ?? null, patientNumber })
}

const bodyOf = ({ eventId, atText, note }: NoteRecord, verification: Verification | null) =>
  JSON.stringify({
    type: 'note',
    id: eventId,
    at: atText,
    note,
    ...(verification !== null && { verification }),
  })

const patientOf = (sql: Sql, verificationId: string) =>
  sql<{ id: string | null }>('SELECT patient_id AS id FROM verifications WHERE id = ?').get(
    verificationId,
  )?.id ?? null
