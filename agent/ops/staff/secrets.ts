import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { AgentError } from '../../kernel/errors.ts'

/** What a guess costs. Kept with each hash, so that it can grow. */
export interface Cost {
  /** Of memory and time; a power of two. */
  readonly N: number
  readonly r: number
  readonly p: number
}

export type Derive = (secret: string, salt: Uint8Array, cost: Cost) => Promise<Uint8Array>

/** Secrets and PINs of people: what is kept of them, and whether one is right. */
export interface Secrets {
  /** What to keep: `$scrypt$ln=15,r=8,p=3$SALT$HASH`, Base64. */
  keep(secret: string): Promise<string>
  /** Null: there is nothing to compare with, which costs the same. */
  opens(secret: string, kept: string | null): Promise<boolean>
}

/** 32 MiB and about a third of a second on an old machine. [OWASP Password Storage Cheat Sheet, scrypt] */
const COST: Cost = { N: 2 ** 15, r: 8, p: 3 }
const HASH_BYTES = 32
const SALT_BYTES = 16
/** One after the other, so that many who try at once cost neither memory nor the threads of the disk. */
const QUEUE = 16
const RETRY_S = 5

/** Throws `TOO_MANY_REQUESTS` from either when too many wait already. */
export function openSecrets(derive: Derive = deriveByScrypt): Secrets {
  let waiting = 0
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = async (secret: string, salt: Uint8Array, cost: Cost): Promise<Uint8Array> => {
    if (waiting >= QUEUE)
      throw new AgentError('TOO_MANY_REQUESTS', 'too many sign in at once', {
        facts: { retryAfterSeconds: RETRY_S },
      })
    waiting += 1
    const turn = last.then(() => derive(secret, salt, cost))
    last = turn.then(leave, leave)
    return turn
  }
  const leave = () => {
    waiting -= 1
  }
  return {
    async keep(secret) {
      const salt = randomBytes(SALT_BYTES)
      return written(COST, salt, await inTurn(secret, salt, COST))
    },
    async opens(secret, kept) {
      const { cost, salt, hash } = kept === null ? NOBODY : read(kept)
      const isRight = timingSafeEqual(await inTurn(secret, salt, cost), hash)
      return isRight && kept !== null
    },
  }
}

const deriveByScrypt: Derive = (secret, salt, cost) => {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
  const maxmem = 2 * 128 * cost.N * cost.r
  scrypt(secret, salt, HASH_BYTES, { ...cost, maxmem }, (error, key) =>
    error === null ? resolve(key) : reject(error),
  )
  return promise
}

const NOBODY = { cost: COST, salt: randomBytes(SALT_BYTES), hash: randomBytes(HASH_BYTES) }

const written = ({ N, r, p }: Cost, salt: Uint8Array, hash: Uint8Array): string =>
  `$scrypt$ln=${Math.log2(N)},r=${r},p=${p}$${base64(salt)}$${base64(hash)}`

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')

const KEPT =
  /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)$/

function read(kept: string) {
  const [, ln, r, p, salt = '', hash = ''] = KEPT.exec(kept) ?? []
  if (hash === '') throw new AgentError('STORE_CORRUPT', 'a secret is not kept as it should be')
  return {
    cost: { N: 2 ** Number(ln), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  }
}
