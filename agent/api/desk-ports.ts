import type { Consumer } from '../kernel/consumer.ts'
import type { NewStaff, SessionState, Staff } from '../kernel/staff.ts'

/** What the routes of the desk need from the world, beside `ports.ts`. */

/** Somebody who signed in at the desk, for as long as it lasts. */
export interface DeskSession {
  /** As they were when they signed in: whoever is changed has to sign in anew. */
  readonly staff: Staff
  /** As whom they ask. */
  readonly consumer: Consumer
  /** What a request that changes something says beside the cookie, which a foreign page cannot know. */
  readonly token: string
  /** As of now. */
  state(): SessionState
  /** Somebody did something: idle time begins anew. */
  touch(): void
  lock(): Promise<void>
  /** Throws `SIGN_IN_REFUSED`, `SESSION_ENDED` with the last try, `TOO_MANY_REQUESTS`, `STORE_*`. */
  unlock(pin: string, source: string): Promise<void>
  signOut(): Promise<void>
  /** A key that counts from `settle` on. Throws `FORBIDDEN` to who is not setting anything. */
  secondFactor(): { readonly uri: string; readonly secret: string; readonly picture: string }
  /**
   * Ends `setting`; the cookie is a new one. Throws `SECRET_WEAK` (with mistakes),
   * `SECOND_FACTOR_NEEDED`, `FORBIDDEN`, `SESSION_ENDED`, `STORE_*`.
   */
  settle(given: {
    readonly secret: string
    readonly pin: string
    readonly code?: string
  }): Promise<SignedIn & { readonly recoveryCodes: readonly string[] }>
  /** Calls back after each change of the state, until unsubscribed. */
  onChange(hear: () => void): () => void
}

export interface SignedIn {
  readonly session: DeskSession
  /** For the browser only. */
  readonly cookie: string
}

/** Who is signed in. */
export interface Sessions {
  /** Idle time after which a session locks, seconds. */
  readonly lockSeconds: number
  /** Whether anybody could sign in. */
  hasStaff(): boolean
  /** Whether somebody of role `it` has a secret and a second factor. */
  hasAdmin(): boolean
  /** By its cookie; undefined where there is none any more. */
  find(cookie: string): DeskSession | undefined
  /**
   * Throws `SIGN_IN_REFUSED`, whatever it is that is wrong, after the same time; `TOO_MANY_REQUESTS`
   * to a source that failed too often; `STORE_*`.
   */
  signIn(
    given: { readonly name: string; readonly secret: string; readonly code?: string },
    source: string,
  ): Promise<SignedIn>
}

/** Who may sign in. */
export interface StaffDesk {
  /** In order of creation, the disabled ones too. */
  list(): readonly Staff[]
  /** Throws `REQUEST_INVALID` (with mistakes), `STAFF_DUPLICATE`, `STORE_*`. */
  add(wanted: NewStaff, actor: string): Promise<NewCode>
  /** Takes secret, PIN and second factor away; signs them out. Throws `NOT_FOUND`, `STORE_*`. */
  reset(nameOrId: string, actor: string): Promise<NewCode>
  /** Signs them out, for good. Throws `NOT_FOUND`, `STORE_*`. */
  disable(nameOrId: string, actor: string): Promise<Staff>
}

export interface NewCode {
  readonly staff: Staff
  /** Shown once. */
  readonly oneTimeCode: string
}

/** What the page says of the clinic. */
export interface Contact {
  readonly name: string
  readonly phone: string
  readonly hours: string
}

export interface ClinicPage {
  /** 医療機関コード. */
  readonly institution: string
  /** Release of the agent. */
  readonly version: string
  /** What bears the numbers that are typed, today, Japanese. */
  documents(): readonly string[]
  /** How the official side is asked. */
  readonly via: 'lines' | 'terminal'
  /** Whom to call, beside the carriers of the lines. */
  readonly contacts: readonly Contact[]
}
