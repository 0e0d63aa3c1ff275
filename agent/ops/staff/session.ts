import { hash, randomBytes } from 'node:crypto'
import type { Consumer } from '../../kernel/consumer.ts'
import { AgentError, asFault } from '../../kernel/errors.ts'
import { uuidV7 } from '../../kernel/ids.ts'
import type { Clock, Log } from '../../kernel/ports.ts'
import type { SessionState, Staff } from '../../kernel/staff.ts'
import type { SessionMove, SessionRow, StaffRegistry } from '../../store/staff.ts'
import { hashOf } from './codes.ts'
import type { Secrets } from './secrets.ts'
import { type Chosen, openSetting, type Setting } from './setting.ts'
import { pinForm } from './strength.ts'

/** What sessions stand on. */
export interface Ground {
  readonly store: StaffRegistry
  readonly clock: Clock
  readonly log: Log
  readonly onBug: (error: unknown) => void
  readonly secrets: Secrets
  /** 医療機関コード. */
  readonly institution: string
  readonly lockMs: number
  readonly lastsMs: number
  /** Puts a session in the place of one that ended, and forgets what ended. */
  readonly began: (session: Session) => void
  readonly ended: (session: Session) => void
  /** Whether they may be signed in now, whatever they know. */
  readonly mayBeIn: (staff: Pick<Staff, 'role'>) => boolean
  /** Whoever is signed in as them is so no more. */
  readonly endAll: (staffId: string) => void
}

export interface Begun {
  readonly staff: Staff
  readonly row: SessionRow
  readonly state: Exclude<SessionState, 'ended'>
  /** What was compared with when they signed in: settling is refused where it is another by then. */
  readonly compared: string | null
}

const WRONG_PINS = 5
const COOKIE_BYTES = 32

/** A cookie for the browser, and what is kept of it. */
export function newCookie(staffId: string, source: string, now: number) {
  const cookie = randomBytes(COOKIE_BYTES).toString('base64url')
  const row: SessionRow = { hash: cookieHash(cookie), id: uuidV7(now), staffId, at: now, source }
  return { cookie, row }
}

export const cookieHash = (cookie: string): Uint8Array => hash('sha256', cookie, 'buffer')

/**
 * Somebody who signed in. It locks by itself when idle and ends by itself when old; both are decided
 * by the clock whenever anybody looks, so that a stalled process leaves nothing open.
 */
export class Session {
  readonly staff: Staff
  readonly consumer: Consumer
  readonly row: SessionRow
  #token = ''
  readonly #ground: Ground
  readonly #compared: string | null
  readonly #hearers = new Set<() => void>()
  #state: SessionState
  #beganAt: number
  #seenAt: number
  #wrongPins = 0
  readonly #setting: Setting
  #nap = new AbortController()

  constructor({ staff, row, state, compared }: Begun, ground: Ground) {
    const { id, name, role, sources, createdAt } = staff
    this.staff = staff
    this.consumer = { id, name, role, sources, createdAt, sink: null }
    this.row = row
    this.#ground = ground
    this.#compared = compared
    this.#setting = openSetting(staff, ground)
    this.#state = state
    this.#beganAt = row.at
    this.#seenAt = ground.clock.now()
    this.#watch().catch(ground.onBug)
  }

  get token(): string {
    return this.#token
  }

  /** Of the cookie comes the page’s token, so that a restart, which has only its hash, keeps both. */
  foundBy(cookie: string): this {
    this.#token = hash('sha256', `desk ${cookie}`, 'base64url')
    return this
  }

  state = (): SessionState => {
    this.#lookAtClock()
    return this.#state
  }

  touch(): void {
    if (this.#state === 'active' || this.#state === 'setting')
      this.#seenAt = this.#ground.clock.now()
  }

  onChange = (hear: () => void): (() => void) => {
    this.#hearers.add(hear)
    return () => void this.#hearers.delete(hear)
  }

  async lock(): Promise<void> {
    if (this.state() !== 'active') return
    this.#become('locked')
    await this.#record('lock')
  }

  async signOut(): Promise<void> {
    const was = this.state()
    this.end()
    if (was === 'active' || was === 'locked') await this.#record('sign-out')
  }

  /** Without a record: whoever ends it has written one. */
  end(): void {
    if (this.#state !== 'ended') this.#become('ended')
  }

  /** The agent ends; who is signed in stays so, behind a lock. */
  leave(): void {
    this.#state = 'ended'
    this.#nap.abort()
  }

  /**
   * Five tries, however many come at once. Where they come from does not count: whoever has no
   * cookie has no try, and a slip of others behind the same address must not keep a clerk out.
   */
  async unlock(pin: string, source: string): Promise<void> {
    const was = this.state()
    if (was === 'active') return
    if (was === 'setting') throw notNow()
    // Before it is compared, so that many at once are no more tries than one after the other.
    this.#wrongPins += 1
    const tries = this.#wrongPins
    if (was === 'ended' || tries > WRONG_PINS) throw ended()
    const isRight = await this.#isPin(pin)
    if (this.state() === 'ended') throw ended()
    if (isRight) return this.#unlocked()
    if (tries >= WRONG_PINS) this.end()
    const { store, clock } = this.#ground
    const { id: staffId } = this.staff
    await store.refuse({ staffId, source, at: clock.now(), action: 'unlock-refused' })
    if (tries < WRONG_PINS) throw refused()
    await this.#record('session-end')
    throw ended()
  }

  async #isPin(pin: string): Promise<boolean> {
    const { store, secrets } = this.#ground
    try {
      return await secrets.opens(pinForm(pin), store.credentials(this.staff.id)?.pin ?? null)
    } catch (error) {
      // It was not compared, and so no try.
      this.#wrongPins -= 1
      throw error
    }
  }

  async #unlocked(): Promise<void> {
    // Also where it cannot be written down: a full disk must not use up the tries of who is right.
    this.#wrongPins = 0
    await this.#record('unlock')
    if (this.state() !== 'locked') return
    this.#seenAt = this.#ground.clock.now()
    this.#become('active')
  }

