import { randomBytes } from 'node:crypto'

export interface Account {
  readonly user: string
  readonly password: string
}

export interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string
  readonly idToken: string
}

export interface Sessions {
  /** New tokens, or undefined when the user or the password is wrong. */
  login(json: unknown): Tokens | undefined
  /** Whether this idToken is of a live session; being asked keeps the session alive. */
  holds(idToken: string): boolean
  clear(): void
}

const text = (json: unknown, key: string): unknown =>
  typeof json === 'object' && json !== null ? Reflect.get(json, key) : undefined

const token = () => randomBytes(24).toString('base64url')

/** Sessions that end when they are idle for longer than `idleMs`. */
export const openSessions = (account: Account, idleMs: number, now: () => number): Sessions => {
  const lastUsedAt = new Map<string, number>()
  const dropIdle = () => {
    for (const [idToken, at] of lastUsedAt) if (now() - at > idleMs) lastUsedAt.delete(idToken)
  }
  return {
    login: (json) => {
      if (text(json, 'user') !== account.user || text(json, 'password') !== account.password)
        return undefined
      dropIdle()
      const tokens = { accessToken: token(), refreshToken: token(), idToken: token() }
      lastUsedAt.set(tokens.idToken, now())
      return tokens
    },
    holds: (idToken) => {
      dropIdle()
      if (!lastUsedAt.has(idToken)) return false
      lastUsedAt.set(idToken, now())
      return true
    },
    clear: () => lastUsedAt.clear(),
  }
}
