import { AgentError } from '../../kernel/errors.ts'
import type { Clock } from '../../kernel/ports.ts'
import { needsLongSecret, needsSecondFactor, type Staff } from '../../kernel/staff.ts'
import { newCode } from './codes.ts'
import { pictureOf } from './qr.ts'
import { newKey, stepOf, uriOf } from './second-factor.ts'
import type { Secrets } from './secrets.ts'
import { pinForm, pinWeaknessOf, secretForm, weaknessOf } from './strength.ts'

export interface Chosen {
  readonly secret: string
  readonly pin: string
  /** Of the second factor that was scanned. */
  readonly code?: string
}

/** What somebody chooses who came in by a code. */
export interface Setting {
  /** The same one until it is chosen, however often it is looked at. */
  secondFactor(): { readonly uri: string; readonly secret: string; readonly picture: string }
  /** What is kept of it. Throws `SECRET_WEAK` (with mistakes), `SECOND_FACTOR_NEEDED`. */
  keep(chosen: Chosen): Promise<{
    readonly secret: string
    readonly pin: string
    readonly secondFactor: { readonly key: string; readonly step: number } | null
    /** Not kept as they are here: to print. */
    readonly recoveryCodes: readonly string[]
  }>
}

interface Ground {
  readonly clock: Pick<Clock, 'now'>
  readonly secrets: Pick<Secrets, 'keep'>
  readonly institution: string
}

const RECOVERY_CODES = 10
/** 160 bytes at most in a URI: what a telephone shows in one line. */
const LABEL = 20

export function openSetting({ name, role }: Staff, ground: Ground): Setting {
  const { clock, secrets, institution } = ground
  let scanned: string | undefined
  /** Throws `SECOND_FACTOR_NEEDED`. */
  const confirmed = (code: string) => {
    if (code === '' && !needsSecondFactor(role)) return null
    const step = scanned === undefined ? null : stepOf(scanned, code, clock.now())
    if (scanned === undefined || step === null)
      throw new AgentError('SECOND_FACTOR_NEEDED', 'no code of the second factor, or a wrong one')
    return { key: scanned, step }
  }
  return {
    secondFactor() {
      scanned ??= newKey()
      const uri = uriOf(scanned, [...name].slice(0, LABEL).join(''))
      return { uri, secret: scanned, picture: pictureOf(uri) }
    },
    async keep({ secret, pin, code = '' }) {
      const secondFactor = confirmed(code)
      const chosen = { secret: secretForm(secret), pin: pinForm(pin) }
      const mayBeShort = !needsLongSecret(role, secondFactor !== null)
      const chooser = { name, institution, hasSecondFactor: mayBeShort }
      const mistakes = [weaknessOf(chosen.secret, chooser), pinWeaknessOf(chosen.pin)].flatMap(
        (one) => one ?? [],
      )
      if (mistakes.length > 0)
        throw new AgentError('SECRET_WEAK', 'too easy to guess', { mistakes })
      return {
        secret: await secrets.keep(chosen.secret),
        pin: await secrets.keep(chosen.pin),
        secondFactor,
        recoveryCodes: Array.from({ length: RECOVERY_CODES }, newCode),
      }
    },
  }
}
