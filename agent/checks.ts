import type { Checks } from './intake/card-face.ts'
import type { Clock } from './kernel/ports.ts'
import { inForce, type Rules } from './kernel/rules.ts'
import { inJapan } from './kernel/time.ts'
import type { Store } from './store/store.ts'

/** What typed faces are checked against at this moment. */
export function checksOf(
  { isKnownNumber }: Pick<Store, 'isKnownNumber'>,
  clock: Pick<Clock, 'now'>,
  rules: Rules,
): Checks {
  const nowMs = clock.now()
  const { laws } = inForce(rules.insurerLaws, inJapan(nowMs).slice(0, 10))
  return { nowMs, laws, isKnownNumber }
}
