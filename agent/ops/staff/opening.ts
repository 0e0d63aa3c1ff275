import { isIP } from 'node:net'
import type { Clock } from '../../kernel/ports.ts'
import type { Credentials, SignInRecord, StaffRegistry } from '../../store/staff.ts'
import { codeForm, hashOf } from './codes.ts'
import { stepOf } from './second-factor.ts'
import type { Secrets } from './secrets.ts'
import { secretForm } from './strength.ts'

export interface SignIn {
  readonly name: string
  /** Or a one-time or recovery code. */
  readonly secret: string
  /** Of the second factor, or a recovery code. */
  readonly code?: string
}

/** What is known of who may come in. */
export interface Known {
  readonly store: Pick<StaffRegistry, 'idOf' | 'credentials' | 'isRecoveryCode'>
  readonly clock: Pick<Clock, 'now'>
  /** Whether an address is one of a person’s sources, of which there is one at least. */
  readonly comesFrom: (sources: readonly string[], address: string) => boolean
}

export interface Opening extends Pick<SignInRecord, 'compared' | 'step' | 'recovery'> {
  /** False: a secret has to be set first. */
  readonly isWhole: boolean
}

export type Looked = (
  | { readonly opening: Opening; readonly credentials: Credentials }
  | { readonly opening: undefined; readonly credentials: Credentials | undefined }
) & {
  /** Of whom the second factor is all that is left to guess: the secret was theirs. Null: of nobody. */
  readonly factorOf: string | null
}

/**
 * What of what was given opens. One comparison is made for everybody: who is unknown, disabled or has
 * no secret costs what a wrong secret costs.
 */
export async function openingOf(
  { name, secret, code = '' }: SignIn,
  source: string,
  { store, clock, comesFrom }: Known,
  secrets: Pick<Secrets, 'opens'>,
): Promise<Looked> {
  const id = store.idOf(name.normalize('NFKC').trim())
  const credentials = id === undefined ? undefined : store.credentials(id)
  const now = clock.now()
  const oneTime = credentials === undefined ? null : oneTimeOf(credentials, now)
  const kept = credentials?.secret ?? oneTime
  const given = oneTime === null ? secretForm(secret) : codeForm(secret)
  const isRight = await secrets.opens(given, kept)
  if (credentials === undefined) return { opening: undefined, credentials, factorOf: null }
  const { id: staffId, sources } = credentials.staff
  const factorOf = isRight && credentials.secondFactor !== null ? staffId : null
  const isElsewhere = sources.length > 0 && !(isIP(source) > 0 && comesFrom(sources, source))
  const opening = opened(credentials, { secret, code, isRight }, now, store)
  return isElsewhere || opening === undefined
    ? { opening: undefined, credentials, factorOf }
    : { opening, credentials, factorOf }
}

const oneTimeOf = ({ secret, oneTime, oneTimeUntil }: Credentials, now: number): string | null =>
  secret === null && oneTimeUntil !== null && now < oneTimeUntil ? oneTime : null

/** A recovery code stands in for the secret or for the second factor, never for both. */
function opened(
  credentials: Credentials,
  { secret, code, isRight }: { secret: string; code: string; isRight: boolean },
  now: number,
  store: Pick<StaffRegistry, 'isRecoveryCode'>,
): Opening | undefined {
  const { staff, secondFactor } = credentials
  const compared = credentials.secret ?? credentials.oneTime
  const isSettled = credentials.secret !== null
  const recoveryIn = (text: string) => {
    const hash = hashOf(text)
    return isSettled && store.isRecoveryCode(staff.id, hash) ? hash : null
  }
  const step = secondFactor === null ? null : stepOf(secondFactor, code, now)
  const hasFactor = secondFactor === null || step !== null
  if (isRight && hasFactor) return { compared, step, recovery: null, isWhole: isSettled }
  const recovery = isRight ? recoveryIn(code) : hasFactor ? recoveryIn(secret) : null
  if (recovery === null) return undefined
  return { compared, step: isRight ? null : step, recovery, isWhole: false }
}
