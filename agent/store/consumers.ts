import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Consumer, ConsumerListing } from '../kernel/consumer.ts'
import { AgentError } from '../kernel/errors.ts'
import type { Clock } from '../kernel/ports.ts'
import type { Sql } from './database.ts'
import type { WriterThread } from './writer-thread.ts'

/**
 * The consumers and their tokens. A token is `oa_` + id + `_` + 32 random bytes; it is shown once,
 * and only the SHA-256 of its secret part is stored: the secret is random, so nothing slower helps.
 */
export interface ConsumerRegistry {
  /** Compares in constant time, also for an id that nobody has. */
  authenticate(token: string): Consumer | undefined
  /** Throws `REQUEST_INVALID` when the name is taken or no name. */
  add(name: string): Promise<{ readonly consumer: Consumer; readonly token: string }>
  list(): ConsumerListing[]
  /** Takes effect at once. Throws `NOT_FOUND`. */
  revoke(nameOrId: string): Promise<ConsumerListing>
}

interface Row {
  readonly id: string
  readonly name: string
  readonly createdAt: number
  readonly revokedAt: number | null
  readonly secretHash: Uint8Array
}

const TOKEN = /^oa_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/
const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,62}$/u
const digest = (secret: string) => hash('sha256', secret, 'buffer')
const NOBODY = digest(randomBytes(32).toString('base64url'))

export function openConsumers(
  sql: Sql,
  writer: Pick<WriterThread, 'commit'>,
  clock: Pick<Clock, 'now'>,
): ConsumerRegistry {
  const rows = new Map(
    sql<Row>(
      `SELECT id, name, created_at AS createdAt, revoked_at AS revokedAt,
         secret_hash AS secretHash FROM consumers ORDER BY created_at`,
    )
      .all()
      .map((row) => [row.id, row]),
  )
  const listing = ({ id, name, createdAt, revokedAt }: Row): ConsumerListing => ({
    id,
    name,
    role: 'all',
    createdAt,
    revokedAt,
  })

  return {
    authenticate(token) {
      const [, id = '', secret = ''] = TOKEN.exec(token) ?? []
      const row = rows.get(id)
      const isRight = timingSafeEqual(digest(secret), row?.secretHash ?? NOBODY)
      return isRight && row !== undefined && row.revokedAt === null ? listing(row) : undefined
    },

    async add(name) {
      if (!NAME.test(name))
        throw new AgentError('REQUEST_INVALID', 'a consumer name is 1 to 63 letters, digits, . _ -')
      const id = randomBytes(6).toString('hex')
      const secret = randomBytes(32).toString('base64url')
      const row = { id, name, createdAt: clock.now(), revokedAt: null, secretHash: digest(secret) }
      await writer.commit('addConsumer', {
        id,
        name,
        role: 'all',
        secretHash: row.secretHash,
        at: row.createdAt,
      })
      rows.set(id, row)
      return { consumer: listing(row), token: `oa_${id}_${secret}` }
    },

    list: () => [...rows.values()].map(listing),

    async revoke(nameOrId) {
      const live = [...rows.values()].filter(({ revokedAt }) => revokedAt === null)
      const row =
        live.find(({ id }) => id === nameOrId) ?? live.find(({ name }) => name === nameOrId)
      if (row === undefined) throw new AgentError('NOT_FOUND', 'no such consumer')
      const revoked = { ...row, revokedAt: clock.now() }
      await writer.commit('revokeConsumer', { id: row.id, at: revoked.revokedAt })
      rows.set(row.id, revoked)
      return listing(revoked)
    },
  }
}
