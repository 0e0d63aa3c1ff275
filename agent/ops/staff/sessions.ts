import { AgentError } from '../../kernel/errors.ts'
import type { Clock, Log, Part } from '../../kernel/ports.ts'
import type { Staff } from '../../kernel/staff.ts'
import type { SignInRecord, StaffRegistry } from '../../store/staff.ts'
import { type Known, openingOf, type SignIn } from './opening.ts'
import { openSecrets, type Secrets } from './secrets.ts'
import { cookieHash, type Ground, newCookie, refused, Session } from './session.ts'
import { SlowDown } from './slow-down.ts'

export interface SessionOptions extends Known {
  readonly store: StaffRegistry
  readonly clock: Clock
  readonly log: Log
  readonly onBug: (error: unknown) => void
  /** 医療機関コード. */
  readonly institution: string
  readonly lockMs: number
  /** From signing in. */
  readonly lastsMs: number
  readonly secrets?: Secrets
  /** Whether they may be signed in now, whatever they know; default everybody. */
  readonly mayBeIn?: (staff: Pick<Staff, 'role'>) => boolean
}

export interface OpenSessions extends Part {
  readonly lockSeconds: number
  readonly secrets: Secrets
  hasStaff(): boolean
  hasAdmin(): boolean
  find(cookie: string): Session | undefined
  signIn(
    given: SignIn,
    source: string,
  ): Promise<{ readonly session: Session; readonly cookie: string }>
  /** Whoever is signed in as them is so no more. */
  end(staffId: string): void
  /** Ends whoever may be in no more. */
  look(): void
}

const keyOf = (hash: Uint8Array) => Buffer.from(hash).toString('base64')

/** Who was signed in before a restart is still, behind the lock. */
export function openSessions(options: SessionOptions): OpenSessions {
  const { store, lockMs, secrets = openSecrets(), mayBeIn = () => true } = options
  const live = new Map<string, Session>()
  const endAll = (staffId: string) => {
    for (const session of [...live.values()]) if (session.staff.id === staffId) session.end()
  }
  const ground: Ground = {
    ...options,
    secrets,
    mayBeIn,
    began: (session) => void live.set(keyOf(session.row.hash), session),
    ended: ({ row }) => void live.delete(keyOf(row.hash)),
    endAll,
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
    hasAdmin: () =>
      store
        .list()
        .some(
          (one) =>
            one.role === 'it' && one.disabledAt === null && one.hasSecret && one.hasSecondFactor,
        ),
    look() {
      for (const session of [...live.values()]) session.state()
    },
    find(cookie) {
      const session = live.get(keyOf(cookieHash(cookie)))
      return session === undefined || session.state() === 'ended'
        ? undefined
        : session.foundBy(cookie)
    },
    signIn: signingIn(options, ground),
    end: endAll,
    close() {
      for (const session of live.values()) session.leave()
    },
  }
}

/** A wrong code of somebody whose secret is known is remembered for so long. */
const FACTOR_MS = 24 * 60 * 60_000

/** Each attempt that is refused is in the audit before it is told so. */
function signingIn(options: SessionOptions, ground: Ground): OpenSessions['signIn'] {
  const { store, clock } = options
  const { secrets, mayBeIn } = ground
  const slowDown = new SlowDown(clock)
  /** By person: codes can be guessed from as many sources as there are. */
  const slowFactor = new SlowDown(clock, FACTOR_MS)
  const factorGuessed = (staffId: string | null) => {
    if (staffId !== null) slowFactor.begin(staffId)
    return () => {
      if (staffId !== null) slowFactor.forgive(staffId)
    }
  }
  /** Of an attempt that failed by a fault: it was no guess. */
  const forgiven = (source: string) => (error: unknown) => {
    slowDown.forgive(source)
    throw error
  }
  const refusal = async (staffId: string | undefined, source: string) => {
    await store.refuse({ staffId, source, at: clock.now(), action: 'sign-in-refused' })
    return refused()
  }
  return async (given, source) => {
    slowDown.begin(source)
    const looked = await openingOf(given, source, options, secrets).catch(forgiven(source))
    const { opening, credentials, factorOf } = looked
    const forgiveFactor = factorGuessed(factorOf)
    if (opening === undefined) throw await refusal(credentials?.staff.id, source)
    if (!mayBeIn(credentials.staff)) {
      // Who knows all of it guesses nothing, and may be told.
      slowDown.forgive(source)
      forgiveFactor()
      await refusal(credentials.staff.id, source)
      throw new AgentError('VENDOR_CLOSED', 'vendor access is not open')
    }
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
    const isTaken = await store
      .signIn(record)
      .then(() => true, usedUp)
      .catch(forgiven(source))
    // Whoever was disabled or reset since the commit had no session yet that could be ended.
    const now = store.credentials(staffId)
    const isStill = isTaken && now !== undefined && (now.secret ?? now.oneTime) === compared
    if (!isStill) throw await refusal(staffId, source)
    slowDown.forgive(source)
    forgiveFactor()
    const { staff } = now
    const session = new Session({ staff, row, state, compared }, ground).foundBy(cookie)
    ground.began(session)
    return { session, cookie }
  }
}

/** What opened a moment ago does so no more: it was used, or taken away. */
function usedUp(error: unknown): false {
  if (error instanceof AgentError && error.code === 'SIGN_IN_REFUSED') return false
  throw error
}
