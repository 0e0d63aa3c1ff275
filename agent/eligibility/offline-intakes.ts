import { AgentError } from '../kernel/errors.ts'
import { uuidV7 } from '../kernel/ids.ts'
import { holdsIndividualNumber } from '../kernel/individual-number.ts'
import type { Closing, IntakeForm, OfflineIntake } from '../kernel/offline-intake.ts'
import type { Clock } from '../kernel/ports.ts'
import type { Store } from '../store/store.ts'
import { type Asker, requestKey } from './asker.ts'

interface IntakeParts {
  readonly store: Pick<Store, 'find'> & {
    readonly intakes: Pick<Store['intakes'], 'add' | 'close'>
  }
  readonly clock: Pick<Clock, 'now'>
}

/** Keeps a checked form. Rejects with `IDEMPOTENCY_KEY_REUSED`, `STORE_*`. */
export function addIntake(
  { store, clock }: IntakeParts,
  form: IntakeForm,
  asker: Asker,
): Promise<OfflineIntake> {
  const at = clock.now()
  const body = JSON.stringify(form)
  return store.intakes.add({
    id: uuidV7(at),
    at,
    body,
    key: requestKey(asker, JSON.stringify({ offlineIntake: form })),
    actor: asker.consumerId ?? 'agent',
  })
}

/**
 * Nothing is left to do for an intake. Rejects with `NOT_FOUND`, `QUESTION_OPEN` for a verification
 * that has not ended, `INTAKE_CLOSED`, `INTAKE_INVALID`, `INDIVIDUAL_NUMBER_REFUSED`, `STORE_*`.
 */
export async function closeIntake(
  { store, clock }: IntakeParts,
  id: string,
  { by, verificationId, text }: Omit<Closing, 'at'>,
  asker: Asker,
): Promise<OfflineIntake> {
  if (holdsIndividualNumber(by) || holdsIndividualNumber(text ?? ''))
    throw new AgentError('INDIVIDUAL_NUMBER_REFUSED', 'it looks like an individual number')
  if (/\p{Cc}/u.test(by))
    throw new AgentError('INTAKE_INVALID', '`by` holds a control character', {
      mistakes: [{ field: 'by', title: '使えない文字があります。', detail: 'a control character' }],
    })
  const found = verificationId === null ? null : store.find(verificationId)
  if (found === undefined) throw new AgentError('NOT_FOUND', 'no such verification')
  if (found === 'open') throw new AgentError('QUESTION_OPEN', 'the question has not ended yet')
  const at = clock.now()
  const closing: Closing = { by, at, verificationId, text }
  return store.intakes.close({
    id,
    at,
    closing: JSON.stringify(closing),
    key: requestKey(asker, JSON.stringify({ closes: id, by, verificationId, text })),
    actor: asker.consumerId ?? 'agent',
  })
}
