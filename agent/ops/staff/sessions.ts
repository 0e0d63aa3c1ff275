import { isIP } from 'node:net'
import type { Clock, Log, Part } from '../../kernel/ports.ts'
import type { Credentials, SignInRecord, StaffRegistry } from '../../store/staff.ts'
import { codeForm, hashOf } from './codes.ts'
import { stepOf } from './second-factor.ts'
import { openSecrets, type Secrets } from './secrets.ts'
import { cookieHash, type Ground, newCookie, refused, Session } from './session.ts'
import { SlowDown } from './slow-down.ts'
import { secretForm } from './strength.ts'

export interface SessionOptions {
  readonly store: StaffRegistry
  readonly clock: Clock
  readonly log: Log
  readonly onBug: (error: unknown) => void
  /** 医療機関コード. */
  readonly institution: string
  readonly lockMs: number
  /** From signing in. */
  readonly lastsMs: number
  /** Whether an address is one of a person’s sources, of which there is one at least. */
  readonly comesFrom: (sources: readonly string[], address: string) => boolean
  readonly secrets?: Secrets
}

export interface SignIn {
  readonly name: string
  /** Or a one-time or recovery code. */
  readonly secret: string
  /** Of the second factor, or a recovery code. */
  readonly code?: string
}

export interface OpenSessions extends Part {
  readonly lockSeconds: number
  readonly secrets: Secrets
  hasStaff(): boolean
  find(cookie: string): Session | undefined
  signIn(
    given: SignIn,
    source: string,
  ): Promise<{ readonly session: Session; readonly cookie: string }>
  /** Whoever is signed in as them is so no more. */
  end(staffId: string): void
}

const keyOf = (hash: Uint8Array) => Buffer.from(hash).toString('base64')

/** Who was signed in before a restart is still, behind the lock. */
export function openSessions(options: SessionOptions): OpenSessions {
  const { store, clock, lockMs, secrets = openSecrets() } = options
  const live = new Map<string, Session>()
  const ground: Ground = {
    ...options,
    secrets,
    slowDown: new SlowDown(clock),
    began: (session) => void live.set(keyOf(session.row.hash), session),
    ended: ({ row }) => void live.delete(keyOf(row.hash)),
  }
  for (const row of store.sessions()) {
    const staff = store.credentials(row.staffId)?.staff
    if (staff === undefined) continue
    const session = new Session({ staff, row, state: 'locked', compared: null }, ground)
    if (session.state() !== 'ended') ground.began(session)
  }
  return {
    secrets,
    lockSeconds: lockMs / 1_000,
    hasStaff: () => store.list().some(({ disabledAt }) => disabledAt === null),
    find(cookie) {
      const session = live.get(keyOf(cookieHash(cookie)))
      return session === undefined || session.state() === 'ended'
        ? undefined
        : session.foundBy(cookie)
    },
    async signIn(given, source) {
      ground.slowDown.begin(source)
      const { opening, credentials } = await openingOf(given, source, options, secrets)
      const at = clock.now()
      const staffId = credentials.staff.id
      const { cookie, row } = newCookie(staffId, source, at)
      const { compared, step, recovery, isWhole } = opening
      const state = isWhole ? 'active' : 'setting'
      const record: SignInRecord = {
        staffId,
        sessionId: row.id,
        at,
        compared,
        step,
        recovery,
        session: isWhole ? row : null,
      }
      await store.signIn(record)
      ground.slowDown.forgive(source)
      const staff = store.credentials(staffId)?.staff ?? credentials.staff
      const session = new Session({ staff, row, state, compared }, ground).foundBy(cookie)
      ground.began(session)
      return { session, cookie }
    },
    end(staffId) {
      for (const session of [...live.values()]) if (session.staff.id === staffId) session.end()
    },
    close() {
      for (const session of live.values()) session.leave()
    },
  }
}

interface Opening extends Pick<SignInRecord, 'compared' | 'step' | 'recovery'> {
  /** False: a secret has to be set first. */
  readonly isWhole: boolean
}

/**
 * What of what was given opens. One comparison is made for everybody: who is unknown, disabled or has
 * no secret costs what a wrong secret costs, and is told the same. Throws `SIGN_IN_REFUSED`.
 */
async function openingOf(
  { name, secret, code = '' }: SignIn,
  source: string,
  { store, clock, comesFrom }: SessionOptions,
  secrets: Secrets,
) {
  const id = store.idOf(name.normalize('NFKC').trim())
  const credentials = id === undefined ? undefined : store.credentials(id)
  const now = clock.now()
  const oneTime = credentials === undefined ? null : oneTimeOf(credentials, now)
  const kept = credentials?.secret ?? oneTime
  const given = oneTime === null ? secretForm(secret) : codeForm(secret)
  const isRight = await secrets.opens(given, kept)
  if (credentials === undefined) throw refused()
  const { sources } = credentials.staff
  const isElsewhere = sources.length > 0 && !(isIP(source) > 0 && comesFrom(sources, source))
  const opening = opened(credentials, { secret, code, isRight }, now, store)
  if (opening === undefined || isElsewhere) throw refused()
  return { opening, credentials }
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
