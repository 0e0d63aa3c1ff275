import { Value } from 'typebox/value'
import { AgentError } from '../kernel/errors.ts'
import { uuidV7 } from '../kernel/ids.ts'
import { holdsIndividualNumber } from '../kernel/individual-number.ts'
import type { Link } from '../kernel/known.ts'
import type { Clock } from '../kernel/ports.ts'
import { toRfc3339 } from '../kernel/time.ts'
import { type Note, Verification } from '../kernel/verification.ts'
import type { Release } from '../store/holds.ts'
import type { Store } from '../store/store.ts'
import { type Asker, requestKey } from './asker.ts'
import { agreed } from './judge/comparison.ts'
import { personOf } from './person.ts'

interface NoteParts {
  readonly store: Pick<Store, 'find' | 'note'>
  readonly clock: Pick<Clock, 'now'>
}

/**
 * Adds a later fact to a verification and announces it; resolves with its feed item. Rejects with
 * `NOT_FOUND`, `QUESTION_OPEN`, `INDIVIDUAL_NUMBER_REFUSED`, `HOLD_DECIDED` for a word on whose it is
 * where nobody waits for one, `STORE_*`.
 */
export async function addNote(
  { store, clock }: NoteParts,
  note: Note,
  asker: Asker,
): Promise<Uint8Array> {
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
    release: note.kind === 'release' ? releaseOf(found) : null,
    key: requestKey(asker, JSON.stringify(note)),
    actor: asker.consumerId ?? 'agent',
  })
}

/** The same person, a person says: linked to whom it was compared with, else to a new patient. */
function releaseOf(item: Uint8Array): Release {
  const verification = verificationIn(item)
  const { patient, identity, results } = verification
  const subject = personOf(results)
  const link: Link =
    identity?.patientId == null
      ? { is: 'new' }
      : {
          is: 'known',
          patientId: identity.patientId,
          renamed: agreed(identity.differences),
        }
  return {
    verification: {
      ...verification,
      held: false,
      advisories: verification.advisories.filter(({ code }) => code !== 'IDENTITY_HELD'),
    },
    numbers: {
      asked: verification.patientNumber,
      returned: results.find(({ referenceNumber }) => referenceNumber)?.referenceNumber ?? null,
    },
    subject,
    link: patient === null ? link : null,
  }
}

function verificationIn(item: Uint8Array): Verification {
  const { verification }: { verification: unknown } = JSON.parse(Buffer.from(item).toString())
  if (Value.Check(Verification, verification)) return verification
  throw new AgentError('STORE_NEWER', 'a later release wrote this verification')
}
