import type { Config } from '../config/schema.ts'
import type { Asking, OfflineIntakes } from './api/ports.ts'
import { checksOf } from './checks.ts'
import type { Asker } from './eligibility/asker.ts'
import { addIntake, closeIntake } from './eligibility/offline-intakes.ts'
import type { Reasking } from './eligibility/reasking.ts'
import { callScript } from './intake/call-script.ts'
import { checkOfflineIntake } from './intake/offline-intake.ts'
import type { Clock } from './kernel/ports.ts'
import type { Rules } from './kernel/rules.ts'
import type { Store } from './store/store.ts'

interface OfflineParts {
  readonly store: Store
  readonly rules: Rules
  readonly reasking: Pick<Reasking, 'intakeCame'>
  readonly clock: Pick<Clock, 'now'>
}

export const askerOf = ({ consumer, idempotencyKey }: Asking): Asker => ({
  consumerId: consumer.id,
  idempotencyKey: idempotencyKey ?? null,
})

/** What the API asks for while nobody can be asked, put together from store and re-asking. */
export function offlineIntakesOf(
  { institution, clinic }: Pick<Config, 'institution' | 'clinic'>,
  { store, rules, reasking, clock }: OfflineParts,
): OfflineIntakes {
  const { intakes, outages } = store
  return {
    async add(form, by) {
      const kept = await addIntake(
        { store, clock },
        checkOfflineIntake(form, checksOf(store, clock, rules)),
        askerOf(by),
      )
      reasking.intakeCame()
      return kept
    },
    close: (id, closing, by) => closeIntake({ store, clock }, id, closing, askerOf(by)),
    find: intakes.find,
    list: intakes.list,
    callScript: () =>
      callScript({
        institutionCode: institution.code,
        helpDesk: clinic.help_desk ?? null,
        outage: outages.current() ?? null,
        intakes: intakes.list('open'),
      }),
  }
}
