import { AgentError } from '../kernel/errors.ts'
import { uuidV7 } from '../kernel/ids.ts'
import { holdsIndividualNumber } from '../kernel/individual-number.ts'
import type { Clock } from '../kernel/ports.ts'
import { toRfc3339 } from '../kernel/time.ts'
import type { Note } from '../kernel/verification.ts'
import type { Store } from '../store/store.ts'
import { type Asker, requestKey } from './asker.ts'

/**
 * Adds a later fact to a verification and announces it; resolves with its feed item. Rejects with
 * `NOT_FOUND`, `QUESTION_OPEN`, `INDIVIDUAL_NUMBER_REFUSED`, `STORE_*`.
 */
export async function addNote(
  { store, clock }: { store: Pick<Store, 'find' | 'note'>; clock: Pick<Clock, 'now'> },
  note: Note,
  asker: Asker,
): Promise<Uint8Array> {
  const found = store.find(note.verificationId)
  if (found === undefined) throw new AgentError('NOT_FOUND', 'no such verification')
  if (found === 'open') throw new AgentError('QUESTION_OPEN', 'the question has not ended yet')
  if (holdsIndividualNumber(note.by) || holdsIndividualNumber(note.text ?? ''))
    throw new AgentError('INDIVIDUAL_NUMBER_REFUSED', 'the note looks like an individual number')
  const at = clock.now()
  const eventId = uuidV7(at)
  return store.note({
    eventId,
    at,
    verificationId: note.verificationId,
    kind: note.kind,
    body: JSON.stringify({ type: 'note', id: eventId, at: toRfc3339(at), note }),
    key: requestKey(asker, JSON.stringify(note)),
    actor: asker.consumerId ?? 'agent',
  })
}