  secondFactor() {
    return this.#inSetting().secondFactor()
  }

  async settle(given: Chosen) {
    const { store, clock } = this.#ground
    const kept = await this.#inSetting().keep(given)
    if (this.state() !== 'setting') throw ended()
    const at = clock.now()
    const { id: staffId } = this.staff
    const { cookie, row } = newCookie(staffId, this.row.source, at)
    const { recoveryCodes, ...record } = kept
    const hashes = recoveryCodes.map(hashOf)
    const compared = this.#compared
    await store.settle({ ...record, staffId, at, compared, recoveryCodes: hashes, session: row })
    // Whoever was disabled or reset since the commit: the new session was not there to be ended.
    const isOver = this.#state === 'ended'
    // With the old secret goes what it had opened, elsewhere too: the commit has forgotten those.
    this.#ground.endAll(staffId)
    if (isOver) throw ended()
    const staff = store.credentials(staffId)?.staff ?? this.staff
    const begun = { staff, row, state: 'active', compared: null } as const
    const session = new Session(begun, this.#ground).foundBy(cookie)
    this.#ground.began(session)
    return { session, cookie, recoveryCodes }
  }

  /** Throws `FORBIDDEN` where nothing is to be set. */
  #inSetting(): Setting {
    if (this.state() !== 'setting') throw notNow()
    return this.#setting
  }

  #lookAtClock(): void {
    const { clock, lockMs, lastsMs, mayBeIn } = this.#ground
    if (this.#state === 'ended') return
    if (!mayBeIn(this.staff)) {
      this.#become('ended')
      return
    }
    const now = clock.now()
    // A clock that was set back must not keep it open for as long as that.
    this.#seenAt = Math.min(this.#seenAt, now)
    this.#beganAt = Math.min(this.#beganAt, now)
    const isIdle = now - this.#seenAt >= lockMs
    const isOver = now - this.#beganAt >= lastsMs
    if (this.#state === 'setting' && (isIdle || isOver)) this.#become('ended')
    else if (isOver) this.#byItself('ended', 'session-end')
    else if (this.#state === 'active' && isIdle) this.#byItself('locked', 'lock')
  }

  #byItself(state: SessionState, to: SessionMove['to']): void {
    this.#become(state)
    this.#record(to).catch((error: unknown) => {
      if (error instanceof AgentError)
        this.#ground.log.warn({ code: asFault(error).code }, 'session-not-recorded')
      else this.#ground.onBug(error)
    })
  }

  #become(state: SessionState): void {
    this.#state = state
    if (state === 'ended') this.#ground.ended(this)
    this.#nap.abort()
    for (const hear of [...this.#hearers]) hear()
  }

  #record(to: SessionMove['to']): Promise<void> {
    const { store, clock } = this.#ground
    const { hash: key, id, staffId } = this.row
    return store.moveSession({ hash: key, id, staffId, at: clock.now(), to })
  }

  /** Who listens is told when it is time, not when somebody looks. */
  async #watch(): Promise<void> {
    const { clock, lockMs, lastsMs } = this.#ground
    while (this.state() !== 'ended') {
      this.#nap = new AbortController()
      const endsAt = this.#beganAt + lastsMs
      const dueAt = this.#state === 'locked' ? endsAt : Math.min(endsAt, this.#seenAt + lockMs)
      await clock.sleep(Math.max(1, dueAt - clock.now()), this.#nap.signal)
    }
  }
}

const ended = () => new AgentError('SESSION_ENDED', 'the session has ended')
const notNow = () => new AgentError('FORBIDDEN', 'not in this state of the session')
export const refused = () => new AgentError('SIGN_IN_REFUSED', 'not who they say, or disabled')
