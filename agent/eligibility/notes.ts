import { AgentError } from '../kernel/errors.ts'
import { uuidV7 } from '../kernel/ids.ts'
import { holdsIndividualNumber } from '../kernel/individual-number.ts'
import type { Clock } from '../kernel/ports.ts'
import { toRfc3339 } from '../kernel/time.ts'
import type { Note } from '../kernel/verification.ts'
import type { Store } from '../store/store.ts'
import { type Asker, requestKey } from './asker.ts'
import { type ReleaseParts, releaseOf } from './releasing.ts'

interface NoteParts extends ReleaseParts {
  readonly store: ReleaseParts['store'] & Pick<Store, 'find' | 'note'>
  readonly clock: Pick<Clock, 'now'>
}

/**
 * Adds a later fact to a verification and announces it; resolves with its feed item. `patientNumber`: of
 * the patient whose it is, with a release. Rejects with `NOT_FOUND`, `QUESTION_OPEN`,
 * `INDIVIDUAL_NUMBER_REFUSED`, `PATIENT_UNKNOWN`, `HOLD_DECIDED` for a word on whose it is where nobody
 * waits for one, `STORE_*`.
 */
export async function addNote(
  parts: NoteParts,
  note: Note,
  asker: Asker,
  patientNumber: string | null = null,
): Promise<Uint8Array> {
  const { store, clock } = parts
  const found = store.find(note.verificationId)
  if (found === undefined) throw new AgentError('NOT_FOUND', 'no such verification')
  if (found === 'open') throw new AgentError('QUESTION_OPEN', 'the question has not ended yet')
  if (holdsIndividualNumber(note.by) || holdsIndividualNumber(note.text ?? ''))
    throw new AgentError('INDIVIDUAL_NUMBER_REFUSED', 'the note looks like an individual number')
  const at = clock.now()
  return store.note({
    eventId: uuidV7(at),
    at,
    atText: toRfc3339(at),
    note,
    release: note.kind === 'release' ? releaseOf(parts, found, patientNumber) : null,
    key: requestKey(
      asker,
      JSON.stringify(patientNumber === null ? note : { ...note, patientNumber }),
    ),
    actor: asker.consumerId ?? 'agent',
  })
}
