import type { Config } from '../config/schema.ts'
import { unencodableIn } from './eligibility/bulk-lines.ts'
import { askable } from './intake/appointments.ts'
import type { Checks } from './intake/card-face.ts'
import { dayAt } from './kernel/calendar.ts'
import type { CardFace } from './kernel/card-face.ts'
import type { Clock } from './kernel/ports.ts'
import { inForce, type Rules } from './kernel/rules.ts'
import type { Store } from './store/store.ts'

/** What typed faces are checked against at this moment. */
export function checksOf(
  { isKnownNumber }: Pick<Store, 'isKnownNumber'>,
  clock: Pick<Clock, 'now'>,
  rules: Rules,
): Checks {
  const nowMs = clock.now()
  const { laws, titles } = inForce(rules.insurerLaws, dayAt(nowMs))
  return { nowMs, laws, titles: titles ?? {}, isKnownNumber }
}

/**
 * A card face that nobody types now, made fit to be asked, or which of its fields cannot be. What the
 * terminal cannot be told is wrong for it.
 */
export const fitFace =
  (
    { gateway }: Pick<Config, 'gateway'>,
    { store, rules }: { readonly store: Pick<Store, 'isKnownNumber'>; readonly rules: Rules },
    clock: Pick<Clock, 'now'>,
  ) =>
  (face: CardFace): CardFace | readonly string[] => {
    const fit = askable(face, checksOf(store, clock, rules))
    if (!('insurerNumber' in fit) || gateway.via !== 'terminal') return fit
    const wrong = unencodableIn([fit], gateway.charset)
    return wrong.length === 0 ? fit : wrong.map(({ field }) => field.replace(/^items\[0\]\./, ''))
  }
